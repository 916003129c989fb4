import { isMapping, type Mapping } from "../../../core/mapping.ts";
import { inOneLine } from "../../../core/printable.ts";
import { parseJsonObject } from "../../../kube/kube-object.ts";
import { addressIn, type EtcdMember } from "./etcd-member.ts";

/** What came from one URL: JSON objects, one a line, and all else, which is mostly what curl says. */
interface Said {
  readonly objects: readonly Mapping[];
  readonly words: readonly string[];
}

/**
 * The members from what etcd's gateway and its /health say: `== URL`, then what came from there; the list of members is in the
 * first. Numbers of 64 bits are strings, and what is zero or false is left out (grpc-gateway 1). Undefined without such a list.
 */
export function readGateway(stdout: string): readonly EtcdMember[] | undefined {
  const sections = stdout.split(/^== /m).slice(1);
  const said = new Map(sections.map((section) => [section.split("\n", 1)[0] ?? "", readSaid(section)]));
  const [first] = said.values();
  const list = first?.objects.find(({ members }) => Array.isArray(members))?.["members"];
  if (!Array.isArray(list) || list.length === 0) return undefined;
  return list.filter(isMapping).map((entry) => member(entry, said));
}

function readSaid(section: string): Said {
  // curl complains on another stream than it answers on: that may come before the newline after an answer.
  const lines = section
    .replaceAll(/curl: \(\d+\) /g, "\n$&")
    .split("\n")
    .slice(1);
  const parsed = lines.map((line) => ({ line: line.trim(), object: parseJsonObject(line) }));
  return {
    objects: parsed.flatMap(({ object }) => (object === undefined ? [] : [object])),
    words: parsed.flatMap(({ line, object }) => (line === "" || object !== undefined ? [] : [line])),
  };
}

function member(entry: Mapping, saidBy: ReadonlyMap<string, Said>): EtcdMember {
  const url = firstOf(entry["clientURLs"]);
  const said = saidBy.get(url ?? "") ?? { objects: [], words: [] };
  const status = said.objects.find((one) => isMapping(one["header"]) && "dbSize" in one) ?? {};
  const header = isMapping(status["header"]) ? status["header"] : {};
  const because = whyNotHealthy(entry, url, said);
  return {
    address: addressIn(url ?? firstOf(entry["peerURLs"]) ?? ""),
    healthy: because === undefined,
    because,
    bytes: sizeIn(status["dbSize"]),
    leader: status["leader"] !== undefined && status["leader"] === header["member_id"],
    version: typeof status["version"] === "string" ? status["version"] : "",
  };
}

/** A member is healthy if it says so itself, and has a vote. One that has never started tells the others no URL. */
function whyNotHealthy(entry: Mapping, url: string | undefined, { objects, words }: Said): string | undefined {
  if (url === undefined) return "it was added, and has not started";
  const health = objects.find((one) => "health" in one);
  if (health?.["health"] === "true") return entry["isLearner"] === true ? "it is a learner, without a vote" : undefined;
  const reason = health?.["reason"];
  if (typeof reason === "string" && reason !== "") return inOneLine(reason);
  return words[0] === undefined ? "it does not answer" : inOneLine(withoutTimes(words[0]));
}

/** curl's words without its name and without how long it took: the same reason is told in the same words the next time. */
function withoutTimes(words: string): string {
  return words.replace(/^curl: \(\d+\) /, "").replace(/ after \d+ (?:ms|milliseconds)\b/, "");
}

function sizeIn(value: unknown): number | undefined {
  return typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

function firstOf(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : undefined;
  return typeof first === "string" ? first : undefined;
}
