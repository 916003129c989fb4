import { join } from "node:path";
import { fingerprint, parseHostKey } from "../../connection/host-key.ts";
import { createLookUp } from "../../connection/known-hosts.ts";
import { readKnownHosts } from "../../connection/known-hosts-file.ts";
import { hostKeyError } from "../../connection/login-errors.ts";
import { createShowKey } from "../../connection/show-key.ts";
import { slots } from "../../connection/slots.ts";
import { type ConnectSettings, createConnect } from "../../connection/ssh.ts";
import type { Connection } from "../../connection/types.ts";
import { composeBatch, readBatch } from "../../core/batch.ts";
import type { Host } from "../../core/cluster.ts";
import { DroverError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import { factQuestions, readFacts } from "../../facts/host-facts.ts";
import { type Bases, filePath } from "../../inventory/paths.ts";
import type { Plain } from "../../inventory/write/render.ts";
import type { HostAnswer } from "../../wizard/answers.ts";
import type { Access, Reach, ShownKey } from "../../wizard/contacts.ts";
import type { Seen } from "../../wizard/seen.ts";
import { seenOf } from "../../wizard/seen-of.ts";
import type { Context } from "../context.ts";
import { foundKeys } from "./found-keys.ts";
import { hostOf } from "./host-of.ts";

/** Machines that are connected to at once. */
const atOnce = 30;

const askTimeoutMs = 120_000;

/** The ways to the machines of an interview, and a way to run scripts on them as root. */
export interface OpenReach extends Reach {
  readonly open: (answer: HostAnswer, access: Access) => Promise<Opened>;
}

/** A connection, and the key file that opened it, if one did. */
export interface Opened {
  readonly host: Host;
  readonly connection: Connection;
  readonly key: string | undefined;
}

/** Connects as the finished inventory will, with what the operator typed besides. `base` is the inventory that is edited. */
export function createReach(context: Context, bases: Bases, base: Plain): OpenReach {
  const agentSocket = context.env["SSH_AUTH_SOCK"];
  const knownHosts = join(context.home, ".ssh", "known_hosts");
  const shell = context.env["SHELL"] || undefined;
  const settings: ConnectSettings = { knownHosts, readyTimeoutMs: 8_000, agentSocket, shell };
  const [connect, showKey, inTurn] = [createConnect(settings), createShowKey(settings), slots(atOnce)];
  const lookUp = createLookUp();
  const open = async (answer: HostAnswer, access: Access): Promise<Opened> => {
    const host = withSecrets(await hostOf(answer, access.user, context, { bases, base }), access);
    return firstThatOpens(host, await waysFor(host, answer, access, agentSocket, bases), connect);
  };
  const look = async (answer: HostAnswer, access: Access) => {
    const { host, connection, key } = await open(answer, access);
    try {
      return { seen: await askSeen(host, connection, context), key };
    } finally {
      await connection.close();
    }
  };
  const keyOf = async (answer: HostAnswer): Promise<ShownKey> => {
    const host = await hostOf(answer, "root", context, { bases, base });
    const pinned = host.hostKey === undefined ? undefined : parseHostKey(host.hostKey);
    const known =
      pinned === undefined
        ? lookUp(await readKnownHosts(knownHosts), host.address, host.port)
        : { trusted: [pinned], revoked: [] };
    const { key, verdict } = await showKey(host, known);
    if (verdict.kind === "changed" || verdict.kind === "revoked") throw hostKeyError(host, verdict, knownHosts);
    const text = `${key.type} ${key.blob.toString("base64")}`;
    return { key: text, fingerprint: fingerprint(key), trusted: verdict.kind === "trusted" };
  };
  return {
    open,
    showKey: (answer) => inTurn(() => keyOf(answer)),
    look: (answer, access) => inTurn(() => look(answer, access)),
  };
}

/** What was typed: for this interview alone, and never asked for by the connection itself. */
function withSecrets(host: Host, { password, passphrase, sudoPassword }: Access): Host {
  const secret = (text: string | undefined) => (text === undefined ? undefined : new Secret(text));
  return {
    ...host,
    login: { ...host.login, password: secret(password), passphrase: secret(passphrase) },
    sudoPassword: secret(sudoPassword),
  };
}

/** One way to log in: a key, as the inventory would write it, or what there is without one. */
interface Way {
  readonly key: string | undefined;
  readonly keyPath: string | undefined;
}

/** The key that was named, here or in ~/.ssh/config; else the agent, and every key in ~/.ssh that needs no passphrase. */
async function waysFor(
  host: Host,
  answer: HostAnswer,
  access: Access,
  agentSocket: string | undefined,
  bases: Bases,
): Promise<readonly Way[]> {
  const named = answer.key ?? access.key;
  if (named !== undefined) return [{ key: answer.key ?? named, keyPath: filePath(named, bases) }];
  if (host.keyPath !== undefined) return [{ key: undefined, keyPath: host.keyPath }];
  const keys = (await foundKeys(bases.home)).filter(({ encrypted }) => !encrypted).slice(0, 4);
  const withoutKey = agentSocket !== undefined || access.password !== undefined || keys.length === 0;
  return [
    ...(withoutKey ? [{ key: undefined, keyPath: undefined }] : []),
    ...keys.map(({ path }) => ({ key: path, keyPath: filePath(path, bases) })),
  ];
}

async function firstThatOpens(
  host: Host,
  ways: readonly Way[],
  connect: (host: Host) => Promise<Connection>,
): Promise<Opened> {
  let refusal: unknown;
  for (const { key, keyPath } of ways) {
    try {
      return { host, connection: await proven(await connect({ ...host, keyPath })), key };
    } catch (thrown) {
      if (!(thrown instanceof DroverError) || thrown.code !== "ssh/auth-failed") throw thrown;
      refusal = thrown;
    }
  }
  throw refusal;
}

/** Whether the user can become root shows at the first script only. */
async function proven(connection: Connection): Promise<Connection> {
  try {
    await connection.exec("exit 0\n", { timeoutMs: askTimeoutMs });
    return connection;
  } catch (thrown) {
    await connection.close();
    throw thrown;
  }
}

async function askSeen(host: Host, connection: Connection, context: Context): Promise<Seen> {
  const questions = factQuestions(host);
  const nonce = context.randomHex(8);
  const output = await connection.exec(composeBatch(questions, nonce), { timeoutMs: askTimeoutMs });
  const results = readBatch(output, nonce, questions.length);
  const answers = questions.flatMap(({ text }, index) => {
    const result = results[index];
    return result === undefined ? [] : [[text, result] as const];
  });
  const seen = seenOf(readFacts(host, new Map(answers)));
  if (seen !== undefined) return seen;
  throw new DroverError("host/unsupported-os", `${host.name} is no Linux that Drover can ask`, {
    host: host.name,
    remedy: "Drover works with Ubuntu and Debian. Check that the address is that of a server.",
  });
}
