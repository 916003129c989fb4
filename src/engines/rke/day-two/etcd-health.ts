import type { Host } from "../../../core/cluster.ts";
import type { Probe } from "../../../core/probe.ts";
import { sh } from "../../../core/shell.ts";
import { readGateway } from "./etcd-gateway.ts";
import { type EtcdMember, memberCertificate, memberUrl } from "./etcd-member.ts";
import { readEtcdctl } from "./etcdctl-lists.ts";

/**
 * All members of etcd, asked from one etcd host; undefined if there is no etcd that answers. Over HTTPS, with the certificate of
 * the host's own member: starting curl costs a tenth of what etcdctl inside a container does. The list of members is the one
 * that this member has itself (`linearizable` is false unless asked for), so that it is there without a quorum too; whether
 * each is healthy is for etcd to say: it reads through a leader for it, and minds alarms (etcd v3.5.16, etcdhttp/health.go).
 * Where curl, the certificate or etcd's gateway is missing, etcdctl says it, which waits 5 s for a member that is down as well.
 */
export function etcdMembers(host: Host): Probe<readonly EtcdMember[] | undefined> {
  const certificate = memberCertificate(host);
  return {
    sh: sh`set -f
own=${memberUrl(host)}
set -- -gsS -m 5 -w '\n' --noproxy '*' --cacert /etc/kubernetes/ssl/kube-ca.pem --cert ${`${certificate}.pem`} --key ${`${certificate}-key.pem`}
said=$(curl -q --fail-early "$@" -f -d '{}' "$own/v3/cluster/member/list" --next "$@" -d '{}' "$own/v3/maintenance/status" --next "$@" "$own/health" 2>&1)
case $said in *'"members":'*)
  printf '== %s\n%s\n' "$own" "$said"
  for url in $(printf '%s\n' "$said" | grep -o '"clientURLs":\["https://[]0-9A-Za-z.:[-]*"' | cut -d '"' -f 4); do
    [ "$url" = "$own" ] || {
      said=$(curl -q --fail-early "$@" -d '{}' "$url/v3/maintenance/status" --next "$@" "$url/health" 2>&1)
      printf '== %s\n%s\n' "$url" "$said"
    } &
  done
  wait
  exit 0 ;;
esac
ask() { said=$(docker exec etcd etcdctl endpoint "$1" --cluster -w json 2>/dev/null); printf '%s\n' "$said"; }
ask status &
ask health
wait
true`,
    parse: ({ stdout }) => readEtcdMembers(stdout),
  };
}

/** The answer of the question above, whoever gave it. */
export function readEtcdMembers(stdout: string): readonly EtcdMember[] | undefined {
  return readGateway(stdout) ?? readEtcdctl(stdout);
}

/** How many of so many members must be healthy for etcd to work: more than half. */
export function quorumOf(members: number): number {
  return Math.floor(members / 2) + 1;
}
