import type { Connection, Held } from "../../../src/connection/types.ts";
import { DroverError } from "../../../src/core/errors.ts";
import type { Event } from "../../../src/core/events.ts";
import type { Result } from "../../../src/core/probe.ts";
import type { Deps } from "../../../src/run/deps.ts";
import { heldMark } from "../../../src/run/lock-script.ts";
import { answerBatch } from "./batch-double.ts";
import { answer } from "./fake-host.ts";

/** One thing that was done to a host. */
export interface Deed {
  readonly host: string;
  /** The key that was set, or the path that was written. */
  readonly what: string;
  readonly underLock: boolean;
  /** Whether it made a difference. */
  readonly needed: boolean;
}

/** What a host does to a command: refuses it, or does something else and says that all is well. */
export type Fault = "fails" | "spoils";

/**
 * A model of hosts: each is a mapping from keys and paths to text, which `get KEY` asks and `set KEY VALUE` and written files
 * change. No program runs. It writes down what is done, under which lock, and how many lines are open.
 */
export class ModelHosts {
  readonly values = new Map<string, Map<string, string>>();
  readonly deeds: Deed[] = [];
  readonly events: Event[] = [];
  /** Hosts that nobody reaches. */
  readonly unreachable = new Set<string>();
  /** By host and key, as `a:x`. */
  readonly faults = new Map<string, Fault>();
  readonly locked = new Set<string>();
  locksTaken = 0;
  execs = 0;
  open = 0;
  #nonces = 0;
  /** How long a host takes, in turns of the event loop's microtasks: so that hosts overtake each other. */
  readonly #slowness: () => number;

  constructor(slowness: () => number) {
    this.#slowness = slowness;
  }

  deps(more: Partial<Deps> = {}): Deps {
    return {
      connect: async (host) => this.#connect(host.name),
      connectLocal: async () => this.#connect("control"),
      download: async () => undefined,
      emit: (event) => this.events.push(event),
      now: () => 0,
      nonce: () => {
        this.#nonces += 1;
        return this.#nonces.toString(16).padStart(16, "0");
      },
      sleep: async () => undefined,
      stopping: () => false,
      operator: "tester@here",
      localLock: "/nowhere/control.lock",
      concurrency: 1,
      waitMs: 0,
      maxFail: 0,
      ...more,
    };
  }

  /** The text under a key of a host. */
  get(host: string, key: string): string | undefined {
    return this.values.get(host)?.get(key);
  }

  set(host: string, key: string, value: string): void {
    const own = this.values.get(host) ?? new Map<string, string>();
    this.values.set(host, own.set(key, value));
  }

  async #connect(name: string): Promise<Connection> {
    await this.#time();
    if (this.unreachable.has(name)) throw new DroverError("ssh/unreachable", `no way to ${name}`, { remedy: "Look." });
    this.open += 1;
    return {
      name,
      exec: async (script) => {
        await this.#time();
        this.execs += 1;
        const asked = answerBatch(script, (question) => this.#reply(name, question));
        return asked ?? this.#perform(name, script);
      },
      hold: async () => this.#hold(name),
      close: async () => {
        this.open -= 1;
      },
    };
  }

  async #time(): Promise<void> {
    for (let turns = this.#slowness(); turns > 0; turns -= 1) await Promise.resolve();
  }

  #reply(host: string, question: string): Result {
    const value = this.get(host, question.replace(/^get /, ""));
    return value === undefined ? answer("", 1) : answer(value);
  }

  #hold(name: string): Held {
    if (this.locked.has(name)) return { first: answer("", 75, "held by itself"), release: async () => undefined };
    this.locked.add(name);
    this.locksTaken += 1;
    return {
      first: heldMark,
      release: async () => {
        this.locked.delete(name);
      },
    };
  }

  /** A script of actions: each is done, up to one that fails, and both streams say which of them began. */
  #perform(host: string, script: string): Result {
    const [, mark = ""] = /^mark\(\) \{ printf '%s %s\\n' (\S+) /.exec(script) ?? [];
    let said = "";
    for (const [index, part] of script
      .split(/^mark \d+$/m)
      .slice(1)
      .entries()) {
      said += `${mark} ${index}\n`;
      const [what, value] = deedIn(part);
      const fault = this.faults.get(`${host}:${what}`);
      if (fault === "fails") return answer(said, 1, `${said}${what} cannot be done\n`);
      const needed = this.get(host, what) !== value;
      this.deeds.push({ host, what, needed, underLock: this.locked.has(host) });
      this.set(host, what, fault === "spoils" ? "spoilt" : value);
    }
    return answer(said, 0, said);
  }
}

function deedIn(part: string): readonly [what: string, value: string] {
  const [, path, content] = /\np=(\S+)\n.*'DROVER_END_OF_CONTENT'\n(.*?)\nDROVER_END_OF_CONTENT/s.exec(part) ?? [];
  if (path !== undefined) return [path, Buffer.from(content ?? "", "base64").toString("utf8")];
  const [, key = "", value = ""] = /\/bin\/sh -c 'set (\S+) ([^']*)'/.exec(part) ?? [];
  return [key, value];
}
