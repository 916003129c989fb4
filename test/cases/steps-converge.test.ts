import { describe, expect, it } from "vitest";
import type { Result } from "../../src/core/probe.ts";
import type { AnyStep, Decision } from "../../src/core/step.ts";
import { fileProbe } from "../../src/steps/files/file-probe.ts";
import { swapOff } from "../../src/steps/os/swap-off.ts";
import { randomNumbers } from "../unit/support/random-numbers.ts";
import { rounds } from "../unit/support/thoroughness.ts";
import { cases, decideOn, fileResult } from "./case-files.ts";
import { caseHost, stepsById } from "./steps.ts";

type Below = (most: number) => number;
type Files = Readonly<Record<string, string>>;

function some<T>(below: Below, from: readonly T[], most: number): readonly T[] {
  return Array.from({ length: below(most + 1) }, () => from[below(from.length)]).filter((one) => one !== undefined);
}

/** A text of such lines, with or without an end of the last one, some with Windows' ends. */
function textOf(below: Below, from: readonly string[], most = 7): string {
  const end = below(5) === 0 ? "\r\n" : "\n";
  const text = some(below, from, most)
    .map((line) => line + end)
    .join("");
  return below(4) === 0 ? text.replace(/\r?\n$/, "") : text;
}

/** What awk and stat print of several files, as the question for them has it. */
function setResult(files: Files): Result {
  const entries = Object.entries(files);
  const heads = entries.map(([path, text]) => `${Buffer.byteLength(text)} 644 0:0 ${path}\n`).join("");
  const paths = entries.map(([path]) => path).join("\n");
  const body = entries.map(([path, text]) =>
    text === "" ? "" : `\f${path}\n${text}${text.endsWith("\n") ? "" : "\n"}`,
  );
  if (entries.length === 0) return { code: 0, stdout: "\n--\n\n--\n\fend\n", stderr: "" };
  return { code: 0, stdout: `${heads}--\n${paths}\n--\n${body.join("")}\fend\n`, stderr: "" };
}

/** What the host of a case answers to the step's questions, by their names. */
function resultsOf(id: string, like = "healthy"): Readonly<Record<string, Result>> {
  return cases.find((one) => one.name === `${id}: ${like}`)?.results ?? {};
}

/** The answers of a host with these files: single ones by their question, those of a set under its name. */
function answers(step: AnyStep, { id, like, sets = {} }: Road, files: Files) {
  const single = (sh: string) => Object.keys(files).find((path) => fileProbe(path).sh.text === sh);
  const entries = Object.entries(step.probes(caseHost)).map(([name, probe]): readonly [string, Result] => {
    const mine = sets[name];
    if (mine !== undefined)
      return [name, setResult(Object.fromEntries(Object.entries(files).filter(([path]) => mine(path))))];
    const path = single(probe.sh.text);
    if (path !== undefined) return [name, fileResult(files[path] ?? "", path)];
    const isFile = probe.sh.text.startsWith("f=");
    return [name, isFile ? { code: 44, stdout: "", stderr: "" } : (resultsOf(id, like)[name] ?? fileResult("", "/x"))];
  });
  return Object.fromEntries(entries);
}

function written(files: Files, decision: Decision): Files {
  const actions = decision.kind === "change" ? decision.changes.flatMap((change) => change.actions) : [];
  const writes = actions.flatMap((action) => (action.kind === "write" ? [[action.path, action.content] as const] : []));
  return { ...files, ...Object.fromEntries(writes) };
}

interface Road {
  readonly id: string;
  readonly settings?: unknown;
  /** The case whose host answers everything else. */
  readonly like?: string;
  readonly sets?: Readonly<Record<string, (path: string) => boolean>>;
  readonly files: (below: Below) => Files;
  /** What must be true of the files afterwards. */
  readonly holds?: (after: Files, before: Files) => void;
}

