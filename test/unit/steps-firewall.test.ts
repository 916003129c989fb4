import { describe, expect, it } from "vitest";
import type { Decision } from "../../src/core/step.ts";
import { decideFirewalld, type Firewalld, firewalldProbe } from "../../src/steps/firewall/firewalld.ts";
import { inWords, type OpenPort } from "../../src/steps/firewall/open-ports.ts";
import { decideUfw, ufwIsOn } from "../../src/steps/firewall/ufw.ts";
import { caseHost } from "../cases/steps.ts";

const pods = "10.42.0.0/16";
const tcp = (ports: string, source = ""): OpenPort => ({ protocol: "tcp", ports, from: source });
const fromPods: OpenPort = { protocol: "any", ports: "", from: pods };

function summaryOf(decision: Decision): string {
  return decision.kind === "change" ? decision.changes.map(({ summary }) => summary).join() : decision.kind;
}

function scriptOf(decision: Decision): string {
  const actions = decision.kind === "change" ? decision.changes.flatMap((change) => change.actions) : [];
  return actions.flatMap((action) => (action.kind === "run" ? [action.sh.text] : [])).at(-1) ?? "";
}

describe("ufw", () => {
  const file = (text: string) =>
    ({ kind: "present", text, mode: 0o640, owner: "0:0", realPath: "/etc/ufw/user.rules" }) as const;
  const tuples = (...rows: readonly string[]) =>
    file(rows.map((row) => `### tuple ### ${row}\n-A something\n`).join(""));
  const seen = (rules: readonly string[], rules6: readonly string[] = []) => ({
    conf: file("ENABLED=yes\n"),
    rules: tuples(...rules),
    rules6: tuples(...rules6),
  });
  const routed = [`route:allow any any 0.0.0.0/0 any ${pods} in`, `route:allow any any ${pods} any 0.0.0.0/0 in`];

  it.each([
    ["ENABLED=yes", true],
    ["# x\nENABLED=yes # on", true],
    ['ENABLED="yes"', true],
    ["enabled=YES", true],
    ["ENABLED=no", false],
    ["# ENABLED=yes", false],
    ["ENABLED=yesterday", false],
    ["", false],
  ])("is on by %j: %s", (text, is) => expect(ufwIsOn({ ...seen([]), conf: file(text) })).toBe(is));

  it("is off where its file cannot be read", () => {
    for (const conf of [{ kind: "absent" }, { kind: "unreadable", why: "x" }] as const)
      expect(ufwIsOn({ ...seen([]), conf })).toBe(false);
  });

  // The tuples and the commands are ufw 0.36.2's, each as it wrote the other down.
  it.each<[OpenPort, string, string]>([
    [
      tcp("6443"),
      "tcp 6443 0.0.0.0/0 any 0.0.0.0/0 in",
      "ufw allow proto tcp from any to any port 6443 comment drover",
    ],
    [
      tcp("2379:2380", "10.0.0.2"),
      "tcp 2379:2380 0.0.0.0/0 any 10.0.0.2 in",
      "ufw allow proto tcp from 10.0.0.2 to any port 2379:2380 comment drover",
    ],
    [
      tcp("10250", "fd00::2"),
      "tcp 10250 ::/0 any fd00::2 in",
      "ufw allow proto tcp from fd00::2 to any port 10250 comment drover",
    ],
    [
      { protocol: "any", ports: "", from: "10.0.0.2" },
      "any any 0.0.0.0/0 any 10.0.0.2 in",
      "ufw allow from 10.0.0.2 to any comment drover",
    ],
  ])("lets %j in by its tuple or its command", (open, tuple, command) => {
    const lists = (action: string) =>
      open.from.includes(":") ? seen(routed, [`${action} ${tuple}`]) : seen([...routed, `${action} ${tuple}`]);
    for (const action of ["allow", "allow_log", "allow_log-all"])
      expect(decideUfw(lists(action), [open], pods), action).toEqual({ kind: "ok" });
    expect(scriptOf(decideUfw(seen(routed), [open], pods))).toBe(`PATH=$PATH:/usr/sbin\n${command}`);
    for (const action of ["deny", "reject", "limit", "deny_log"]) {
      const decision = decideUfw(lists(action), [open], pods);
      expect(summaryOf(decision)).toBe(`ufw also lets in: ${inWords(open)} (now: ${action.replace("_log", "")})`);
    }
  });

  it("lets packets of pods pass in both directions, each asked for by itself", () => {
    const [outward = "", inward = ""] = routed;
    expect(scriptOf(decideUfw(seen([outward]), [], pods))).toContain(`\nufw route allow to ${pods} comment drover`);
    expect(scriptOf(decideUfw(seen([inward]), [], pods))).toContain(`\nufw route allow from ${pods} comment drover`);
    expect(decideUfw(seen(routed), [], pods)).toEqual({ kind: "ok" });
    expect(decideUfw(seen(routed.map((one) => one.replace("route:", ""))), [], pods).kind).toBe("change");
  });

  it("stops at the first command that fails", () => {
    const script = scriptOf(decideUfw(seen([]), [tcp("80"), tcp("443")], pods));
    expect(script.split(" && ").map((command) => command.split("\n").at(-1)?.split(" comment")[0])).toEqual([
      "ufw allow proto tcp from any to any port 80",
      "ufw allow proto tcp from any to any port 443",
      `ufw route allow from ${pods}`,
      `ufw route allow to ${pods}`,
    ]);
  });

  it.each(["rules", "rules6"] as const)("is left alone where its %s cannot be read", (which) => {
    const decision = decideUfw({ ...seen([]), [which]: { kind: "unreadable", why: "it is a folder" } }, [], pods);
    const path = which === "rules" ? "/etc/ufw/user.rules" : "/etc/ufw/user6.rules";
    expect(decision).toMatchObject({ kind: "blocked", because: `${path} cannot be edited: it is a folder` });
  });
});

