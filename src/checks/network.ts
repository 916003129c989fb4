import { isIPv4 } from "node:net";
import type { Host } from "../core/cluster.ts";
import { sh } from "../core/shell.ts";
import { defaultRoutes, type NetworkFact, type Nic, type Route } from "../facts/network.ts";
import { overlaps, parseCidr } from "../inventory/cidr.ts";
import { type AnyCheck, hostCheck, type Situation } from "./check.ts";

/** Devices of network plugins and of Docker: their routes and addresses are the cluster's own. */
export const ownDevice =
  /^(cni0|flannel[.]|cali|vxlan[.]calico|tunl0|weave|docker0|br-[0-9a-f]{12}$|veth|kube-|nodelocaldns)/;

/** The card that carries the address by which other hosts know this one. */
function nicOf({ nics }: NetworkFact, host: Host): Nic | undefined {
  const address = host.internalAddress ?? host.address;
  return nics.find(({ addresses }) => addresses.some(({ cidr }) => cidr.split("/")[0] === address));
}

function interfaceOption({ cluster }: Situation): string | undefined {
  const { options, interface: card } = cluster.rke.network;
  return card ?? options["canal_iface"] ?? options["flannel_iface"];
}

// A VPN that takes all of a host's traffic does so by two halves, `0.0.0.0/1` and `128.0.0.0/1`: they are a default route.
function clash(routes: readonly Route[], range: string): readonly string[] {
  const wanted = parseCidr(range);
  return routes.flatMap(({ dst, dev }) => {
    const found = dst.endsWith("/1") ? undefined : parseCidr(dst);
    return wanted !== undefined && found !== undefined && !ownDevice.test(dev) && overlaps(wanted, found)
      ? [`${dst} (${dev})`]
      : [];
  });
}

