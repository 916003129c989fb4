import type { Cluster } from "../../core/cluster.ts";
import type { Mapping } from "../../core/mapping.ts";
import type { FlagValue, RkeApi, RkeS3, RkeSnapshots } from "../../core/rke.ts";

/** `services` of cluster.yml: the programs of Kubernetes, and what the inventory wants of each. */
export function servicesOf({ rke }: Pick<Cluster, "rke">): Mapping {
  const own: Readonly<Record<string, Mapping>> = {
    etcd: snapshots(rke.etcd.snapshots),
    "kube-api": { service_cluster_ip_range: rke.serviceCidr, ...apiServer(rke.api) },
    "kube-controller": { cluster_cidr: rke.clusterCidr, service_cluster_ip_range: rke.serviceCidr },
    kubelet: { cluster_domain: rke.clusterDomain, cluster_dns_server: tenthAddress(rke.serviceCidr) },
  };
  const names = [...Object.keys(own), ...[rke.extraArgs, rke.extraBinds, rke.extraEnv].flatMap(Object.keys)];
  return Object.fromEntries(
    [...new Set(names)].map((name) => [
      name,
      {
        ...own[name],
        ...flags(rke.extraArgs[name] ?? {}),
        extra_binds: rke.extraBinds[name],
        extra_env: Object.entries(rke.extraEnv[name] ?? {}).map(([key, value]) => `${key}=${value}`),
      },
    ]),
  );
}

/** The address of cluster DNS: the tenth of the service range, as RKE's own default is. */
export function tenthAddress(cidr: string): string {
  const octets = (cidr.split("/")[0] ?? "").split(".").map(Number);
  const number = octets.reduce((sum, octet) => sum * 256 + octet, 0) + 10;
  return [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join(".");
}

/** RKE keeps flags that are given once apart from those that are given several times. */
function flags(given: Readonly<Record<string, FlagValue>>): Mapping {
  const entries = Object.entries(given);
  return {
    extra_args: Object.fromEntries(entries.filter(([, value]) => typeof value === "string")),
    extra_args_array: Object.fromEntries(entries.filter(([, value]) => typeof value !== "string")),
  };
}

/** RKE has two ways to say it, and S3 only in the newer one, which then counts alone (services/etcd.go of rke). */
function snapshots({ enabled, everyHours, keep, timeoutSeconds, s3 }: RkeSnapshots): Mapping {
  if (!enabled) return { snapshot: false };
  if (s3 === undefined) return { snapshot: true, creation: `${everyHours}h`, retention: `${everyHours * keep}h` };
  return {
    snapshot: true,
    backup_config: {
      enabled: true,
      interval_hours: everyHours,
      retention: keep,
      timeout: timeoutSeconds,
      s3backupconfig: bucket(s3),
    },
  };
}

function bucket({ endpoint, bucket: name, region, folder, accessKey, secretKey, ca }: RkeS3): Mapping {
  return {
    endpoint,
    bucket_name: name,
    region,
    folder,
    access_key: accessKey,
    secret_key: secretKey,
    custom_ca: ca,
  };
}

/** The range of node ports that RKE takes anyway (types/rke_types.go of rke). */
const rkeNodePorts = "30000-32767";

function apiServer(api: RkeApi): Mapping {
  return {
    service_node_port_range: api.nodePorts === rkeNodePorts ? undefined : api.nodePorts,
    pod_security_configuration: api.podSecurity,
    always_pull_images: api.alwaysPullImages || undefined,
    secrets_encryption_config: api.secretsEncryption ? { enabled: true } : undefined,
    audit_log: auditLog(api),
    event_rate_limit: api.eventRateLimit ? { enabled: true } : undefined,
    admission_configuration: api.admission,
  };
}

/** Whole: of what is left out, RKE fills in the policy only, and lets the numbers be 0 (cluster/defaults.go of rke). */
function auditLog({ auditLog: log }: RkeApi): Mapping | undefined {
  if (log === undefined) return undefined;
  if (!log.enabled) return { enabled: false };
  const { maxAgeDays, maxBackups, maxSizeMiB, policy } = log;
  return {
    enabled: true,
    configuration: {
      max_age: maxAgeDays,
      max_backup: maxBackups,
      max_size: maxSizeMiB,
      path: "/var/log/kube-audit/audit-log.json",
      format: "json",
      policy,
    },
  };
}
