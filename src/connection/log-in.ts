import type { Endpoint } from "../core/cluster.ts";
import { DroverError } from "../core/errors.ts";
import type { AnswerPrompt } from "./auth-handler.ts";
import { credentialsFor, type Offer } from "./credentials.ts";
import { fingerprint, type KnownKeys, parseHostKey } from "./host-key.ts";
import type { ReadKeyFile } from "./key-files.ts";
import { createLookUp, knownLine, type LookUp } from "./known-hosts.ts";
import { addKnownHost, readKnownHosts } from "./known-hosts-file.ts";
import type { Line } from "./line.ts";
import { type LoginOutcome, login } from "./login.ts";
import { hostKeyError } from "./login-errors.ts";
import type { WithSecret } from "./secret-desk.ts";
import { checkAddress, openWay, type Way } from "./socket.ts";

/** What logins are made with. */
export interface LogInSettings {
  /** Path of the known_hosts file that is read, and written after a yes, where a machine names none of its own. */
  readonly knownHosts: string;
  /** The path of an agent's socket. */
  readonly agentSocket?: string | undefined;
  /** Whether a person takes this fingerprint for the machine's; asked for one at a time. Without it: no. */
  readonly confirmHostKey?: ((endpoint: Endpoint, fingerprint: string) => Promise<boolean>) | undefined;
  /** Answers what sshd asks beyond a password. Without it nobody does. */
  readonly answerPrompt?:
    | ((endpoint: Endpoint, prompt: string, echo: boolean) => Promise<string | undefined>)
    | undefined;
  /** For the TCP connection, and again for the login, where a machine names no time of its own. In ms. */
  readonly readyTimeoutMs: number;
  /** The operator's shell, which runs a ProxyCommand; undefined: /bin/sh. */
  readonly shell?: string | undefined;
  readonly desk: WithSecret;
  readonly readKeyFile: ReadKeyFile;
}

const defaultKeepAliveMs = 5_000;

function knownFiles(endpoint: Endpoint, { knownHosts }: LogInSettings): readonly [string, ...string[]] {
  const [first, ...others] = endpoint.login?.knownHosts ?? [];
  return first === undefined ? [knownHosts] : [first, ...others];
}

/** The name and port under which known_hosts has a machine. An alias stands alone, as OpenSSH writes it. */
function knownAs({ address, port, login: own }: Endpoint): readonly [string, number] {
  return own?.hostKeyAlias === undefined ? [address, port] : [own.hostKeyAlias, 22];
}

async function knownKeys(endpoint: Endpoint, settings: LogInSettings, lookUp: LookUp): Promise<KnownKeys> {
  if (endpoint.hostKey === undefined) {
    const texts = await Promise.all(knownFiles(endpoint, settings).map(readKnownHosts));
    return lookUp(texts.join("\n"), ...knownAs(endpoint));
  }
  const pinned = parseHostKey(endpoint.hostKey);
  if (pinned !== undefined) return { trusted: [pinned], revoked: [] };
  throw new DroverError("inventory/invalid", "the pinned host key is not one", {
    host: endpoint.name,
    remedy: "Give it as ssh-keyscan prints it, without the name: `ssh-ed25519 AAAA...`.",
  });
}

type Attempt = (offers: readonly Offer[], described: string | undefined) => Promise<Line>;

const isRefusal = (error: unknown) => error instanceof DroverError && error.code === "ssh/auth-failed";

/** undefined where the login was refused; other errors are thrown on. */
async function unlessRefused(work: Promise<Line>): Promise<Line | undefined> {
  return work.catch((error: unknown) => {
    if (isRefusal(error)) return undefined;
    throw error;
  });
}

