import { type AnyCheck, type ClusterFinding, clusterCheck, type Seen } from "./check.ts";
import { ownDevice } from "./network.ts";

type Of<T> = (facts: T) => string | undefined;

/** Hosts that share a value that must be each one's own. */
function shared<T extends { readonly machine: unknown }>(
  seen: readonly { readonly host: { readonly name: string }; readonly facts: T }[],
  read: Of<T>,
  tell: (value: string) => { readonly evidence: string; readonly fix: string },
): readonly ClusterFinding[] {
  const groups = Map.groupBy(seen, ({ facts }) => read(facts) ?? "");
  return [...groups].flatMap(([value, same]) =>
    value === "" || same.length < 2 ? [] : [{ hosts: same.map(({ host }) => host.name), ...tell(value) }],
  );
}

function differing(values: ReadonlyMap<string, readonly string[]>): string {
  return [...values].map(([value, hosts]) => `${value} on ${hosts.join(", ")}`).join("; ");
}

function byValue(
  seen: readonly { readonly host: { readonly name: string }; readonly value: string | undefined }[],
): ReadonlyMap<string, readonly string[]> {
  const known = seen.flatMap(({ host, value }) => (value === undefined ? [] : [{ name: host.name, value }]));
  return new Map(
    [...Map.groupBy(known, ({ value }) => value)].map(([value, same]) => [value, same.map(({ name }) => name)]),
  );
}

/** The bootId tells one machine under two names from two clones. */
function isOneMachine({ facts }: Seen<"machine">, others: readonly Seen<"machine">[]): boolean {
  const { bootId } = facts.machine;
  return bootId !== undefined && others.some((other) => other.facts !== facts && other.facts.machine.bootId === bootId);
}

