import { isMapping, type Mapping } from "../../../core/mapping.ts";
import { inOneLine } from "../../../core/printable.ts";
import { addressIn, type EtcdMember } from "./etcd-member.ts";

/**
 * The members from what etcdctl prints with `-w json`: the lists of `endpoint health` and of `endpoint status`, one a line, in any
 * order. Undefined if the first of them is not there.
 */
export function readEtcdctl(stdout: string): readonly EtcdMember[] | undefined {
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
  const healthy = health["health"] === true;
  const error = health["error"];
  return {
    address: addressIn(endpoint),
    healthy,
    because: healthy || typeof error !== "string" ? undefined : inOneLine(error),
    bytes: typeof status["dbSize"] === "number" ? status["dbSize"] : undefined,
    leader: status["leader"] !== undefined && status["leader"] === header["member_id"],
    version: typeof status["version"] === "string" ? status["version"] : "",
  };
}

function parseList(line: string): readonly Mapping[] | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return Array.isArray(value) ? value.filter(isMapping) : undefined;
  } catch {
    return undefined;
  }
}