/** Tries what is at hand, then what only a person can give: passphrases of keys, and at last the password. */
async function tryAll(endpoint: Endpoint, settings: LogInSettings, canAsk: boolean, attempt: Attempt): Promise<Line> {
  const { desk } = settings;
  const { offers, locked, described } = await credentialsFor(endpoint, { ...settings, canAsk });
  const asksPassword = endpoint.login?.password === "ask" && canAsk;
  const further = locked.length > 0 || asksPassword;
  const first = attempt(offers, described);
  const line = further ? await unlessRefused(first) : await first;
  if (line !== undefined) return line;
  for (const { path, unlock } of locked) {
    const question = (again: boolean) => `${again ? "That does not open it. " : ""}Passphrase of ${path}:`;
    const key = await desk(`key ${path}`, question, async (passphrase) => unlock(passphrase));
    const opened =
      key === undefined ? undefined : await unlessRefused(attempt([{ kind: "key", key }], `the key ${path}`));
    if (opened !== undefined) return opened;
  }
  const { user, name } = endpoint;
  const question = (again: boolean) => `${again ? `${name} did not take that. ` : ""}Password of ${user} to log in:`;
  const byPassword = asksPassword
    ? await desk(`login ${user}`, question, (password) =>
        unlessRefused(attempt([{ kind: "password", password }], undefined)),
      )
    : undefined;
  return byPassword ?? first;
}

async function wayTo(
  endpoint: Endpoint,
  through: Line | undefined,
  timeoutMs: number,
  { shell }: LogInSettings,
): Promise<Way> {
  if (through === undefined) return openWay(endpoint, timeoutMs, shell);
  return { sock: await through.forward(endpoint), explain: (error) => error };
}

/** Opens lines to machines, through others where there are some on the way: host key, then login. */
export function createLogIn(
  settings: LogInSettings & { readonly askSecret?: unknown },
): (endpoint: Endpoint, through: Line | undefined) => Promise<Line> {
  let asked: Promise<unknown> = Promise.resolve();
  const canAsk = settings.askSecret !== undefined;
  const lookUp = createLookUp();

  return async (endpoint, through) => {
    checkAddress(endpoint);
    const { timeoutSeconds, keepAliveSeconds } = endpoint.login ?? {};
    const timeoutMs = timeoutSeconds === undefined ? settings.readyTimeoutMs : timeoutSeconds * 1000;
    const { answerPrompt } = settings;
    const answer: AnswerPrompt | undefined = answerPrompt && ((prompt, echo) => answerPrompt(endpoint, prompt, echo));
    const once = async (offers: readonly Offer[], described: string | undefined): Promise<LoginOutcome> => {
      const known = await knownKeys(endpoint, settings, lookUp);
      const { sock, explain } = await wayTo(endpoint, through, timeoutMs, settings);
      const keepAliveMs = keepAliveSeconds === undefined ? defaultKeepAliveMs : keepAliveSeconds * 1000;
      return login({ endpoint, sock, offers, described, answer, known, timeoutMs, keepAliveMs }).catch(
        (error: unknown) => {
          throw explain(error);
        },
      );
    };

    // A person may take longer than a login may: the line is closed while they think, and opened again after a yes.
    const confirmed = async (outcome: LoginOutcome): Promise<boolean> => {
      if (outcome.kind === "in" || outcome.verdict.kind !== "unknown") return false;
      const { shown } = outcome.verdict;
      const turn = asked.then(async () => (await settings.confirmHostKey?.(endpoint, fingerprint(shown))) === true);
      asked = turn.catch(() => {});
      if (!(await turn)) return false;
      await addKnownHost(knownFiles(endpoint, settings)[0], knownLine(...knownAs(endpoint), shown));
      return true;
    };

    const attempt: Attempt = async (offers, described) => {
      let outcome = await once(offers, described);
      if (await confirmed(outcome)) outcome = await once(offers, described);
      if (outcome.kind === "in") return outcome.line;
      throw hostKeyError(endpoint, outcome.verdict, knownFiles(endpoint, settings)[0]);
    };
    return tryAll(endpoint, settings, canAsk, attempt);
  };
}
