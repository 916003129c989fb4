import {
  askFirstLogin,
  firstLoginHint,
  firstLoginText,
  readFirstLogin,
  rememberShown,
} from "../addons/rancher/first-login.ts";
import type { RunEnvironment } from "./run-environment.ts";

const timeoutMs = 30_000;

/**
 * Tells how to log in to Rancher for the first time, once Rancher is there: with its password in a terminal, and only once;
 * elsewhere without. Nothing of it goes through the journal. Whatever is in the way, the run was a good one.
 */
export async function tellFirstLogin(environment: LoginEnvironment): Promise<void> {
  const hostname = environment.loaded.cluster.addons.rancher?.hostname;
  if (hostname !== undefined) await askAndTell(hostname, environment).catch(() => undefined);
}

type LoginEnvironment = Pick<RunEnvironment, "loaded" | "context" | "connections">;

async function askAndTell(hostname: string, { loaded, context, connections }: LoginEnvironment): Promise<void> {
  const { cluster } = loaded;
  const connection = await connections.connectLocal();
  try {
    const found = readFirstLogin(await connection.exec(askFirstLogin(loaded, hostname).text, { timeoutMs }), hostname);
    if (found === undefined) return;
    if (context.stdout.isTTY !== true) {
      context.stdout.write(firstLoginHint(found, cluster));
      return;
    }
    context.stdout.write(firstLoginText(found, cluster));
    await connection.exec(rememberShown(loaded).text, { timeoutMs });
  } finally {
    await connection.close();
  }
}
