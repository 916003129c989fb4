import { closeSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { control, type Host } from "../../core/cluster.ts";
import { asDroverError } from "../../core/errors.ts";
import { factQuestions } from "../../facts/host-facts.ts";
import type { Deps } from "../../run/deps.ts";
import { eachHost } from "../../run/look.ts";
import { openSession } from "../../run/session.ts";
import { runIds } from "../journals.ts";
import type { LoadedCluster } from "../load-cluster.ts";
import { hostScript, podScript, toolsScript } from "./scripts.ts";

/** One file of the archive, before it is redacted. */
export interface Finding {
  readonly name: string;
  readonly text: string;
}

/** So many of the newest journals, and of any file so many of its last bytes. */
const newest = 20;
const keptBytes = 4 * 1024 * 1024;

const hostTimeoutMs = 10 * 60_000;

/** What lies here: the inventory, its answers, journals, rke's files. State, kubeconfigs, keys and backups are left where they are. */
export function localFindings(inventory: string, droverFolder: string): readonly Finding[] {
  const runs = join(droverFolder, "runs");
  const clusters = foldersIn(droverFolder).filter((name) => name !== "runs");
  const wanted = [
    ["inventory.yaml", inventory],
    ["init.answers.json", join(droverFolder, "init.answers.json")],
    ...runIds(runs)
      .slice(0, newest)
      .map((run) => [`runs/${run}.jsonl`, join(runs, `${run}.jsonl`)]),
    ...clusters.flatMap((cluster) =>
      ["cluster.yml", "rke.log"].map((file) => [`${cluster}/${file}`, join(droverFolder, cluster, file)]),
    ),
  ] as const;
  return wanted.flatMap(([name = "", path = ""]) => {
    const text = endOf(path);
    return text === undefined ? [] : [{ name, text }];
  });
}

/** What hosts, cluster and this machine's programs say. Whoever does not answer leaves the reason. */
export async function askedFindings(
  { cluster, paths }: LoadedCluster,
  hosts: readonly Host[],
  deps: Deps,
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  await Promise.all([
    eachHost(hosts, deps.concurrency, async (host) => {
      found.push(...(await orReason(`hosts/${host.name}`, () => askHost(host, deps))));
    }),
    orReason("control", () => askHere({ cluster, paths }, deps)).then((ours) => found.push(...ours)),
  ]);
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function askHere({ cluster, paths }: Pick<LoadedCluster, "cluster" | "paths">, deps: Deps) {
  const session = await openSession(control, deps);
  try {
    const tools = await session.exec(toolsScript(cluster.tools).text, { timeoutMs: hostTimeoutMs });
    const pods = await session.exec(podScript({ cluster, paths }).text, { timeoutMs: hostTimeoutMs });
    return [
      { name: "tools.txt", text: tools.stdout },
      { name: "pods.txt", text: pods.stdout },
    ];
  } finally {
    await session.close();
  }
}

async function askHost(host: Host, deps: Deps): Promise<readonly Finding[]> {
  const session = await openSession(host, deps);
  try {
    const answers = await session.ask(factQuestions(host));
    const said = await session.exec(hostScript().text, { timeoutMs: hostTimeoutMs });
    const asked = [...answers].map(([question, { code, stdout, stderr }]) => ({ question, code, stdout, stderr }));
    return [
      { name: `hosts/${host.name}/answers.json`, text: `${JSON.stringify(asked, null, 1)}\n` },
      { name: `hosts/${host.name}/system.txt`, text: said.stdout },
    ];
  } finally {
    await session.close();
  }
}

async function orReason(name: string, ask: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await ask();
  } catch (thrown) {
    const { code, message, details } = asDroverError(thrown);
    return [{ name: `${name}.error.txt`, text: `${[`${code}: ${message}`, ...details].join("\n")}\n` }];
  }
}

/** The names of the folders in a folder; none where it cannot be read. */
export function foldersIn(path: string): readonly string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}

/** The last bytes of a file, from the beginning of a line; undefined if there is none to read. */
function endOf(path: string): string | undefined {
  try {
    const fd = openSync(path, "r");
    try {
      const { size } = fstatSync(fd);
      const buffer = Buffer.alloc(Math.min(size, keptBytes));
      const read = readSync(fd, buffer, 0, buffer.length, size - buffer.length);
      const text = buffer.subarray(0, read).toString("utf8");
      return size > keptBytes ? text.slice(text.indexOf("\n") + 1) : text;
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}
