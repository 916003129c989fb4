import { isIPv6 } from "node:net";
import { describe, expect, it } from "vitest";
import type { Host } from "../../src/core/cluster.ts";
import { oneSpelling } from "../../src/core/one-spelling.ts";
import { loadInventory } from "../../src/inventory/load.ts";
import { decideFirewalld } from "../../src/steps/firewall/firewalld.ts";
import { baseChains, rulesText } from "../../src/steps/firewall/nftables-text.ts";
import { type OpenPort, openPorts } from "../../src/steps/firewall/open-ports.ts";
import { decideUfw } from "../../src/steps/firewall/ufw.ts";
import { decideResolved, resolvedDropIn, resolvedHolds } from "../../src/steps/os/dns-resolved.ts";
import { host, minimal, mistakesOf } from "./inventory-support.ts";
import { randomNumbers } from "./support/random-numbers.ts";
import { rounds } from "./support/thoroughness.ts";

const clusterOf = (inventory: object) => {
  const readFile = async () => JSON.stringify({ ...minimal, ...inventory });
  return loadInventory({ path: "/i.yaml", readFile, home: "/home/me", resolveSecret: async () => "" });
};
const hostsOf = async (hosts: readonly object[]): Promise<readonly Host[]> => (await clusterOf({ hosts })).hosts;

/** Eight groups in one of the many ways to write them. */
function written(groups: readonly number[], below: (limit: number) => number): string {
  const words = groups.map((group) => {
    const text = below(2) === 0 ? group.toString(16) : group.toString(16).padStart(4, "0");
    return below(2) === 0 ? text : text.toUpperCase();
  });
  const zeros = groups.flatMap((group, index) => (group === 0 ? [index] : []));
  const at = zeros[below(zeros.length + 1)];
  if (at === undefined) return words.join(":");
  return `${words.slice(0, at).join(":")}::${words.slice(at + 1).join(":")}`;
}

const file = (text: string) => ({ kind: "present", text, mode: 0o640, owner: "0:0", realPath: "/x" }) as const;

describe("an address of IPv6", () => {
  it("has one spelling, however it is written", () => {
    const below = randomNumbers(6);
    for (let round = 0; round < rounds(2000); round += 1) {
      const groups = Array.from({ length: 8 }, () => (below(2) === 0 ? 0 : below(0x10000)));
      const [one, other] = [written(groups, below), written(groups, below)];
      expect(isIPv6(one), one).toBe(true);
      expect(oneSpelling(one), `${one} and ${other}`).toBe(oneSpelling(other));
      expect(oneSpelling(oneSpelling(one))).toBe(oneSpelling(one));
    }
  });

  it.each([
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"],
    ["FD00::00AB", "fd00::ab"],
    ["10.0.0.1", "10.0.0.1"],
    ["Node.Example.com", "Node.Example.com"],
    ["fe80::1%eth0", "fe80::1%eth0"],
    ["", ""],
  ])("%s is %s", (given, expected) => {
    expect(oneSpelling(given)).toBe(expected);
  });

  it("is taken from the inventory in that spelling, so that what hosts print is known again", async () => {
    const [first] = await hostsOf([{ ...host, address: "2001:DB8::0001", internalAddress: "FD00:0::1" }]);
    expect(first).toMatchObject({ address: "2001:db8::1", internalAddress: "fd00::1" });
    const { dns, extraHosts } = await clusterOf({
      dns: { nameservers: ["2001:DB8::0053", "192.0.2.53"] },
      extraHosts: { "db.example.com": "FD00:0::5", "web.example.com": "h1" },
    });
    expect(dns.nameservers).toEqual(["2001:db8::53", "192.0.2.53"]);
    expect(extraHosts["db.example.com"]).toBe("fd00::5");
  });

  it("of a nameserver is known again in what systemd-resolved says", async () => {
    const { dns: settings } = await clusterOf({ dns: { nameservers: ["2001:DB8:0::53"] } });
    // As systemd 257 prints it, whichever way it was given.
    const stdout = "Global\n       DNS Servers: 2001:db8::53\n        DNS Domain: ~.\n";
    const resolved = { active: true, ...resolvedHolds.parse({ code: 0, stdout, stderr: "" }) };
    const first = decideResolved({ settings, resolved, dropIn: { kind: "absent" }, pending: false });
    const written = first.kind === "change" ? (first.changes[0].after ?? "") : "";
    const dropIn = { ...file(written), realPath: resolvedDropIn };
    expect(decideResolved({ settings, resolved, dropIn, pending: false })).toEqual({ kind: "ok" });
  });

  it("of one link is a mistake in the inventory, and no defect of Drover", () => {
    const two = [host, { ...host, name: "h2", address: "fe80::2%eno1", internalAddress: "fe80::2%eno2" }];
    expect(mistakesOf({ ...minimal, hosts: two.map((one) => ({ ...one, roles: ["worker"] })) })).toEqual(
      expect.arrayContaining([
        "hosts[1].address: must not name a network card: other machines have cards of their own",
        "hosts[1].internalAddress: must not name a network card: other machines have cards of their own",
      ]),
    );
  });
});

