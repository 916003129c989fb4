/** What an inventory of practice hosts says. All paths are absolute. */
export interface LabInventory {
  readonly hosts: readonly { readonly name: string; readonly address: string; readonly hostKey: string }[];
  readonly user: string;
  readonly key: string;
  readonly nameserver: string;
  /** host:port */
  readonly registry: string;
  /** The folder that `npm run parts` puts rke, kubectl and helm in. */
  readonly tools: string;
  /** The folder of a cert-manager chart; without it, no addon is asked for. */
  readonly certManagerChart: string | undefined;
}

/** The text of an inventory (version 1) of practice hosts, with a comment where they are not like other hosts. */
export function labInventory(lab: LabInventory): string {
  return `# Practice hosts of this machine, written by \`drover lab up\`. inventory.example.yaml explains every key.
version: 1
cluster: { name: lab }
ssh: { user: ${text(lab.user)}, key: ${text(lab.key)} }
hosts:
${lab.hosts.map((host, index) => hostLine(host, rolesOf(index, lab.hosts.length))).join("\n")}
docker: { source: distribution }
# The hosts have no route out: names, packages and images come from services on the bridge.
dns: { nameservers: [${text(lab.nameserver)}], search: [] }
registries:
  - { url: ${text(lab.registry)}, insecure: true, default: true }
# Built or fetched by \`npm run parts\`.
tools:
  rke: ${text(`${lab.tools}/rke`)}
  kubectl: ${text(`${lab.tools}/kubectl`)}
  helm: ${text(`${lab.tools}/helm`)}
rke:
  kubernetesVersion: v1.32.3-rancher1-1
  network: { plugin: flannel }
  ingress: none
  addonJobTimeout: 180
  ignoreDockerVersion: true
  extraArgs:
    # A practice host cannot write nf_conntrack_max: 0 tells kube-proxy to leave it alone.
    kubeproxy: { conntrack-max-per-core: "0", conntrack-min: "0" }
${addons(lab)}`;
}

/** One host does everything; of several, the first keeps the cluster and the others work. */
function rolesOf(index: number, count: number): string {
  if (count === 1) return "controlplane, etcd, worker";
  return index === 0 ? "controlplane, etcd" : "worker";
}

function hostLine(host: LabInventory["hosts"][number], roles: string): string {
  const { name, address, hostKey } = host;
  return `  - { name: ${text(name)}, address: ${text(address)}, roles: [${roles}], hostKey: ${text(hostKey)} }`;
}

function addons(lab: LabInventory): string {
  if (lab.certManagerChart === undefined) return "";
  const image = (part: string) => `{ repository: ${text(`${lab.registry}/jetstack/cert-manager-${part}`)} }`;
  return `addons:
  certManager:
    version: v1.11.5
    # A stand-in: the real programs and the real chart's value names, for where no chart repository can be reached.
    chart: ${text(lab.certManagerChart)}
    values:
      image: ${image("controller")}
      webhook: { image: ${image("webhook")} }
      cainjector: { image: ${image("cainjector")} }
      acmesolver: { image: ${image("acmesolver")} }
      startupapicheck: { enabled: false }
`;
}

/** A JSON string is a YAML string. */
function text(value: string): string {
  return JSON.stringify(value);
}
