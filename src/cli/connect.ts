import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type ConnectSettings, createConnect } from "../connection/ssh.ts";
import type { Connect, Connection } from "../connection/types.ts";
import { proxyVariables } from "../core/proxy.ts";
import { printable } from "../view/printable.ts";
import type { Ask } from "./ask.ts";
import { type Context, canAsk } from "./context.ts";
import type { LoadedCluster } from "./load-cluster.ts";

/** The ways to the hosts and to the control machine. */
export interface Connections {
  readonly connect: Connect;
  readonly connectLocal: () => Promise<Connection>;
}

/**
 * ssh with the operator's known_hosts and agent. Where a person is there, unknown host keys are shown and asked about, and
 * so are passwords and passphrases that the inventory leaves to them.
 */
export function connectionsFor({ cluster, paths }: LoadedCluster, context: Context, ask: Ask): Connections {
  const agentSocket = context.env["SSH_AUTH_SOCK"];
  return {
    connect: createConnect({
      knownHosts: join(context.home, ".ssh", "known_hosts"),
      ...(agentSocket === undefined ? {} : { agentSocket }),
      ...(canAsk(context) ? asking(ask) : {}),
      readyTimeoutMs: 10_000,
    }),
    connectLocal: async () => {
      // Only where something is to be asked here: loading what starts programs takes longer than asking a host.
      const { connectLocal } = await import("../connection/local.ts");
      mkdirSync(paths.dir, { recursive: true, mode: 0o700 });
      return connectLocal({ cwd: paths.dir, env: { ...presentIn(context.env), ...proxyVariables(cluster) } });
    },
  };
}

function asking(ask: Ask): Pick<ConnectSettings, "askSecret" | "answerPrompt" | "confirmHostKey"> {
  const insteadUse = "Say in the inventory where it is: env:NAME, file:PATH or cmd:COMMAND.";
  return {
    askSecret: (question) => ask.secret(question, insteadUse),
    answerPrompt: ({ name }, prompt, echo) => {
      const question = `${name} asks: ${printable(prompt).trim()}`;
      return echo ? ask.text(question, insteadUse) : ask.secret(question, insteadUse);
    },
    confirmHostKey: ({ name, address }, fingerprint) => confirmKey(ask, name, address, fingerprint),
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
