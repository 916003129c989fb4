import { isMapping, type Mapping } from "../../../core/mapping.ts";
import type { Probe } from "../../../core/probe.ts";
import { sh } from "../../../core/shell.ts";

/** One member of etcd, as the members see each other. */
export interface EtcdMember {
  /** Its address, without scheme and port. */
  readonly address: string;
  readonly healthy: boolean;
  /** Of its database on disk; undefined if it did not say. */
  readonly bytes: number | undefined;
  readonly leader: boolean;
  readonly version: string;
}

/**
 * All members of etcd, asked from one etcd host; undefined if there is no etcd that answers. RKE sets etcdctl's certificates
 * and endpoint in the container's environment (rke v1.8.1, cluster/plan.go), and the image has no shell. Both at once: each waits
 * 5 s for a member that is down, and each list goes out whole.
 */
export const etcdMembers: Probe<readonly EtcdMember[] | undefined> = {
  sh: sh`ask() { said=$(docker exec etcd etcdctl endpoint "$1" --cluster -w json 2>/dev/null); printf '%s\n' "$said"; }
ask status &
ask health
wait
true`,
  parse: ({ stdout }) => readEtcdMembers(stdout),
};

/** The answer of the question above: two JSON lists, health and status, one a line, in any order. */
export function readEtcdMembers(stdout: string): readonly EtcdMember[] | undefined {
  const lists = stdout.split("\n").flatMap((line) => {
    const list = parseList(line);
    return list === undefined ? [] : [list];
  });
  const health = lists.find((list) => list.some((one) => "health" in one));
  if (health === undefined) return undefined;
  const states = lists.find((list) => list.some((one) => "Status" in one)) ?? [];
  return health.map((one) => member(one, states));
}

function member(health: Mapping, states: readonly Mapping[]): EtcdMember {
  const endpoint = String(health["endpoint"]);
  const found = states.find((state) => state["Endpoint"] === endpoint)?.["Status"];
  const status = isMapping(found) ? found : {};
  const header = isMapping(status["header"]) ? status["header"] : {};
  return {
    address: addressOf(endpoint),
    healthy: health["health"] === true,
    bytes: typeof status["dbSize"] === "number" ? status["dbSize"] : undefined,
    leader: status["leader"] !== undefined && status["leader"] === header["member_id"],
    version: typeof status["version"] === "string" ? status["version"] : "",
  };
}

function addressOf(endpoint: string): string {
  return endpoint
    .replace(/^https?:\/\//, "")
    .replace(/:\d+$/, "")
    .replace(/^\[|\]$/g, "");
}

function parseList(line: string): readonly Mapping[] | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return Array.isArray(value) ? value.filter(isMapping) : undefined;
  } catch {
    return undefined;
  }
}

/** How many of so many members must be healthy for etcd to work: more than half. */
export function quorumOf(members: number): number {
  return Math.floor(members / 2) + 1;
}
