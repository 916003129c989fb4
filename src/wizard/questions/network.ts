import type { Known } from "../known.ts";
import { clash, proposeCidrs } from "../propose/cidrs.ts";
import { type NetworkHost, proposeInternal, sharedNetworks } from "../propose/networks.ts";
import type { Question } from "../question.ts";

function networkHosts({ answers, seen }: Known): readonly NetworkHost[] {
  return (answers.hosts ?? []).map(({ address }, index) => ({ address, seen: seen[index] }));
}

/** The networks that the machines share. */
export function networksOf(known: Known) {
  return sharedNetworks(networkHosts(known));
}

/** By which of several networks the machines reach each other. */
export const internalQuestion: Question = {
  id: "internalNetwork",
  title: "By which network shall the machines reach each other?",
  flag: "internal-network",
  about: "the network that the machines share, such as 10.0.0.0/24",
  place: "hosts",
  help: [
    "Pods, etcd and the control plane talk over it: take the fast, private one. The addresses that ssh uses stay as",
    "they are; each machine's address in this network goes into the inventory as internalAddress.",
  ],
  relevant: (known) => {
    const networks = networksOf(known);
    const several = (known.answers.hosts ?? []).length > 1;
    return several && (networks.length > 1 || networks.some(({ isSsh }) => !isSsh));
  },
  options: (known) =>
    networksOf(known).map(({ cidr, isSsh, nic, speedMbit }) => ({
      value: cidr,
      label: cidr,
      about: [
        nic === undefined ? undefined : nic,
        speedMbit === undefined ? undefined : `${speedMbit} Mbit/s`,
        isSsh ? "as ssh does" : undefined,
      ]
        .filter((part) => part !== undefined)
        .join(", "),
    })),
  propose: (known) => {
    const networks = networksOf(known);
    const now = networks.find(({ addresses }) =>
      known.answers.hosts?.some(({ internalAddress: own }, index) => own !== undefined && own === addresses[index]),
    );
    if (now !== undefined) return { value: now.cidr, because: "as it is now" };
    const proposal = proposeInternal(networks);
    return proposal === undefined ? undefined : { value: proposal.network.cidr, because: proposal.because };
  },
};

/** The pods' network. */
export const pluginQuestion: Question = {
  id: "networkPlugin",
  title: "Which network for the pods?",
  flag: "network-plugin",
  about: "canal, flannel, calico or none",
  place: "rke.network.plugin",
  help: [
    "canal is RKE's own choice: simple (VXLAN over UDP 8472), and network policies work. flannel is the same without",
    "policies. calico routes (BGP, IP-in-IP) and suits large clusters. none: you install one yourself, and no pod",
    "starts before you did. It cannot be changed once the cluster is there.",
  ],
  options: () => [
    { value: "canal", label: "canal", about: "the usual choice, with network policies" },
    { value: "flannel", label: "flannel", about: "the simplest, without network policies" },
    { value: "calico", label: "calico", about: "routed, with network policies" },
    { value: "none", label: "none", about: "you install one yourself" },
  ],
  propose: () => ({ value: "canal" }),
};

/** A range that no machine has a route to already. */
function rangeComplaint(answer: string, known: Known): string | undefined {
  const met = clash(answer, networkHosts(known));
  return met === undefined ? undefined : `It meets ${met}: those addresses could not be reached from the cluster.`;
}

/** The pods' addresses. */
export const clusterCidrQuestion: Question = {
  id: "clusterCidr",
  title: "Which addresses for pods?",
  flag: "cluster-cidr",
  about: "a free range for pods, such as 10.42.0.0/16",
  place: "rke.clusterCidr",
  help: [
    "A private range that nothing else uses: not the machines' networks, not your office's, not your VPN's. Each machine",
    "takes a /24 of it, so a /16 is enough for 256 machines. It cannot be changed once the cluster is there.",
  ],
  propose: (known) => {
    const { clusterCidr, because } = proposeCidrs(networkHosts(known));
    return { value: clusterCidr, because };
  },
  complaint: rangeComplaint,
};

/** The services' addresses. */
export const serviceCidrQuestion: Question = {
  id: "serviceCidr",
  title: "Which addresses for services?",
  flag: "service-cidr",
  about: "a free range for services, such as 10.43.0.0/16",
  place: "rke.serviceCidr",
  help: ["Another free private range, apart from the pods'. It cannot be changed once the cluster is there."],
  propose: (known) => {
    const { serviceCidr, because } = proposeCidrs(networkHosts(known));
    return { value: serviceCidr, because };
  },
  complaint: rangeComplaint,
};
