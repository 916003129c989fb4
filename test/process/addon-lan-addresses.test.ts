import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lanAddressesStage } from "../../src/addons/lan-addresses.ts";
import { testFolder } from "../test-folder.ts";
import { cluster, host } from "../unit/support/rke-world.ts";

// docker, ping and ip are doubles here: small scripts. The shell text that Drover runs is the real one.

interface Lan {
  /** Which card answers for an address: what `ip neigh` tells afterwards. */
  readonly neighbours?: Readonly<Record<string, string>>;
  /** The namespaces of the pods on this host. */
  readonly pods?: readonly string[];
  readonly hosts?: readonly ReturnType<typeof host>[];
  readonly withoutDocker?: boolean;
}

/** The addresses of 10.0.0.100 to 10.0.0.102 that are said to be in use. */
function taken({ neighbours = {}, pods = [], hosts = cluster.hosts, withoutDocker = false }: Lan) {
  const dir = testFolder("lan");
  const program = (name: string, body: string): void =>
    writeFileSync(join(dir, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  program("ping", `for last in "$@"; do :; done; echo "$last" >>${dir}/pinged`);
  const rows = Object.entries(neighbours).map(([address, said]) => `${address}) echo "${said}" ;;`);
  program("ip", `[ "$1 $2 $3" = "-4 neigh show" ] || exit 9\ncase $4 in\n${rows.join("\n")}\nesac`);
  const mine = pods.map((one) => `*namespace=${one}) echo 0123456789ab ;;`);
  if (!withoutDocker) program("docker", `case "$*" in\n${mine.join("\n")}\nesac`);
  const { steps } = lanAddressesStage(hosts, {
    stage: { id: "some", title: "Some" },
    step: { id: "some/lan", title: "Free" },
    role: "worker",
    addresses: ["10.0.0.100-10.0.0.102"],
    namespace: "some-system",
    remedy: "Take others.",
  });
  const probe = steps[0]?.probes(host("node-b"))["taken"];
  if (probe === undefined) throw new Error("no probe");
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-s"], {
    input: probe.sh.text,
    encoding: "utf8",
    env: { PATH: `${dir}:/usr/bin:/bin` },
  });
  const parsed = probe.parse({ code: status ?? 1, stdout, stderr: "", truncated: false } as never);
  const pinged = spawnSync("sort", [join(dir, "pinged")], { encoding: "utf8" })
    .stdout.split("\n")
    .filter(Boolean);
  return { taken: parsed, pinged, stderr };
}

const card = (mac: string) => `dev eth0 lladdr ${mac} REACHABLE`;
const stranger = card("52:54:00:00:00:99");
const hostA = card("52:54:00:00:00:0a");

describe("addresses of the LAN", () => {
  it("are all free where nobody answers, and nobody else was asked", () => {
    const { taken: found, pinged, stderr } = taken({});
    expect([found, stderr]).toEqual([[], ""]);
    expect(pinged).toEqual(["10.0.0.100", "10.0.0.101", "10.0.0.102"]);
  });

  it("are looked for among the cluster's own hosts where somebody answers", () => {
    const { pinged, stderr } = taken({ neighbours: { "10.0.0.101": stranger } });
    expect([pinged, stderr]).toEqual([
      ["10.0.0.1", "10.0.0.100", "10.0.0.101", "10.0.0.102", "10.0.0.2", "10.0.0.3"],
      "",
    ]);
  });

  it("are in use where a machine answers that is none of the cluster's", () => {
    expect(taken({ neighbours: { "10.0.0.101": stranger } }).taken).toEqual(["10.0.0.101"]);
    expect(taken({ neighbours: { "10.0.0.1": hostA, "10.0.0.100": stranger, "10.0.0.102": stranger } }).taken).toEqual([
      "10.0.0.100",
      "10.0.0.102",
    ]);
  });

  it("are the addon's own where a host of the cluster answers for them: so it is for a host that joins", () => {
    expect(taken({ neighbours: { "10.0.0.1": hostA, "10.0.0.100": hostA, "10.0.0.102": stranger } }).taken).toEqual([
      "10.0.0.102",
    ]);
  });

  it.each(["dev eth0 FAILED", "dev eth0 INCOMPLETE", "", "dev eth0 lladdr"])(
    "are free where the neighbour is %j",
    (said) => {
      const { taken: found } = taken({ neighbours: { "10.0.0.1": said, "10.0.0.101": said } });
      expect(found).toEqual([]);
    },
  );

  it("does not take part of a card's name for the whole", () => {
    const longer = card("52:54:00:00:00:0a:ff");
    expect(taken({ neighbours: { "10.0.0.1": longer, "10.0.0.100": hostA } }).taken).toEqual(["10.0.0.100"]);
  });

  it("are asked nothing where the addon runs already", () => {
    const { taken: found, pinged } = taken({ pods: ["some-system"], neighbours: { "10.0.0.101": stranger } });
    expect([found, pinged]).toEqual([[], []]);
    expect(taken({ pods: ["other"], neighbours: { "10.0.0.101": stranger } }).taken).toEqual(["10.0.0.101"]);
  });

  it("are asked on a host without Docker, too", () => {
    expect(taken({ withoutDocker: true, neighbours: { "10.0.0.101": stranger } }).taken).toEqual(["10.0.0.101"]);
  });

  it("are asked by the addresses that hosts have inside, and by no names", () => {
    const hosts = [
      host("node-a", { address: "bastion.example.org" }),
      host("node-b", { address: "198.51.100.2", internalAddress: "10.0.0.2" }),
    ];
    const neighbours = { "10.0.0.101": stranger };
    expect(taken({ hosts, neighbours }).pinged).toEqual(["10.0.0.100", "10.0.0.101", "10.0.0.102", "10.0.0.2"]);
    expect(taken({ hosts: [host("node-a", { address: "a.lan" })], neighbours }).taken).toEqual(["10.0.0.101"]);
  });
});