describe("firewalls, between hosts with addresses of IPv6", () => {
  const wanted = async (): Promise<readonly OpenPort[]> => {
    const hosts = await hostsOf([
      { ...host, address: "192.0.2.1" },
      { name: "h2", address: "2001:DB8:0::2", internalAddress: "10.0.0.2", roles: ["worker"] },
    ]);
    const [first] = hosts;
    if (first === undefined) throw new Error("no host");
    return openPorts(first, {
      hosts,
      network: { plugin: "canal", options: {} },
      ingress: "none",
      clusterCidr: "10.42.0.0/16",
    });
  };
  const absent = { kind: "absent" } as const;
  const textOf = (decision: ReturnType<typeof decideUfw>): string =>
    decision.kind === "change"
      ? decision.changes
          .flatMap(({ actions }) => actions.flatMap((one) => ("sh" in one ? [one.sh.text] : [])))
          .join("\n")
      : "";

  it("ufw is told each of a host's addresses, and knows them again in its own list of IPv6", async () => {
    const open = await wanted();
    const first = decideUfw({ conf: absent, rules: absent, rules6: absent }, open, "10.42.0.0/16");
    expect(textOf(first)).toContain("ufw allow proto tcp from 2001:db8::2 to any port 10250 comment drover");
    expect(textOf(first)).toContain("ufw allow proto udp from 10.0.0.2 to any port 8472 comment drover");
    const tuple = ({ protocol, ports, from }: OpenPort, all: string) =>
      `### tuple ### allow ${protocol} ${ports || "any"} ${all} any ${from || all} in comment=64726f766572\n`;
    const routes = ["0.0.0.0/0 any 10.42.0.0/16", "10.42.0.0/16 any 0.0.0.0/0"].map(
      (one) => `### tuple ### route:allow any any ${one} in comment=64726f766572\n`,
    );
    const rules = open.filter(({ from }) => !from.includes(":")).map((one) => tuple(one, "0.0.0.0/0"));
    const rules6 = open.filter(({ from }) => from === "" || from.includes(":")).map((one) => tuple(one, "::/0"));
    const seen = { conf: absent, rules: file([...rules, ...routes].join("")), rules6: file(rules6.join("")) };
    expect(decideUfw(seen, open, "10.42.0.0/16")).toEqual({ kind: "ok" });
    const again = textOf(decideUfw({ ...seen, rules6: absent }, open, "10.42.0.0/16"));
    expect([...again.matchAll(/from (\S+) to any port (\S+)/g)].map(([, from, port]) => `${from} ${port}`)).toEqual([
      "2001:db8::2 10250",
      "2001:db8::2 8472",
    ]);
  });

  it("firewalld is told the family of each address", async () => {
    const open = await wanted();
    const text = textOf(
      decideFirewalld({ zone: "public", rules: new Set(), trusted: new Set(["10.42.0.0/16"]) }, open, "10.42.0.0/16"),
    );
    expect(text).toContain('rule family="ipv6" source address="2001:db8::2" port port="10250" protocol="tcp" accept');
    expect(text).toContain('rule family="ipv4" source address="10.0.0.2" port port="8472" protocol="udp" accept');
    expect(text).not.toContain("--zone=trusted");
    const rules = [...text.matchAll(/--add-rich-rule=(rule [^']*accept)/g)].map(([, rule = ""]) => rule);
    const all = { zone: "public", rules: new Set(rules), trusted: new Set(["10.42.0.0/16"]) };
    expect(decideFirewalld(all, open, "10.42.0.0/16")).toEqual({ kind: "ok" });
    expect(textOf(decideFirewalld({ ...all, trusted: new Set() }, open, "10.42.0.0/16"))).not.toContain("rich-rule");
  });

  it("nftables is told them in tables of both families, and not in those of IPv4 alone", async () => {
    const of = async (family: string) => {
      const chains = baseChains(
        `table ${family} filter {\n  chain input {\n    type filter hook input priority 0; policy drop;\n  }\n}\n`,
      );
      return rulesText(chains, await wanted(), "10.42.0.0/16");
    };
    expect(await of("inet")).toContain(
      "add rule inet filter drover_ports ip6 saddr { 2001:db8::2 } tcp dport 10250 accept",
    );
    expect(await of("ip")).not.toContain("2001:db8");
    expect(await of("ip")).toContain("add rule ip filter drover_ports ip saddr { 10.0.0.2 } tcp dport 10250 accept");
    expect(await of("bridge")).toBe("# Written by Drover: what the cluster's nodes need.\n\n");
  });
});
