import { mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type ConnectSettings, createSsh } from "../connection/ssh.ts";
import type { Connect, Connection } from "../connection/types.ts";
import { printable } from "../core/printable.ts";
import { proxyVariables } from "../core/proxy.ts";
import { apiServerVariable } from "../kube/kubectl.ts";
import { apiStandIn } from "./api-stand-in.ts";
import type { Ask } from "./ask.ts";
import { type Context, canAsk } from "./context.ts";
import type { LoadedCluster } from "./load-cluster.ts";

/** Where Kubernetes' API is on a controlplane host; RKE knows no other. */
const apiPort = 6443;

/** The ways to the hosts and to the control machine. */
export interface Connections {
  readonly connect: Connect;
  readonly connectLocal: () => Promise<Connection>;
}

/**
 * ssh with the operator's known_hosts and agent. Where a person is there, unknown host keys are shown and asked about, and
 * so are passwords and passphrases that the inventory leaves to them. Programs of this machine reach the API of hosts behind
 * jump hosts through a proxy on the loopback.
 */
export function connectionsFor({ cluster, paths }: LoadedCluster, context: Context, ask: Ask): Connections {
  const agentSocket = context.env["SSH_AUTH_SOCK"];
  const { connect, wayTo } = createSsh({
    knownHosts: join(context.home, ".ssh", "known_hosts"),
    ...(agentSocket === undefined ? {} : { agentSocket }),
    ...(canAsk(context) ? asking(ask) : {}),
    readyTimeoutMs: 10_000,
    shell: context.env["SHELL"] || undefined,
  });
  const env = controlEnvironment({ cluster, paths }, context);
  const behindJump = cluster.hosts.some(({ jump }) => (jump ?? []).length > 0);
  return {
    connect,
    connectLocal: async () => {
      // Only where something is to be asked here: loading what starts programs takes longer than asking a host.
      const { connectLocal } = await import("../connection/local.ts");
      mkdirSync(paths.dir, { recursive: true, mode: 0o700 });
      if (!behindJump) {
        const standIn = await apiStandIn(cluster, paths);
        return connectLocal({
          cwd: paths.dir,
          env: standIn === undefined ? env : { ...env, [apiServerVariable]: standIn },
        });
      }
      const { startJumpProxy } = await import("../connection/jump-proxy.ts");
      const proxy = await startJumpProxy({ hosts: cluster.hosts, port: apiPort, wayTo });
      const local = connectLocal({ cwd: paths.dir, env: { ...env, HTTPS_PROXY: proxy.url, https_proxy: proxy.url } });
      return { ...local, close: () => local.close().then(proxy.close) };
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

/** What programs of this machine are given: the proxy of the inventory, and those programs first that Drover downloaded. */
export function controlEnvironment(
  { cluster, paths }: Pick<LoadedCluster, "cluster" | "paths">,
  context: Pick<Context, "env">,
): Readonly<Record<string, string>> {
  // Only Drover itself says which API server stands in.
  const { [apiServerVariable]: _, ...env } = { ...presentIn(context.env), ...proxyVariables(cluster, "control") };
  const mayHave = Object.keys(cluster.downloads ?? {}).length > 0;
  return mayHave ? { ...env, PATH: [paths.bin, env["PATH"] ?? ""].join(delimiter) } : env;
}

function presentIn(env: Context["env"]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
