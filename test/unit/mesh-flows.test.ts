import { describe, expect, it } from "vitest";
import type { AddonSettings } from "../../src/core/addons.ts";
import { portsBetween, portsOn } from "../../src/mesh/flows.ts";
import { chartSettings } from "./support/addon-world.ts";
import { cluster, host } from "./support/rke-world.ts";

const keeper = host("node-a", { roles: ["controlplane", "etcd"] });
const worker = host("node-b");

function ports(addons: AddonSettings, on = worker): readonly string[] {
  return portsOn(on, { ...cluster, addons }).map(({ protocol, port }) => `${protocol}:${port}`);
}

describe("the ports that hosts need", () => {
  it("are the kubelet's and the network's on every host, and etcd's and the API's where these are", () => {
    expect(ports({})).toEqual(["tcp:10250", "udp:8472"]);
    expect(ports({}, keeper)).toEqual(["tcp:2379", "tcp:2380", "tcp:6443", "tcp:10250", "udp:8472"]);
  });

  it("are more with MetalLB, whose speakers on all nodes talk to each other", () => {
    const metallb = { ...chartSettings(), addresses: ["10.0.0.200-10.0.0.210"] };
    for (const on of [worker, keeper])
      expect(ports({ metallb }, on)).toEqual([...ports({}, on), "tcp:7946", "udp:7946"]);
    const between = portsBetween(worker, keeper, { ...cluster, addons: { metallb } });
    expect(between.filter(({ port }) => port === 7946).map(({ use }) => use)).toEqual([
      "MetalLB's speakers among themselves",
      "MetalLB's speakers among themselves",
    ]);
  });

  it("are more on the workers with Traefik, and on no other host", () => {
    const traefik = chartSettings();
    expect(ports({ traefik })).toEqual([...ports({}), "tcp:80", "tcp:443"]);
    expect(ports({ traefik }, keeper)).toEqual(ports({}, keeper));
  });

  it("are not more with addons that need none, or with one that is written as absent", () => {
    const metricsServer = chartSettings();
    expect(ports({ metricsServer, metallb: undefined, traefik: undefined })).toEqual(ports({}));
  });
});
