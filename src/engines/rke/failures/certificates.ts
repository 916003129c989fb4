import type { KnownFailure } from "../../../core/step.ts";
import { again, last, row } from "./row.ts";

/** Certificates and keys. */
export const certificates: readonly KnownFailure[] = [
  row(
    /(?:certificate signed by unknown authority|tls: bad certificate|request cluster ID mismatch)/,
    "a host still holds certificates or data of another cluster",
    "Copy the right cluster.rkestate back from the backups, or clean the hosts with `drover reset`.",
  ),
  row(
    /certificate has expired or is not yet valid/,
    "the clocks of the hosts and of this machine disagree",
    `Set the time (chrony, systemd-timesyncd). ${again}`,
  ),
  row(
    /(?:CA Certificate or Key is empty|Certificates are not present in cluster state)/,
    "RKE's state lacks certificates",
    "Copy the newest cluster.rkestate back from the backups.",
  ),
  last(
    /Failed to rotate certificates: (.*?)"/,
    "rke cannot rotate the certificates: $1",
    "Copy the newest cluster.rkestate back from the backups; with an invalid authority, rotate that too.",
  ),
  last(
    /Certificate \[(.+?)\] (?:is nil|failed verification)(.*?)"/,
    "the certificate $1 in RKE's state is not usable$2",
    "Copy the newest cluster.rkestate back from the backups.",
    "cluster/state-corrupt",
  ),
  last(
    /(?:[Cc]ertificate or key of (\S+) is not found|(?:Certificate|Key|Config) (\S+) is not found|Failed to find (.*?)"|Failed to parse (?:certificate|private key) of (\S+):|Failed to generate certificate bundle)/,
    "RKE's state lacks a certificate or key: $1$2$3$4",
    "Copy the newest cluster.rkestate back from the backups.",
    "cluster/state-corrupt",
  ),
  last(
    /((?:Component \S+ )?is not signed by the custom|[Ff]ailed to (?:read|validates?) (?:certificate|key|csr|certificates from dir)|error reading \S+, certificate and key must)(.*?)"/,
    "rke does not take certificates of one's own: $1$2",
    "Drover lets RKE make them; look for a `_certs` folder in the cluster's folder, and move it away.",
  ),
  last(
    /([Ff]ailed to (?:generate|write|parse certificate)|must specify|data does(?:n't| not) contain|error (?:loading|generating|writing|reading)|is not a regular file|error marshalling key usages)(.*?)"/,
    "rke cannot make or keep a certificate: $1$2",
    `Look whether this machine's disk is full, and whether cluster.rkestate was edited by hand. ${again}`,
  ),
  last(
    /can't rotate encryption keys: (.*?)"/,
    "rke cannot change the key of Secrets: $1",
    "Set rke.api.secretsEncryption: true, run `drover up`, and rotate after that; a custom_config is yours to rotate.",
  ),
];