/** The lines that are not in a block or behind a mark of Drover's, as words. */
function ofOthers(text: string): readonly string[] {
  const outside = text.replace(/^# BEGIN drover[\s\S]*?^# END drover\r?$/gm, "");
  return outside
    .split("\n")
    .map((line) => line.replace(/^# drover: [^#]*# /, "").trim())
    .filter((line) => line !== "" && !line.startsWith("# Written by Drover"));
}

const h2 = { ...caseHost, name: "h2", address: "10.77.0.12" };
const sysctlFolder = /^\/(etc|run|usr\/lib)\/sysctl\.d\/|^\/etc\/(sysctl|ufw\/sysctl)\.conf$/;

const hostsLines = [
  "127.0.0.1 localhost",
  "127.0.0.1\tlocalhost.localdomain localhost h1",
  "127.0.1.1 h1.example.com h1",
  "127.0.1.1 H1",
  "127.0.1.1 old.example.com old # by the installer",
  "::1 localhost ip6-localhost h1",
  "  127.0.1.1\th1\tdb",
  "10.77.0.11 h1",
  "10.77.0.12 h2 # a colleague's",
  "10.77.0.99 other h1.other.example.com",
  "# 10.0.0.1 h1",
  "",
];

const parameters = [
  "net.ipv4.ip_forward = 0",
  "net.ipv4.ip_forward=1",
  "net/ipv4/ip_forward = 0",
  "-net.ipv4.conf.all.forwarding = 0",
  "net.ipv4.conf.*.forwarding=0",
  "  net.bridge.bridge-nf-call-iptables = 0  ",
  "net.bridge.*=0",
  "vm.max_map_count = 65530",
  "vm.max_map_count = 1000000",
  "# net.ipv4.ip_forward = 0",
  "; net.ipv4.ip_forward = 0",
  "vm.swappiness",
  "",
];

/** What the next boot sets a parameter to, by any of its names, in the order of sysctl.d(5); a line's name may hold stars. */
function lastWord(files: Files, ...names: readonly string[]): string | undefined {
  const order = Object.keys(files).toSorted((a, b) =>
    a.endsWith("/sysctl.conf") ? 1 : b.endsWith("/sysctl.conf") ? -1 : a < b ? -1 : 1,
  );
  const rows = order.flatMap((path) => (files[path] ?? "").split("\n"));
  const values = rows.flatMap((row) => {
    const [, key = "", value] = /^[\s-]*([a-z*][^\s=#;]*)\s*=\s*(.*?)\s*$/.exec(row) ?? [];
    const pattern = key
      .replaceAll("/", ".")
      .split("*")
      .map((part) => part.replaceAll(".", "[.]"))
      .join("[^.]*");
    return value !== undefined && names.some((name) => new RegExp(`^${pattern}$`).test(name)) ? [value] : [];
  });
  return values.at(-1);
}

const roads: readonly Road[] = [
  {
    id: "os/names",
    settings: { hosts: [caseHost, h2], extraHosts: { "registry.lan": "10.77.0.1" } },
    files: (below) => ({ "/etc/hosts": textOf(below, hostsLines) }),
    holds: (after) => {
      const text = (after["/etc/hosts"] ?? "").toLowerCase();
      const rows = text.split("\n").map((row) => row.replace(/#.*/, "").trim().split(/\s+/));
      const addresses = (name: string) =>
        rows.flatMap(([address, ...names]) => (names.includes(name) ? [address] : []));
      expect(new Set(addresses("h1"))).toEqual(new Set(["10.77.0.11"]));
      expect(new Set(addresses("h2"))).toEqual(new Set(["10.77.0.12"]));
      expect(addresses("registry.lan")).toEqual(["10.77.0.1"]);
    },
  },
  {
    id: "os/sysctl",
    settings: {},
    sets: { files: (path) => sysctlFolder.test(path) },
    files: (below) => {
      const paths = [
        "/etc/sysctl.d/10-a.conf",
        "/etc/sysctl.d/95-b.conf",
        "/etc/sysctl.d/99-sysctl.conf",
        "/etc/sysctl.conf",
      ];
      return Object.fromEntries(paths.filter(() => below(2) === 0).map((path) => [path, textOf(below, parameters)]));
    },
    holds: (after, before) => {
      for (const [path, text] of Object.entries(before))
        if (path !== "/etc/sysctl.d/90-drover.conf") expect(ofOthers(after[path] ?? "")).toEqual(ofOthers(text));
      expect(after["/etc/sysctl.d/10-a.conf"]).toBe(before["/etc/sysctl.d/10-a.conf"]);
      expect(lastWord(after, "net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding") ?? "1").toBe("1");
      expect(lastWord(after, "net.bridge.bridge-nf-call-iptables") ?? "1").toBe("1");
    },
  },
  {
    id: "os/kernel-modules",
    settings: [],
    sets: { bans: (path) => path.startsWith("/etc/modprobe.d/") },
    files: (below) => {
      const lines = [
        "blacklist overlay",
        "install br-netfilter /bin/true",
        "blacklist nf_tables # no",
        "blacklist nouveau",
        "options overlay metacopy=on",
        "#blacklist overlay",
        "\tblacklist\toverlay",
        "",
      ];
      return Object.fromEntries(["a", "b"].map((name) => [`/etc/modprobe.d/${name}.conf`, textOf(below, lines)]));
    },
    holds: (after, before) => {
      for (const [path, text] of Object.entries(before)) {
        expect(ofOthers(after[path] ?? "")).toEqual(ofOthers(text));
        expect(after[path]).not.toMatch(/^\s*(blacklist|install)\s+(overlay|br.netfilter)/m);
        expect((after[path] ?? "").includes("nouveau")).toBe(text.includes("nouveau"));
      }
    },
  },
  {
    id: "os/swap-off",
    files: (below) => {
      const lines = [
        "UUID=1-2 / ext4 defaults 0 1",
        "/swap.img none swap sw 0 0",
        "/dev/sda2\tnone\tswap\tsw,pri=5\t0\t0",
        "LABEL=swap#1 none swap",
        "# /old none swap sw 0 0",
        "tmpfs /swap tmpfs rw 0 0",
        "/dev/sdb1 /mnt/swap ext4 rw 0 0",
        "  /indented none swap defaults",
        "",
      ];
      return { "/etc/fstab": textOf(below, lines) };
    },
    holds: (after, before) => {
      const fields = (after["/etc/fstab"] ?? "").split("\n").map((row) => row.trim().split(/\s+/));
      expect(fields.filter(([first = "#", , kind]) => !first.startsWith("#") && kind === "swap")).toEqual([]);
      expect(ofOthers(after["/etc/fstab"] ?? "")).toEqual(ofOthers(before["/etc/fstab"] ?? ""));
    },
  },
  {
    id: "os/dns",
    like: "plain-file",
    settings: { nameservers: ["10.0.0.1", "10.0.0.2"], search: ["a.lan", "b.lan"] },
    files: (below) => {
      const lines = [
        "nameserver 192.0.2.1",
        "nameserver\t192.0.2.2",
        "search old.lan",
        "domain old.lan",
        "options edns0 trust-ad",
        "options timeout:1",
        "# a comment",
        "; another",
        "sortlist 10.0.0.0",
        "",
      ];
      return { "/etc/resolv.conf": textOf(below, lines) };
    },
    holds: (after, before) => {
      const rows = (text = "") => text.split("\n").map((row) => row.trim());
      const text = rows(after["/etc/resolv.conf"]);
      expect(text.filter((row) => row.startsWith("nameserver"))).toEqual([
        "nameserver 10.0.0.1",
        "nameserver 10.0.0.2",
      ]);
      expect(text.filter((row) => /^(search|domain)/.test(row))).toEqual(["search a.lan b.lan"]);
      const kept = (list: readonly string[]) => list.filter((row) => /^(options|sortlist|[#;])/.test(row));
      expect(kept(text)).toEqual(kept(rows(before["/etc/resolv.conf"])));
    },
  },
];

describe("files of others, of odd but legal lines in any order", () => {
  it.each(roads.map((road) => [road.id, road] as const))("%s: one run is enough, and nothing is lost", (id, road) => {
    const below = randomNumbers(17);
    const kinds = new Set<string>();
    for (let round = 0; round < rounds(250); round += 1) {
      const step = stepsById[id]?.(road.settings) ?? swapOff();
      const before = road.files(below);
      const first = decideOn(step, caseHost, answers(step, road, before));
      kinds.add(first.kind);
      if (first.kind === "blocked") continue;
      const after = written(before, first);
      const told = JSON.stringify(before);
      expect(decideOn(step, caseHost, answers(step, road, after)), told).toEqual({ kind: "ok" });
      road.holds?.(after, before);
    }
    expect(kinds).toContain("change");
  });
});
