import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createConnect } from "../connection/ssh.ts";
import type { Connect, Connection } from "../connection/types.ts";
import type { Ask } from "./ask.ts";
import { type Context, canAsk } from "./context.ts";
import type { LoadedCluster } from "./load-cluster.ts";

/** The ways to the hosts and to the control machine. */
export interface Connections {
  readonly connect: Connect;
  readonly connectLocal: () => Promise<Connection>;
}

/** ssh with the operator's known_hosts and agent; unknown host keys are shown and asked about where a person is there. */
export function connectionsFor({ paths }: LoadedCluster, context: Context, ask: Ask): Connections {
  const agentSocket = context.env["SSH_AUTH_SOCK"];
  return {
    connect: createConnect({
      knownHosts: join(context.home, ".ssh", "known_hosts"),
      ...(agentSocket === undefined ? {} : { agentSocket }),
      ...(canAsk(context)
        ? { confirmHostKey: (host, fingerprint) => confirmKey(ask, host.name, host.address, fingerprint) }
        : {}),
      readyTimeoutMs: 10_000,
    }),
    connectLocal: async () => {
      // Only where something is to be asked here: loading what starts programs takes longer than asking a host.
      const { connectLocal } = await import("../connection/local.ts");
      mkdirSync(paths.dir, { recursive: true, mode: 0o700 });
      return connectLocal({ cwd: paths.dir, env: presentIn(context.env) });
    },
  };
}

function confirmKey(ask: Ask, name: string, address: string, fingerprint: string): Promise<boolean> {
  const question = `${name} (${address}) shows the host key ${fingerprint}, which is not known yet. Trust it?`;
  return ask.confirm(question, `Pin the key in the inventory as hostKey, or log in once with ssh.`);
}

function presentIn(env: Context["env"]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
