import { describe, expect, it } from "vitest";
import { control, type Host } from "../../../src/core/cluster.ts";
import type { HostFacts } from "../../../src/facts/host-facts.ts";
import { factProbes, readFacts } from "../../../src/facts/host-facts.ts";
import { seenOf } from "../../../src/wizard/seen-of.ts";
import { answerOf, healthy } from "../../cases/check-files.ts";

const host: Host = { ...control, name: "h1", address: "10.125.0.11", user: "root", port: 22 };

/** The facts of a host that answers as a healthy one does, but for these parts. */
function facts(over: Readonly<Record<string, Readonly<Record<string, string>> | undefined>> = {}): HostFacts {
  const answers = Object.entries(factProbes(host)).flatMap(([name, probe]) => {
    if (name in over && over[name] === undefined) return [];
    return [[probe.sh.text, answerOf({ ...healthy[name], ...over[name] })] as const];
  });
  return readFacts(host, new Map(answers));
}

const seen = (over: Parameters<typeof facts>[0] = {}) => seenOf(facts(over));

describe("what the wizard sees of a machine", () => {
  it("is what matters for an inventory", () => {
    expect(seen()).toEqual({
      hostname: "k1",
      machineId: "7d17b1f82b194121975b021b57f17f59",
      bootId: "a4c6a44e-4e1e-44ca-b95d-8933d5c8af72",
      os: "Debian 13",
      cpus: 2,
      memoryMiB: 24_105,
      freeMiB: 156_454,
      nics: [
        { name: "eth0", speedMbit: 10_000, virtual: false, cidrs: ["10.125.0.11/24"] },
        { name: "docker0", speedMbit: undefined, virtual: true, cidrs: ["172.17.0.1/16"] },
      ],
      routes: ["default", "10.125.0.0/24", "172.17.0.0/16"],
      defaultNic: "eth0",
      gpus: [],
      docker: "26.1.5+dfsg1",
      leftovers: [],
    });
  });

  it("is nothing where not even the machine could be asked", () => {
    expect(seen({ machine: undefined })).toBeUndefined();
    expect(seenOf(readFacts(host, new Map()))).toBeUndefined();
  });

  it("is the machine alone where nothing else was told", () => {
    const silent = Object.keys(healthy).filter((name) => name !== "machine");
    expect(seen(Object.fromEntries(silent.map((name) => [name, undefined])))).toMatchObject({
      ...{ hostname: "k1", os: "an unknown system", freeMiB: undefined, nics: [], routes: [], defaultNic: undefined },
      ...{ gpus: [], docker: undefined, leftovers: [] },
    });
  });

  it.each([
    ["Ubuntu 24.04.2 LTS", "Ubuntu 24.04.2"],
    ["Ubuntu 26.04 LTS", "Ubuntu 26.04"],
    ["Debian GNU/Linux 12 (bookworm)", "Debian 12"],
    ["Rocky Linux 9.4 (Blue Onyx)", "Rocky Linux 9.4 (Blue Onyx)"],
  ])("names its system shortly: %s", (pretty, os) => {
    const release = `PRETTY_NAME="${pretty}"\nID=x\nVERSION_ID="1"\n`;
    expect(seen({ os: { release } })?.os).toBe(os);
  });

  it("names GPUs without their maker, and no switches among them", () => {
    const devices = [
      "0000:19:00.0 0x2335 0x030200 nvidia de103523 16 16",
      "0000:3b:00.0 0x26b9 0x030200 none de10b926 16 16",
      "0000:a1:00.0 0x22a3 0x068000 nvidia-nvswitch de10a322 2 2",
      "done\n",
    ].join("\n");
    expect(seen({ gpus: { devices } })?.gpus).toEqual(["H200 SXM 141GB", "L40S"]);
  });

  it("tells what stands in the way: another Kubernetes, Docker as a snap", () => {
    const found = seen({
      leftovers: { paths: "/usr/local/bin/k3s\n/etc/rancher/k3s\n/usr/bin/kubeadm\n" },
      docker: { snap: "yes\n", packages: "end\n", info: "" },
    });
    expect(found?.leftovers).toEqual(["leftovers of k3s", "leftovers of kubeadm", "Docker as a snap"]);
    expect(found?.docker).toBeUndefined();
  });

  it("has the card of the main table's default route, not that of a VPN, and no addresses of IPv6", () => {
    const addresses = JSON.stringify([
      {
        ...{ ifname: "eno1", flags: ["UP", "LOWER_UP"], mtu: 1500, address: "aa:bb:cc:00:11:22" },
        addr_info: [
          { family: "inet6", local: "2001:db8::5", prefixlen: 64, scope: "global" },
          { family: "inet", local: "10.0.0.5", prefixlen: 24, scope: "global" },
        ],
      },
    ]);
    const routes = JSON.stringify([
      { dst: "default", dev: "wg0", table: "51820" },
      {
        dst: "default",
        metric: 100,
        nexthops: [
          { gateway: "10.0.0.1", dev: "eno1" },
          { gateway: "10.1.0.1", dev: "eno2" },
        ],
      },
      { dst: "10.9.0.0/16", dev: "wg0" },
    ]);
    expect(seen({ network: { addresses, routes, speeds: "eno1 no 25000\n" } })).toMatchObject({
      defaultNic: "eno1",
      nics: [{ name: "eno1", speedMbit: 25_000, virtual: false, cidrs: ["10.0.0.5/24"] }],
      routes: ["default", "10.9.0.0/16"],
    });
  });
});
