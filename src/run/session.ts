import type { Connection, ExecOptions, Held } from "../connection/types.ts";
import { control, type Host } from "../core/cluster.ts";
import type { Answers } from "../core/decide.ts";
import { DroverError, type ErrorCode } from "../core/errors.ts";
import type { Result } from "../core/probe.ts";
import type { Sh } from "../core/shell.ts";
import { askQuestions } from "./ask-questions.ts";
import type { Deps } from "./deps.ts";
import { heldMark, hostLock, lockScript } from "./lock-script.ts";
import { leftoversScript } from "./unit-script.ts";

const askTimeoutMs = 180_000;
/** On the control machine no line is in the way of asking the cluster several things at once. */
const lanesOnControl = 4;
const leftoversTimeoutMs = 30 * 60_000;

/** One host during one run: its line, and its lock once something is to be changed there. */
export interface Session {
  readonly host: Host;
  /**
   * Asks all questions: a host in one exec, the control machine in a few at the same time. Where the line is lost meanwhile, it is
   * opened again and all is asked once more, for as long as the run may wait.
   */
  ask(questions: readonly Sh[]): Promise<Answers>;
  exec(script: string, options: ExecOptions): Promise<Result>;
  /** Starts a script that stays until it is released or the line ends. */
  hold(script: string): Promise<Held>;
  /**
   * Takes the host's lock, if it is not held yet; `wait` for as long as the run may.
   * @throws DroverError `host/locked` with who holds it
   */
  claim(how: "try" | "wait"): Promise<void>;
  /** Lets the lock go again, before anything was done under it. */
  unclaim(): Promise<void>;
  /**
   * Takes the host's lock, if it is not held yet, and waits, once, for what an earlier run left running there.
   * @returns whether that was now: what was asked before may no longer be so
   * @throws DroverError `host/locked` with who holds it
   */
  lock(): Promise<boolean>;
  /** Opens the line again after it was lost, and takes the lock again if it was held. Tries until `withinMs` is over, or `stopping`. */
  reconnect(withinMs: number, stopping?: () => boolean): Promise<void>;
  close(): Promise<void>;
}

/** Connects to a host, or to the control machine. */
export async function openSession(host: Host, deps: Deps): Promise<Session> {
  const session = new LiveSession(host, deps);
  await patiently(deps, host, notYetThere, () => session.open());
  return session;
}

/** A host that boots, or whose network comes up: the next attempt may find it there. */
const notYetThere: readonly ErrorCode[] = ["ssh/unreachable", "ssh/connection-lost", "ssh/timeout"];

/**
 * A host that was there, and comes back. A refused login is not final then: sshd answers before logins are allowed while a host
 * is still booting.
 */
const comesBack: readonly ErrorCode[] = [...notYetThere, "ssh/auth-failed", "host/locked", "sudo/denied"];

/** Tries again, every second and for as long as the run may wait, where an attempt fails with one of these codes. */
async function patiently<T>(
  deps: Deps,
  host: Host,
  passing: readonly ErrorCode[],
  attempt: () => Promise<T>,
): Promise<T> {
  const deadline = deps.now() + deps.waitMs;
  for (let told = false; ; told = true) {
    try {
      return await attempt();
    } catch (thrown) {
      if (!hasCode(thrown, passing) || deps.stopping() || deps.now() >= deadline) throw thrown;
      if (!told) deps.emit({ kind: "note", level: "info", host: host.name, message: waiting(thrown, deps.waitMs) });
      await deps.sleep(1000);
    }
  }
}

function waiting({ message }: DroverError, ms: number): string {
  return `${message}; waiting up to ${Math.round(ms / 1000)} s for that to change`;
}

class LiveSession implements Session {
  readonly host: Host;
  readonly #deps: Deps;
  #connection: Connection | undefined;
  #held: Held | undefined;
  /** Whether anything may be done under the lock: what an earlier run left is over. */
  #ready = false;

  constructor(host: Host, deps: Deps) {
    this.host = host;
    this.#deps = deps;
  }

  async open(): Promise<void> {
    const { emit, now, connect, connectLocal } = this.#deps;
    if (this.host === control) {
      this.#connection = await connectLocal();
      return;
    }
    const started = now();
    emit({ kind: "host-connecting", host: this.host.name, address: this.host.address });
    this.#connection = await connect(this.host);
    emit({ kind: "host-connected", host: this.host.name, tookMs: now() - started });
  }

