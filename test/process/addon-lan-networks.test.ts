import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { lanAddressesStage } from "../../src/addons/lan-addresses.ts";
import { formatRange } from "../../src/inventory/cidr.ts";
import { testFolder } from "../test-folder.ts";
import { writeProgram } from "../unit/support/helm-world.ts";
import { decideOn, host } from "../unit/support/rke-world.ts";

function step(addresses: readonly string[]) {
  const { steps } = lanAddressesStage([host("node-b")], {
    stage: { id: "load-balancer", title: "t" },
    step: { id: "metallb/lan", title: "t" },
    ...{ role: "worker", addresses, namespace: "metallb-system", remedy: "Set others." },
  });
  const [only] = steps;
  if (only === undefined) throw new Error("no step");
  return only;
}

/** A line of `ip -o -4 addr show scope global`, of iproute2 6.1 and 5.x alike. */
const line = (card: string, address: string, more = "") =>
  `2: ${card}    inet ${address} ${more}scope global ${card}\\       valid_lft forever preferred_lft forever`;

/** The networks that a host is taken to be on whose `ip`, which is played, tells this. */
function networks(...lines: readonly string[]): readonly string[] {
  const folder = testFolder("lan");
  writeProgram(
    folder,
    "ip",
    `[ "$*" = "-o -4 addr show scope global" ] || exit 9\ncat <<'END'\n${lines.join("\n")}\nEND`,
  );
  const probe = step(["10.0.0.200-10.0.0.210"]).probes(host("node-b"))["networks"];
  const env = { PATH: `${folder}:${process.env["PATH"]}` };
  const stdout = execFileSync("/bin/sh", ["-c", probe?.sh.text ?? ""], { env, encoding: "utf8" });
  const ranges = probe?.parse({ code: 0, stdout, stderr: "" }) as Parameters<typeof formatRange>[0][];
  return ranges.map(formatRange);
}

describe("the networks of a host", () => {
  it.each(["eth0", "ens18", "enp1s0f0np0", "bond0", "br0", "bridge0", "vlan.20", "eth0.20", "wg0", "vmbr0"])(
    "are those of its cards, such as %s",
    (card) => {
      expect(networks(line(card, "10.0.0.2/24", "brd 10.0.0.255 "))).toEqual(["10.0.0.0-10.0.0.255"]);
    },
  );

  it.each(["docker0", "br-4c1f9b7e2d10", "cni0", "flannel.1", "cali12ab34cd56e", "veth12ab34c", "virbr0"])(
    "are none of those that it has for containers and machines within, such as %s",
    (card) => {
      expect(networks(line(card, "172.17.0.1/16"), line("eth0", "10.0.0.2/24"))).toEqual(["10.0.0.0-10.0.0.255"]);
    },
  );

  it("are as large as they are, all of a card, and none where it tells none", () => {
    expect(networks(line("eth0", "10.0.0.2/30"), line("eth0", "192.168.7.9/16", "secondary "))).toEqual([
      "10.0.0.0-10.0.0.3",
      "192.168.0.0-192.168.255.255",
    ]);
    // A tunnel has the address of its other end there, and no network.
    expect(networks(line("tun0", "10.8.0.2 peer 10.8.0.1/32"))).toEqual([]);
    expect(networks()).toEqual([]);
  });
});

describe("ranges of addresses in such a network", () => {
  const judged = (address: string, ...ranges: readonly string[]) => {
    const decision = decideOn(step(ranges), { "ip -o": `${address}\n`, "neigh show": "" }, host("node-b"));
    return decision.kind === "blocked" ? decision.because.replace(/ is not .*/, "") : decision.kind;
  };

  it.each<[string, readonly string[], string]>([
    ["10.0.0.2/24", ["10.0.0.0-10.0.0.255"], "ok"],
    ["10.0.0.2/24", ["10.0.0.0/24"], "ok"],
    ["10.0.1.2/24", ["10.0.0.255-10.0.1.9"], "10.0.0.255-10.0.1.9"],
    ["10.0.0.2/24", ["10.0.0.250-10.0.1.0"], "10.0.0.250-10.0.1.0"],
    ["10.0.0.2/24", ["10.0.0.0/23"], "10.0.0.0-10.0.1.255"],
    ["10.0.0.2/24", ["10.0.0.9-10.0.0.9", "10.0.1.9-10.0.1.9", "10.0.2.9/32"], "10.0.1.9"],
    ["10.0.0.2/25\n10.0.0.130/25", ["10.0.0.0/25", "10.0.0.128-10.0.0.255"], "ok"],
    ["10.0.0.2/25\n10.0.0.130/25", ["10.0.0.127-10.0.0.128"], "10.0.0.127-10.0.0.128"],
  ])("of %j, %j: %s", (address, ranges, told) => {
    expect(judged(address, ...ranges)).toBe(told);
  });
});