describe("firewalld", () => {
  const read = (stdout: string, code = 0) => firewalldProbe(caseHost).parse({ code, stdout, stderr: "" });
  const rule = 'rule family="ipv4" source address="10.0.0.2" port port="10250" protocol="tcp" accept';

  it("is off, on, or does not say", () => {
    expect(read("off\n")).toBeNull();
    expect(read("zone public\nend\n")).toEqual({ zone: "public", rules: new Set(), trusted: new Set() });
    for (const cut of [
      "",
      "zone public\n",
      "zone public\nnow x\nen",
      "zone $(x)\nend\n",
      "zone \nend\n",
      `zone ${"z".repeat(18)}\nend\n`,
    ])
      expect(read(cut)).toBeUndefined();
    expect(read("zone public\nend\n", 252)).toBeUndefined();
  });

  it("counts what is in force and kept, and neither what goes at a restart nor what waits for one", () => {
    const rows = [
      `now ${rule}`,
      "now rule accept",
      `kept ${rule}`,
      "kept rule drop",
      `now trusted ${pods}`,
      "now trusted 10.9.0.0/16",
      `kept trusted ${pods}`,
    ];
    const seen = read(["zone public", ...rows, "end", ""].join("\n"));
    expect([...(seen?.rules ?? [])].filter((one) => one.startsWith("rule"))).toEqual([rule]);
    expect([...(seen?.trusted ?? [])]).toEqual([pods]);
  });

  const zone = (rules: readonly string[], trusted: readonly string[] = [pods]): Firewalld => ({
    zone: "work",
    rules: new Set(rules),
    trusted: new Set(trusted),
  });

  it.each<[OpenPort, string]>([
    [tcp("10250", "10.0.0.2"), rule],
    [
      tcp("2379:2380", "fd00::2"),
      'rule family="ipv6" source address="fd00::2" port port="2379-2380" protocol="tcp" accept',
    ],
    [{ ...tcp("30000:32767"), protocol: "udp" }, 'rule port port="30000-32767" protocol="udp" accept'],
    [{ protocol: "any", ports: "", from: "10.0.0.2" }, 'rule family="ipv4" source address="10.0.0.2" accept'],
  ])("lets %j in by a rule as it lists it itself", (open, expected) => {
    expect(decideFirewalld(zone([expected]), [open], pods)).toEqual({ kind: "ok" });
    const script = scriptOf(decideFirewalld(zone([]), [open], pods));
    const words = `--zone=work '--add-rich-rule=${expected}'`;
    expect(script).toBe(`firewall-cmd -q ${words} && firewall-cmd -q --permanent ${words}`);
  });

  it("trusts the pods' range, which is no rule of the zone", () => {
    expect(decideFirewalld(zone([]), [fromPods], pods)).toEqual({ kind: "ok" });
    const decision = decideFirewalld(zone([], ["10.9.0.0/16"]), [fromPods], pods);
    expect(summaryOf(decision)).toBe(`firewalld also lets in: everything from ${pods}`);
    const words = `--zone=trusted --add-source=${pods}`;
    expect(scriptOf(decision)).toBe(`firewall-cmd -q ${words} && firewall-cmd -q --permanent ${words}`);
  });

  it("keeps the files of both zones first, with the copies that it makes of them itself", () => {
    const decision = decideFirewalld(zone([]), [tcp("80")], pods);
    const [backup] = decision.kind === "change" ? decision.changes.flatMap((change) => change.actions) : [];
    const script = backup?.kind === "run" ? backup.sh.text : "";
    const kept = [...script.matchAll(/cp -a -- (\S+) /g)].map((match) => match[1]);
    const files = ["work", "trusted"].flatMap((name) =>
      ["", ".old"].map((old) => `/etc/firewalld/zones/${name}.xml${old}`),
    );
    expect(kept).toEqual(files);
  });
});
