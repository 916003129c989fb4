import type { Host } from "../../../core/cluster.ts";
import { urlHost } from "../../../kube/url-host.ts";

/** One member of etcd, as the members see each other. */
export interface EtcdMember {
  /** Its address, without scheme and port. */
  readonly address: string;
  readonly healthy: boolean;
  /** Why it is not healthy, in one line, where anybody says so. */
  readonly because?: string | undefined;
  /** Of its database on disk; undefined if it did not say. */
  readonly bytes: number | undefined;
  readonly leader: boolean;
  readonly version: string;
}

/** Where RKE tells the others to find the member of a host; the node's own certificate is good for it too (rke v1.8.1, cluster/plan.go). */
export function memberUrl(host: Host): string {
  const address = memberAddress(host);
  return `https://${urlHost(address)}:2379`;
}

/** The certificate of a host's member without its ending: `.pem`, and `-key.pem` for the key (rke v1.8.1, pki/util.go). */
export function memberCertificate(host: Host): string {
  return `/etc/kubernetes/ssl/kube-etcd-${memberAddress(host).replaceAll(".", "-").toLowerCase()}`;
}

/** Whether a member of etcd runs on a host. Members know each other by the internal address. */
export function isMemberOn(host: Host, { address }: EtcdMember): boolean {
  return address === memberAddress(host);
}

/** The address in the URL of a member. */
export function addressIn(url: string): string {
  return url
    .replace(/^https?:\/\//, "")
    .replace(/:\d+$/, "")
    .replace(/^\[|\]$/g, "");
}

function memberAddress({ address, internalAddress }: Host): string {
  return internalAddress ?? address;
}
