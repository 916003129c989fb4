import type { Cluster } from "../../core/cluster.ts";
import { SeveralFailed } from "../../core/errors.ts";
import { daysLeft, hostCertificates, warnDays } from "../../engines/rke/day-two/certificates.ts";
import type { Deps } from "../../run/deps.ts";
import type { CertificateLine } from "../../view/certificates.ts";
import { askHosts } from "../ask-hosts.ts";

/** The certificates on the hosts, those that end first on top, and which hosts did not answer. */
export interface FoundCertificates {
  readonly certificates: readonly CertificateLine[];
  /** Names of hosts that did not answer, with the reason. */
  readonly silent: Readonly<Record<string, string>>;
}

/**
 * Asks all hosts for the cluster's certificates. The same certificate on several hosts is one line.
 * @throws SeveralFailed if no host answers
 */
export async function findCertificates({ hosts }: Cluster, deps: Deps): Promise<FoundCertificates> {
  const answers = await askHosts(hosts, () => hostCertificates, deps);
  const failures = answers.flatMap((answer) => (answer.kind === "failed" ? [answer.failure] : []));
  if (failures.length === hosts.length) throw new SeveralFailed(failures);
  const found = new Map<string, CertificateLine>();
  for (const answer of answers) {
    if (answer.kind === "failed") continue;
    for (const { name, endsAt, fingerprint } of answer.value) {
      const key = `${name} ${fingerprint}`;
      const days = daysLeft(endsAt, deps.now());
      const names = [...(found.get(key)?.hosts ?? []), answer.host.name];
      found.set(key, { name, hosts: names, endsAt, daysLeft: days, fingerprint, soon: days < warnDays });
    }
  }
  return {
    certificates: [...found.values()].sort((a, b) => a.endsAt - b.endsAt || a.name.localeCompare(b.name)),
    silent: Object.fromEntries(failures.map((failure) => [failure.host ?? "", failure.message])),
  };
}