/** What only shows when all hosts are seen together. */
export const clusterChecks: readonly AnyCheck[] = [
  clusterCheck({
    id: "cluster/same-machine",
    title: "Every host of the inventory is a machine of its own",
    severity: "blocking",
    why: "Two entries for one machine would be made two nodes, which undo each other.",
    needs: ["machine"],
    decide: (seen) =>
      shared(
        seen,
        ({ machine }) => machine.bootId,
        (value) => ({
          evidence: `they answer with the same boot id ${value}`,
          fix: "Correct the addresses in the inventory.",
        }),
      ),
  }),
  clusterCheck({
    id: "cluster/machine-id",
    title: "Every host has a machine-id of its own",
    severity: "blocking",
    why: "Clones with one machine-id get one address by DHCP, and are one host to monitoring and networks.",
    needs: ["machine"],
    decide: (seen) =>
      shared(
        seen.filter((one) => !isOneMachine(one, seen)),
        ({ machine }) => machine.machineId,
        (value) => ({
          evidence: `all have the machine-id ${value}`,
          fix: "On all but one: rm /etc/machine-id /var/lib/dbus/machine-id; systemd-machine-id-setup; reboot.",
        }),
      ),
  }),
  clusterCheck({
    id: "cluster/product-uuid",
    title: "Every host has a product UUID of its own",
    severity: "warning",
    why: "Kubernetes' storage and cloud drivers tell machines apart by it.",
    needs: ["machine"],
    decide: (seen) =>
      shared(
        seen.filter((one) => !isOneMachine(one, seen)),
        ({ machine }) => machine.productUuid,
        (value) => ({
          evidence: `all have ${value}`,
          fix: "Give the virtual machines different UUIDs in the hypervisor.",
        }),
      ),
  }),
  clusterCheck({
    id: "cluster/mac",
    title: "Every network card has a hardware address of its own",
    severity: "blocking",
    why: "Two cards with one address in one network get each other's packets, now and then.",
    needs: ["machine", "network"],
    decide: (seen) => {
      const cards = seen
        .filter((one) => !isOneMachine(one, seen))
        .flatMap(({ host, facts }) =>
          facts.network.nics
            .filter(({ name, virtual, addresses }) => !ownDevice.test(name) && (!virtual || addresses.length > 0))
            .map(({ mac }) => ({ host, value: mac })),
        );
      const twice = [...byValue(cards)].filter(
        ([mac, hosts]) => /^(?!00:00:00:00:00:00)[0-9a-f:]{17}$/.test(mac) && new Set(hosts).size > 1,
      );
      return twice.map(([mac, hosts]) => ({
        hosts: [...new Set(hosts)],
        evidence: `both have ${mac}`,
        fix: "Give one of the virtual cards another hardware address.",
      }));
    },
  }),
  clusterCheck({
    id: "cluster/hostname",
    title: "No two hosts call themselves the same",
    severity: "warning",
    why: "Until up has renamed them their logs cannot be told apart, and DHCP may give both one name.",
    needs: ["machine"],
    fixedByUp: "os/names",
    decide: (seen) =>
      shared(
        seen,
        ({ machine }) => machine.hostname,
        (value) => ({
          evidence: `both call themselves ${value}`,
          fix: "Rename them as in the inventory.",
        }),
      ),
  }),
  clusterCheck({
    id: "cluster/mtu",
    title: "The hosts' networks carry packets of one size",
    severity: "warning",
    why: "Pods are given the MTU of their host: large packets to a host with a smaller one are lost without a word.",
    needs: ["network"],
    decide: (seen) => {
      const sizes = byValue(
        seen.map(({ host, facts }) => {
          const address = host.internalAddress ?? host.address;
          const nic = facts.network.nics.find(({ addresses }) =>
            addresses.some(({ cidr }) => cidr.split("/")[0] === address),
          );
          return { host, value: nic === undefined ? undefined : String(nic.mtu) };
        }),
      );
      if (sizes.size < 2) return [];
      return [
        {
          hosts: [...sizes.values()].flat(),
          evidence: `MTU ${differing(sizes)}`,
          fix: "Set one MTU on all of them (netplan: mtu).",
        },
      ];
    },
  }),
  clusterCheck({
    id: "cluster/docker-versions",
    title: "Docker is of one major version everywhere",
    severity: "note",
    why: "Hosts that differ fail differently.",
    needs: ["docker"],
    decide: (seen) => {
      const versions = byValue(seen.map(({ host, facts }) => ({ host, value: facts.docker.installed?.split(".")[0] })));
      if (versions.size < 2) return [];
      return [
        {
          hosts: [...versions.values()].flat(),
          evidence: `Docker ${differing(versions)}`,
          fix: "Give all of them the same with docker.source: docker-ce and docker.version.",
        },
      ];
    },
  }),
  clusterCheck({
    id: "cluster/systems",
    title: "All hosts run the same system",
    severity: "note",
    why: "It works, but a fault on one is then not a fault on the others.",
    needs: ["os"],
    decide: (seen) => {
      const systems = byValue(
        seen.map(({ host, facts }) => ({ host, value: `${facts.os.id} ${facts.os.version} ${facts.os.architecture}` })),
      );
      if (systems.size < 2) return [];
      return [{ hosts: [...systems.values()].flat(), evidence: differing(systems), fix: "Nothing needs to be done." }];
    },
  }),
  clusterCheck({
    id: "cluster/quorum",
    title: "The number of etcd hosts is odd",
    severity: "warning",
    why: "With two, the cluster stops when either fails: worse than with one. Four survive no more failures than three.",
    needs: ["machine"],
    decide: (_, { cluster }) => {
      const members = cluster.hosts.filter(({ roles }) => roles.includes("etcd")).map(({ name }) => name);
      if (members.length === 0 || members.length % 2 === 1) return [];
      return [
        {
          hosts: members,
          evidence: `${members.length} hosts have the role etcd`,
          fix: "Give the role to one more, or one less.",
        },
      ];
    },
  }),
  clusterCheck({
    id: "cluster/kubernetes-version",
    title: "The Kubernetes version still gets fixes",
    severity: "note",
    why: "Kubernetes is maintained for 14 months a version; RKE1's last ones are past that.",
    needs: ["clock"],
    decide: (seen, { cluster }) => {
      const [, minor = ""] = /^v1\.(\d+)\./.exec(cluster.rke.kubernetesVersion) ?? [];
      const ends = endsOfLife[minor];
      const now = seen[0]?.facts.clock.now;
      if (ends === undefined || now === undefined || now < Date.parse(`${ends}T00:00:00Z`)) return [];
      return [
        {
          hosts: [],
          evidence: `${cluster.rke.kubernetesVersion}: fixes for 1.${minor} ended on ${ends}`,
          fix: "Keep the API away from the internet, and plan the move to RKE2.",
        },
      ];
    },
  }),
];

/** kubernetes.io/releases/patch-releases: when a minor version's last fixes came. */
const endsOfLife: Readonly<Record<string, string>> = {
  "28": "2024-10-22",
  "29": "2025-02-28",
  "30": "2025-06-28",
  "31": "2025-10-28",
  "32": "2026-02-28",
};
