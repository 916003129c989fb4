import { isMapping } from "../../core/mapping.ts";
import type { YamlPath } from "./cluster-yml-check.ts";
import { nonsense } from "./cluster-yml-sense.ts";

/** Something that a patch of cluster.yml may not say. The message continues the path. */
export interface Objection {
  readonly path: YamlPath;
  readonly message: string;
}

/** Keys of cluster.yml that the inventory has a key for: said in two places, they could contradict each other. */
const owned: Readonly<Record<string, string>> = {
  nodes: "hosts",
  cluster_name: "cluster.name",
  kubernetes_version: "rke.kubernetesVersion",
  ssh_key_path: "ssh.key",
  ssh_agent_auth: "ssh.key: without one, the agent is asked",
  bastion_host: "ssh.jump",
  private_registries: "registries",
  addon_job_timeout: "rke.addonJobTimeout",
  ignore_docker_version: "rke.ignoreDockerVersion; rke itself ignores it here",
  addons_include: "rke.manifests",
  upgrade_strategy: "rke.upgrade",
  "authentication.sans": "rke.api.sans",
  "network.plugin": "rke.network.plugin",
  "network.mtu": "rke.network.mtu",
  "network.options": "rke.network.options",
  "network.canal_network_provider": "rke.network.interface",
  "network.flannel_network_provider": "rke.network.interface",
  "ingress.provider": "rke.ingress",
  "ingress.http_port": "rke.nginx.httpPort",
  "ingress.https_port": "rke.nginx.httpsPort",
  "ingress.network_mode": "rke.nginx.networkMode",
  "ingress.options": "rke.nginx.options",
  "ingress.extra_args": "rke.nginx.extraArgs",
  "dns.provider": "rke.dns.provider",
  "dns.upstreamnameservers": "rke.dns.upstream",
  "dns.stubdomains": "rke.dns.stubDomains",
  "dns.nodelocal.ip_address": "rke.dns.nodeLocal",
  "services.etcd.snapshot": "rke.etcd.snapshots.enabled",
  "services.etcd.creation": "rke.etcd.snapshots.everyHours",
  "services.etcd.retention": "rke.etcd.snapshots.keep",
  "services.etcd.backup_config": "rke.etcd.snapshots",
  "services.kube-api.service_cluster_ip_range": "rke.serviceCidr",
  "services.kube-api.service_node_port_range": "rke.api.nodePorts",
  "services.kube-api.audit_log": "rke.api.auditLog",
  "services.kube-api.secrets_encryption_config.enabled": "rke.api.secretsEncryption",
  "services.kube-api.pod_security_configuration": "rke.api.podSecurity",
  "services.kube-api.always_pull_images": "rke.api.alwaysPullImages",
  "services.kube-api.event_rate_limit.enabled": "rke.api.eventRateLimit",
  "services.kube-api.admission_configuration": "rke.api.admission",
  "services.kube-controller.cluster_cidr": "rke.clusterCidr",
  "services.kube-controller.service_cluster_ip_range": "rke.serviceCidr",
  "services.kubelet.cluster_domain": "rke.clusterDomain",
  "services.kubelet.cluster_dns_server": "rke.serviceCidr, whose tenth address it is",
  "services.*.extra_args": "rke.extraArgs",
  "services.*.extra_args_array": "rke.extraArgs, which takes lists",
  "services.*.extra_binds": "rke.extraBinds",
  "services.*.extra_env": "rke.extraEnv",
};

/** What a patch says that the inventory says already, or that makes no sense to RKE, which does not check it (or too late). */
export function objectionsTo(patch: unknown): readonly Objection[] {
  return visit(patch, []);
}

function visit(value: unknown, path: YamlPath): readonly Objection[] {
  const names = spellings(path);
  const owner = names.map((name) => (Object.hasOwn(owned, name) ? owned[name] : undefined)).find(Boolean);
  if (owner !== undefined) return [{ path, message: `has a key of its own in the inventory: ${owner}` }];
  const complaint = value === null ? undefined : nonsense(names, value);
  if (complaint !== undefined) return [{ path, message: complaint }];
  if (!isMapping(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => visit(inner, [...path, key]));
}

/** A path as the tables spell it: as it is, and with `*` for a program or an image. */
function spellings(path: YamlPath): readonly string[] {
  const [first, , ...rest] = path;
  const exact = path.join(".");
  return path.length > 1 && (first === "services" || first === "system_images")
    ? [exact, [first, "*", ...rest].join(".")]
    : [exact];
}
