import type { Host } from "../core/cluster.ts";
import { asDroverError, type DroverError } from "../core/errors.ts";
import { factQuestions, type HostFacts, readFacts } from "../facts/host-facts.ts";
import type { Deps } from "../run/deps.ts";
import { eachHost } from "../run/look.ts";
import { openSession } from "../run/session.ts";

/** What came of asking one host: its facts, or why there are none. */
export type HostLook =
  | {
      readonly kind: "facts";
      readonly host: Host;
      readonly facts: HostFacts;
      /** Between which two moments it answered, in ms since the epoch by the clock here. */
      readonly asked: { readonly from: number; readonly to: number };
    }
  | { readonly kind: "failed"; readonly host: Host; readonly failure: DroverError };

/** Asks every host all facts, each in one login and one exec. A host that fails is an answer here, not an error. */
export async function askFacts(hosts: readonly Host[], deps: Deps): Promise<readonly HostLook[]> {
  const looks = new Map<string, HostLook>();
  await eachHost(hosts, deps.concurrency, async (host) => {
    looks.set(host.name, await lookAt(host, deps));
  });
  return hosts.flatMap((host) => looks.get(host.name) ?? []);
}

async function lookAt(host: Host, deps: Deps): Promise<HostLook> {
  try {
    const session = await openSession(host, deps);
    try {
      const from = deps.now();
      const answers = await session.ask(factQuestions(host));
      return { kind: "facts", host, facts: readFacts(host, answers), asked: { from, to: deps.now() } };
    } finally {
      await session.close();
    }
  } catch (thrown) {
    return { kind: "failed", host, failure: asDroverError(thrown).at({ host: host.name }) };
  }
}