/** How the host is joined to the others. */
export const networkChecks: readonly AnyCheck[] = [
  hostCheck({
    id: "network/internal-address",
    title: "The internal address is one of the host's own",
    severity: "blocking",
    why: "etcd and the kubelet bind to it; an address that is not there makes them fail at start.",
    needs: ["network"],
    appliesTo: (host) => host.internalAddress !== undefined && isIPv4(host.internalAddress),
    decide: ({ network }, host) => {
      if (nicOf(network, host) !== undefined) return undefined;
      const own = network.nics.flatMap(({ name, addresses }) => addresses.map(({ cidr }) => `${cidr} (${name})`));
      return {
        evidence: `${host.internalAddress} is on no card; there are ${own.join(", ") || "none"}`,
        fix: "Correct internalAddress in the inventory, or give the host that address.",
      };
    },
  }),
  hostCheck({
    id: "network/address",
    title: "The address of the inventory is one of the host's own",
    severity: "warning",
    why: "Without internalAddress the other hosts are told this address; behind a translating router it leads them out and back, if at all.",
    needs: ["network"],
    appliesTo: (host) => host.internalAddress === undefined && isIPv4(host.address),
    decide: ({ network }, host) => {
      if (nicOf(network, host) !== undefined) return undefined;
      const own = network.nics.flatMap(({ name, addresses }) => addresses.map(({ cidr }) => `${cidr} (${name})`));
      return {
        evidence: `${host.address} is on no card; there are ${own.join(", ") || "none"}`,
        fix: "Name the address that the other hosts reach it by as internalAddress.",
      };
    },
  }),
  hostCheck({
    id: "network/default-route",
    title: "There is a default route",
    severity: "warning",
    why: "flannel and canal pick the card of the default route, and images come from somewhere.",
    needs: ["network"],
    decide: ({ network }, _, situation) => {
      if (defaultRoutes(network).length > 0 || interfaceOption(situation) !== undefined) return undefined;
      return {
        evidence: "no route leads out",
        fix: "Set a gateway, or name the card in the inventory: rke.network.interface.",
      };
    },
  }),
  hostCheck({
    id: "network/interface",
    title: "Pod traffic takes the card that the hosts share",
    severity: "blocking",
    why: "Without rke.network.interface, canal and flannel send pod traffic through the card of the default route, where the other hosts may not be.",
    needs: ["network"],
    appliesTo: (_, situation) =>
      ["canal", "flannel"].includes(situation.cluster.rke.network.plugin) && interfaceOption(situation) === undefined,
    decide: ({ network }, host) => {
      const own = nicOf(network, host);
      const [route, ...others] = defaultRoutes(network);
      if (own === undefined || route === undefined) return undefined;
      const alike = [route, ...others.filter(({ metric }) => metric === route.metric)];
      if (alike.some(({ dev }) => dev === own.name)) return undefined;
      return {
        evidence: `${host.internalAddress ?? host.address} is on ${own.name}, the default route on ${route.dev}`,
        fix: `Name the card in the inventory: rke.network: { interface: ${own.name} }.`,
      };
    },
  }),
  hostCheck({
    id: "network/interface-there",
    title: "The card that the inventory names is there",
    severity: "blocking",
    why: "canal and flannel end at once on a host without it.",
    needs: ["network"],
    appliesTo: (_, situation) => interfaceOption(situation) !== undefined,
    decide: ({ network }, _, situation) => {
      const wanted = interfaceOption(situation);
      if (network.nics.some(({ name, up }) => name === wanted && up)) return undefined;
      return {
        evidence: `no card ${wanted} is up; there are ${network.nics.map(({ name }) => name).join(", ")}`,
        fix: "Correct rke.network in the inventory, or rename the card on the host.",
      };
    },
  }),
  hostCheck({
    id: "network/pod-range",
    title: "No route leads into the range of the pods",
    severity: "blocking",
    why: "Whatever lies there (an office network, a VPN) could not be reached from this host any more, nor the pods from it.",
    needs: ["network"],
    decide: ({ network }, _, { cluster }) => {
      const found = clash(network.routes, cluster.rke.clusterCidr);
      if (found.length === 0) return undefined;
      return {
        evidence: `${cluster.rke.clusterCidr} overlaps ${found.join(", ")}`,
        fix: "Choose another rke.clusterCidr in the inventory: it cannot be changed later.",
      };
    },
  }),
  hostCheck({
    id: "network/service-range",
    title: "No route leads into the range of the services",
    severity: "blocking",
    why: "kube-proxy would take the packets for whatever lies there.",
    needs: ["network"],
    decide: ({ network }, _, { cluster }) => {
      const found = clash(network.routes, cluster.rke.serviceCidr);
      if (found.length === 0) return undefined;
      return {
        evidence: `${cluster.rke.serviceCidr} overlaps ${found.join(", ")}`,
        fix: "Choose another rke.serviceCidr in the inventory: it cannot be changed later.",
      };
    },
  }),
  hostCheck({
    id: "network/docker-range",
    title: "No route leads into Docker's own range",
    severity: "warning",
    why: "Docker takes 172.17.0.0/16 for its bridge; a network of yours in that range could no longer be reached from the host.",
    needs: ["network"],
    decide: ({ network }, _, { cluster }) => {
      if (cluster.docker.daemon["bip"] !== undefined) return undefined;
      const found = clash(network.routes, "172.17.0.0/16");
      if (found.length === 0) return undefined;
      return {
        evidence: `172.17.0.0/16 overlaps ${found.join(", ")}`,
        fix: 'Give Docker another range in the inventory: docker.daemon: { bip: "192.168.254.1/24" }.',
      };
    },
  }),
  hostCheck({
    id: "network/dynamic-address",
    title: "The host's address does not change",
    severity: "warning",
    why: "etcd's members and all certificates are bound to it: after another lease the node is lost.",
    needs: ["network"],
    decide: ({ network }, host) => {
      const address = host.internalAddress ?? host.address;
      const nic = nicOf(network, host);
      const found = nic?.addresses.find(({ cidr }) => cidr.split("/")[0] === address);
      if (nic === undefined || found?.dynamic !== true) return undefined;
      return {
        evidence: `${found.cidr} on ${nic.name} comes from DHCP`,
        fix: `Reserve it for ${nic.mac} on the DHCP server, or set it by hand.`,
      };
    },
  }),
  hostCheck({
    id: "network/two-default-routes",
    title: "No other routes compete with the default one",
    severity: "note",
    why: "With two default routes the kernel may answer through the other card, and a firewall in between drops that.",
    needs: ["network"],
    decide: ({ network }) => {
      const routes = defaultRoutes(network);
      const [first, second] = routes;
      if (first === undefined || second === undefined || first.dev === second.dev) return undefined;
      // Of one metric they are one route over several ways, and work together.
      if (first.metric === second.metric) return undefined;
      return {
        evidence: routes
          .map(({ dev, via, metric }) => `${via ?? "direct"} through ${dev} (metric ${metric})`)
          .join(", "),
        fix: "Keep one, unless you know that the network is made so.",
        ...(second.via === undefined
          ? {}
          : { commands: [sh`ip route del default via ${second.via} dev ${second.dev}`] }),
      };
    },
  }),
];
