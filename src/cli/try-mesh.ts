import type { Held } from "../connection/types.ts";
import type { Cluster } from "../core/cluster.ts";
import { portsOn } from "../mesh/flows.ts";
import { listenerScript, readListening } from "../mesh/listener.ts";
import { proberProbe } from "../mesh/prober.ts";
import type { PairReport } from "../mesh/report.ts";
import type { MeshSeen } from "../mesh/seen.ts";
import { targetsOf } from "../mesh/targets.ts";
import type { Deps } from "../run/deps.ts";
import type { Session } from "../run/session.ts";

const probeTimeoutMs = 120_000;

/** Has every host listen on its roles' ports and try its way to the others. The listeners are gone afterwards. */
export async function tryMesh(
  sessions: readonly Session[],
  cluster: Cluster,
  deps: Pick<Deps, "nonce">,
): Promise<MeshSeen> {
  const hosts = sessions.map(({ host }) => host);
  if (hosts.length < 2) return { hosts, listening: new Map(), reports: new Map() };
  const nonce = deps.nonce();
  const held = await Promise.all(sessions.map((session) => listen(session, cluster, nonce)));
  try {
    const reports = await Promise.all(sessions.map((session) => probe(session, cluster, hosts, nonce)));
    return {
      hosts,
      listening: new Map(hosts.map(({ name }, index) => [name, portsOf(held[index])])),
      reports: new Map(hosts.map(({ name }, index) => [name, reports[index]])),
    };
  } finally {
    await Promise.all(held.map((one) => one?.release().catch(() => undefined)));
  }
}

/** A host that cannot listen is a finding, not an error. */
function listen(session: Session, cluster: Cluster, nonce: string): Promise<Held | undefined> {
  return session.hold(listenerScript(portsOn(session.host, cluster), nonce).text).catch(() => undefined);
}

function portsOf(held: Held | undefined): ReadonlySet<string> | undefined {
  return typeof held?.first === "string" ? readListening(held.first) : undefined;
}

async function probe(
  session: Session,
  cluster: Cluster,
  hosts: MeshSeen["hosts"],
  nonce: string,
): Promise<readonly PairReport[] | undefined> {
  const question = proberProbe(targetsOf(session.host, cluster, hosts), nonce);
  const result = await session.exec(question.sh.text, { timeoutMs: probeTimeoutMs }).catch(() => undefined);
  return result === undefined ? undefined : question.parse(result);
}