  get #line(): Connection {
    if (this.#connection !== undefined) return this.#connection;
    throw new DroverError("ssh/connection-lost", `the connection to ${this.host.name} is closed`, {
      host: this.host.name,
      remedy: "Run the command again.",
    });
  }

  exec(script: string, options: ExecOptions): Promise<Result> {
    return this.#line.exec(script, options);
  }

  hold(script: string): Promise<Held> {
    return this.#line.hold(script);
  }

  async ask(questions: readonly Sh[]): Promise<Answers> {
    if (questions.length === 0) return new Map();
    const { emit, now, sleep, stopping, waitMs } = this.#deps;
    const deadline = now() + waitMs;
    for (let told = false; ; told = true) {
      try {
        return await this.#askOnce(questions);
      } catch (thrown) {
        const left = deadline - now();
        // Half an answer, once: a host that goes down ends what asks before it ends the line.
        const passes = hasCode(thrown, told ? ["ssh/connection-lost"] : ["ssh/connection-lost", "probe/incomplete"]);
        if (!passes || stopping() || left <= 0) throw thrown;
        if (!told) emit({ kind: "note", level: "info", host: this.host.name, message: waiting(thrown, left) });
        await sleep(1000);
        await this.reconnect(deadline - now(), stopping);
      }
    }
  }

  async #askOnce(questions: readonly Sh[]): Promise<Answers> {
    const { emit, now, nonce } = this.#deps;
    const started = now();
    const results = await askQuestions(questions, {
      lanes: this.host === control ? lanesOnControl : 1,
      nonce,
      exec: (script) => this.exec(script, { timeoutMs: askTimeoutMs }),
    });
    emit({ kind: "host-asked", host: this.host.name, probes: questions.length, tookMs: now() - started });
    return new Map(questions.flatMap((question, index) => pair(question.text, results[index])));
  }

  async claim(how: "try" | "wait"): Promise<void> {
    if (this.#held !== undefined) return;
    const take = (): Promise<void> => this.#takeLock();
    await (how === "try" ? take() : patiently(this.#deps, this.host, ["host/locked"], take));
  }

  async unclaim(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    await held?.release().catch(() => undefined);
  }

  async lock(): Promise<boolean> {
    if (this.#ready) return false;
    await this.claim("wait");
    this.#ready = true;
    if (this.host === control) return true;
    const onLine = (message: string): void =>
      this.#deps.emit({ kind: "note", level: "info", host: this.host.name, message });
    await this.exec(leftoversScript().text, { timeoutMs: leftoversTimeoutMs, onLine });
    return true;
  }

  async #takeLock(): Promise<void> {
    const file = this.host === control ? this.#deps.localLock : hostLock;
    const holder = `${this.#deps.operator} since ${new Date(this.#deps.now()).toISOString()}`;
    const held = await this.#line.hold(lockScript(file, holder));
    if (held.first === heldMark) {
      this.#held = held;
      return;
    }
    await held.release();
    throw lockError(this.host, held.first);
  }

  async reconnect(withinMs: number, stopping = () => false): Promise<void> {
    const deadline = this.#deps.now() + withinMs;
    const locked = this.#held !== undefined;
    await this.close();
    for (;;) {
      try {
        await this.open();
        if (locked) await this.#takeLock();
        return;
      } catch (thrown) {
        if (this.#deps.now() >= deadline || stopping() || !hasCode(thrown, comesBack)) throw thrown;
        // A line that came, but not the lock: the next attempt opens one of its own.
        await this.close();
        await this.#deps.sleep(1000);
      }
    }
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    await this.unclaim();
    this.#connection = undefined;
    await connection?.close();
  }
}

function pair(question: string, result: Result | undefined): [string, Result][] {
  return result === undefined ? [] : [[question, result]];
}

function hasCode(thrown: unknown, codes: readonly ErrorCode[]): thrown is DroverError {
  return thrown instanceof DroverError && codes.includes(thrown.code);
}

function lockError(host: Host, first: string | Result): DroverError {
  const said = typeof first === "string" ? first : first.stderr.trim();
  if (typeof first !== "string" && first.code === 75) {
    return new DroverError("host/locked", `another Drover works on ${host.name}: ${said}`, {
      host: host.name,
      remedy: "Wait until it is done, then run the command again. The lock frees itself when that run ends or dies.",
    });
  }
  return new DroverError("step/action-failed", `the lock of ${host.name} could not be taken`, {
    host: host.name,
    remedy: "Drover needs flock (util-linux) and a writable lock folder there.",
    details: said === "" ? [] : [said],
  });
}
