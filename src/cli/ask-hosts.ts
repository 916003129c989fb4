import type { Host } from "../core/cluster.ts";
import { asDroverError, type DroverError } from "../core/errors.ts";
import type { Probe } from "../core/probe.ts";
import type { Deps } from "../run/deps.ts";
import { eachHost } from "../run/look.ts";
import { openSession } from "../run/session.ts";

/** What one host answered, or why it did not. */
export type HostAnswer<T> =
  | { readonly kind: "answered"; readonly host: Host; readonly value: T }
  | { readonly kind: "failed"; readonly host: Host; readonly failure: DroverError };

/** Asks several hosts one question each, at once. A host that fails is an answer here, not an error. */
export async function askHosts<T>(
  hosts: readonly Host[],
  probe: (host: Host) => Probe<T>,
  deps: Deps,
): Promise<readonly HostAnswer<T>[]> {
  const answers = new Map<string, HostAnswer<T>>();
  await eachHost(hosts, deps.concurrency, async (host) => {
    answers.set(host.name, await askHost(host, probe(host), deps));
  });
  return hosts.flatMap((host) => answers.get(host.name) ?? []);
}

async function askHost<T>(host: Host, probe: Probe<T>, deps: Deps): Promise<HostAnswer<T>> {
  try {
    return { kind: "answered", host, value: await askOne(host, probe, deps) };
  } catch (thrown) {
    return { kind: "failed", host, failure: asDroverError(thrown).at({ host: host.name }) };
  }
}

/**
 * Asks one host, or the control machine, one question.
 * @throws DroverError if it cannot be asked
 */
export async function askOne<T>(host: Host, { sh, parse }: Probe<T>, deps: Deps): Promise<T> {
  const session = await openSession(host, deps);
  try {
    const answer = (await session.ask([sh])).get(sh.text);
    return parse(answer ?? { code: 1, stdout: "", stderr: "" });
  } finally {
    await session.close();
  }
}
