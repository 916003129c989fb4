import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { composeBatch, readBatch } from "../../src/core/batch.ts";
import { control, type Host } from "../../src/core/cluster.ts";
import type { Result } from "../../src/core/probe.ts";
import { firewallFact } from "../../src/facts/firewall.ts";
import { factProbes, factQuestions, readFacts } from "../../src/facts/host-facts.ts";
import { testFolder } from "../test-folder.ts";

const host: Host = { ...control, name: "h1", address: "127.0.0.1", user: "root", port: 22 };
const probes = Object.entries(factProbes(host));
const nonce = "00000000feedbeef";

/** Commands that change a machine, where a command can stand. */
const changing =
  /(?:^|[;{|&(]|\b(?:do|then|else)\b)\s*(?:rm|mv|cp|mkdir|touch|tee|install|apt-get|swapoff|usermod|gpasswd|chmod|chown|sudo|modprobe (?!-n)|systemctl (?!show|is-active))\b/m;

function askThisMachine(): readonly Result[] {
  const questions = factQuestions(host);
  const output = spawnSync("/bin/sh", ["-s"], { input: composeBatch(questions, nonce), encoding: "utf8" });
  return readBatch({ code: 0, stdout: output.stdout, stderr: output.stderr }, nonce, questions.length);
}

const here = askThisMachine();
const askedAt = Date.now();

describe("the questions for facts", () => {
  it.each(probes)("%s is POSIX sh", (_, probe) => {
    const { status, stderr } = spawnSync("/bin/sh", ["-n"], { input: probe.sh.text, encoding: "utf8" });
    expect(`${status} ${stderr}`).toBe("0 ");
  });

  it.each(probes)("%s only reads", (_, probe) => {
    const commands = probe.sh.text.replace(/'[^']*'/g, "''");
    expect(commands).not.toMatch(changing);
    const targets = [...commands.matchAll(/>+\s*(\S+)/g)].map((match) => match[1] ?? "");
    expect(targets.filter((target) => !/^(\/dev\/null|&1|&2)/.test(target))).toEqual([]);
  });

  it("are all different, and fit into one batch", () => {
    expect(new Set(factQuestions(host).map((question) => question.text)).size).toBe(probes.length);
  });

  it("get answers from this machine that agree with what Node says of it", async () => {
    const facts = readFacts(
      host,
      new Map(factQuestions(host).map((question, index) => [question.text, at(here, index)])),
    );
    const { cpus, hostname } = await import("node:os");
    expect(facts.machine).toMatchObject({ hostname: hostname(), cpus: cpus().length });
    expect(facts.disks?.some(({ mount, sizeMiB }) => mount === "/" && (sizeMiB ?? 0) > 0)).toBe(true);
    expect(Math.abs((facts.clock?.now ?? 0) - askedAt)).toBeLessThan(60_000);
    expect(facts.tools).toContain("perl");
  });
});

// firewall-cmd is a double: it answers as firewalld 1.3 does; the services are files as its package has them.
const firewalldOf = (zones: Readonly<Record<string, Readonly<Record<string, string>>>>, rules = "") => {
  const dir = testFolder("firewalld");
  const listed = Object.entries(zones).map(([zone, said]) => {
    const rows = { target: "default", interfaces: "", sources: "", services: "", ports: "", ...said };
    const text = Object.entries(rows).map(([key, value]) => `  ${key}: ${value}`);
    return `"--zone=${zone} --list-all") cat <<'X'\n${zone} (active)\n${text.join("\n")}\n  rich rules: \n${rules}\nX\n;;`;
  });
  const active = Object.entries(zones).map(([zone, { interfaces }]) => `${zone}\\n  interfaces: ${interfaces}\\n`);
  const program = `#!/bin/sh
case "$*" in
"-q --state") ;;
--get-default-zone) echo public ;;
--get-active-zones) printf '${active.join("")}' ;;
${listed.join("\n")}
*) echo "unknown: $*" >&2; exit 2 ;;
esac
`;
  writeFileSync(join(dir, "firewall-cmd"), program, { mode: 0o755 });
  const file = (path: string, text: string): void => {
    mkdirSync(join(dir, path, ".."), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  const service = (where: string, name: string, ...rows: readonly string[]): void =>
    file(`${where}/firewalld/services/${name}.xml`, `<service>\n  <short>x</short>\n${rows.join("\n")}\n</service>\n`);
  const answer = (): readonly string[] => {
    const text = firewallFact.sh.text.replaceAll(/(\/etc|\/usr\/lib)(?=\/firewalld)|\/sys(?=\/class)/g, `${dir}$&`);
    const input = `PATH=${dir}:$PATH\n${text}`;
    const { stdout, stderr, status } = spawnSync("/bin/sh", ["-s"], { input, encoding: "utf8" });
    expect(stderr).not.toContain("unknown");
    return [...new Set(firewallFact.parse({ code: status ?? 1, stdout, stderr })?.firewalld)].toSorted();
  };
  return { answer, file, service };
};

describe("the question about firewalld finds", () => {
  it("the ports and the rules of all zones in use", () => {
    const rule =
      '\trule family="ipv4" source address="10.0.0.2" port port="10250" protocol="tcp" accept\n\trule service name="own" accept';
    const zones = { public: { ports: "6443/tcp 2379-2380/tcp", interfaces: "eth0" }, internal: { interfaces: "eth1" } };
    const { answer, service } = firewalldOf(zones, rule);
    service("/etc", "own", '<port port="9000-9010" protocol="udp"/>');
    expect(answer()).toEqual([
      "2379-2380/tcp",
      "6443/tcp",
      "9000-9010/udp",
      ...rule.split("\n").map((one) => one.trim()),
    ]);
  });

  it("the ports of services, of those that they include, and of an administrator's own in place of the packaged one", () => {
    const { answer, service } = firewalldOf({ public: { services: "ssh kube-control-plane gone" } });
    service("/usr/lib", "ssh", '<port protocol="tcp" port="22"/>');
    service("/etc", "ssh", '<port protocol="tcp" port="2222"/> <port port="2223" protocol="tcp"/>');
    service("/usr/lib", "kube-control-plane", '<include service="kube-apiserver" />', '<include service="etcd" />');
    service(
      "/usr/lib",
      "kube-apiserver",
      '<port protocol="tcp" port="6443"/>',
      '<include service="kube-control-plane"/>',
    );
    service("/usr/lib", "etcd", '<source-port protocol="tcp" port="1"/>', '<port protocol="tcp" port="2379-2380"/>');
    expect(answer()).toEqual(["2222/tcp", "2223/tcp", "2379-2380/tcp", "6443/tcp"]);
  });

  it.each([
    ["the default zone does so", { public: { target: "ACCEPT" } }, ["accept"]],
    ["a card is in such a zone", { public: {}, trusted: { target: "ACCEPT", interfaces: "docker0 eth1" } }, ["accept"]],
    ["a bridge alone is in one: of Docker's", { public: {}, docker: { target: "ACCEPT", interfaces: "docker0" } }, []],
    ["a range alone is in one: the pods'", { public: {}, trusted: { target: "ACCEPT", sources: "10.42.0.0/16" } }, []],
    ["a zone drops", { public: { target: "DROP", interfaces: "eth0" } }, []],
  ])("whether all is let in where %s", (_, zones, found) => {
    const { answer, file } = firewalldOf(zones);
    file("/sys/class/net/docker0/bridge/bridge_id", "");
    expect(answer()).toEqual(found);
  });
});

describe("whatever a host answers", () => {
  const nasty = [
    "",
    "\n",
    "\0",
    "x".repeat(50_000),
    "-- end\n",
    "\n-- end\n",
    "[1,null,{}]",
    "{}",
    "99999999999999999999",
  ];

  it.each(probes)("%s is read without throwing", (name, probe) => {
    const real = at(here, Object.keys(factProbes(host)).indexOf(name));
    const cuts = [0.2, 0.5, 0.9].map((part) => real.stdout.slice(0, Math.floor(real.stdout.length * part)));
    const woven = nasty.map((text) => real.stdout.replace(/^(-- \w+)\n.*$/gm, (_, head: string) => `${head}\n${text}`));
    for (const stdout of [...nasty, ...cuts, ...woven, ...nasty.map((text) => real.stdout + text)]) {
      for (const code of [0, 1, 124, 127]) expect(() => probe.parse({ code, stdout, stderr: "" })).not.toThrow();
    }
  });

  it.each(probes)("%s is not known from half an answer", (name, probe) => {
    const real = at(here, Object.keys(factProbes(host)).indexOf(name));
    const half = real.stdout.slice(0, real.stdout.lastIndexOf("\n-- end"));
    expect(probe.parse({ code: 0, stdout: half, stderr: "" })).toBeUndefined();
  });

  it("a question that was not asked leaves its fact unknown", () => {
    expect(Object.values(readFacts(host, new Map())).every((fact) => fact === undefined)).toBe(true);
  });
});

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`nothing at ${index}`);
  return found;
}
