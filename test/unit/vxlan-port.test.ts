import { describe, expect, it } from "vitest";
import { portsBetween } from "../../src/mesh/flows.ts";
import { openPorts } from "../../src/steps/firewall/open-ports.ts";
import { cluster, host } from "./support/rke-world.ts";

const [a, b] = [host("node-a", { address: "10.0.0.1" }), host("node-b", { address: "10.0.0.2" })];

/** What the mesh tries and what the firewall lets in, for pods' packets between nodes. */
function ports(network: Partial<(typeof cluster)["rke"]["network"]>) {
  const whole = { plugin: "canal", options: {}, ...network };
  const tried = portsBetween(a, b, { ...cluster, rke: { ...cluster.rke, network: whole } });
  const settings = { hosts: [a, b], network: whole, ingress: "none" as const, clusterCidr: "10.42.0.0/16" };
  const letIn = openPorts(b, settings).filter(({ from, ports: given }) => from === "10.0.0.1" && given !== "10250");
  return [
    tried.flatMap(({ protocol, port }) => (port === 10250 ? [] : [`${protocol} ${port}`])),
    letIn.map(({ protocol, ports: given }) => `${protocol} ${given}`),
  ];
}

describe("the port of pods' packets is tried and opened as the inventory has it", () => {
  it.each([
    ["canal", {}, ["udp 8472"], ["udp 8472"]],
    ["flannel", { plugin: "flannel" }, ["udp 8472"], ["udp 8472"]],
    ["canal on another port", { options: { canal_flannel_backend_port: "4789" } }, ["udp 4789"], ["udp 4789"]],
    [
      "flannel on another port",
      { plugin: "flannel", options: { flannel_backend_port: "9472" } },
      ["udp 9472"],
      ["udp 9472"],
    ],
    ["a port of the other plugin", { options: { flannel_backend_port: "9472" } }, ["udp 8472"], ["udp 8472"]],
    ["a port that is none", { options: { canal_flannel_backend_port: "eight" } }, ["udp 8472"], ["udp 8472"]],
    ["canal that routes", { backend: "host-gw" }, [], []],
    ["canal that routes, in RKE's words", { options: { canal_flannel_backend_type: "host-gw" } }, [], []],
    [
      "vxlan, said twice",
      { backend: "vxlan", options: { canal_flannel_backend_type: "vxlan" } },
      ["udp 8472"],
      ["udp 8472"],
    ],
    ["calico", { plugin: "calico" }, ["tcp 179", "udp 4789"], ["any "]],
    ["weave", { plugin: "weave" }, ["tcp 6783", "udp 6783"], ["tcp 6783", "udp 6783:6784"]],
    ["none", { plugin: "none" }, [], []],
  ])("%s", (_, network, tried, letIn) => {
    expect(ports(network)).toEqual([tried, letIn]);
  });
});
