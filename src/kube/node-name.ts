import type { Host } from "../core/cluster.ts";

/** The name under which a host becomes a node: RKE lower-cases hostname_override, and never looks at the OS's own name. */
export function nodeName(host: Host): string {
  return host.name.toLowerCase();
}
