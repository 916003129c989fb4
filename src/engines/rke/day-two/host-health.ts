import type { Host } from "../../../core/cluster.ts";
import type { Answers } from "../../../core/decide.ts";
import type { Probe } from "../../../core/probe.ts";
import type { Sh } from "../../../core/shell.ts";
import { type HostCertificate, hostCertificates } from "./certificates.ts";
import { type Component, componentsProbe } from "./components.ts";
import { etcdMembers } from "./etcd-health.ts";
import type { EtcdMember } from "./etcd-member.ts";
import { type SnapshotFile, snapshotFiles } from "./snapshot-files.ts";

/** How the cluster is on one of its hosts. */
export interface HostHealth {
  readonly host: Host;
  readonly components: readonly Component[] | undefined;
  readonly certificates: readonly HostCertificate[];
  /** Of etcd, as this host sees them; undefined where it runs none, or it does not answer. */
  readonly members: readonly EtcdMember[] | undefined;
  readonly snapshots: readonly SnapshotFile[];
}

/** What is asked of a host for it, together with all else that is asked there. */
export function healthQuestions(host: Host): readonly Sh[] {
  const ofEtcd = host.roles.includes("etcd") ? [etcdMembers(host).sh, snapshotFiles.sh] : [];
  return [componentsProbe(host).sh, hostCertificates.sh, ...ofEtcd];
}

/** What a host's answers say. */
export function readHealth(host: Host, answers: Answers): HostHealth {
  const read = <T>({ sh, parse }: Probe<T>): T => parse(answers.get(sh.text) ?? { code: 1, stdout: "", stderr: "" });
  return {
    host,
    components: read(componentsProbe(host)),
    certificates: read(hostCertificates),
    members: read(etcdMembers(host)),
    snapshots: read(snapshotFiles),
  };
}
