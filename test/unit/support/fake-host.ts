import type { Connection, Held } from "../../../src/connection/types.ts";
import { DroverError } from "../../../src/core/errors.ts";
import type { Event } from "../../../src/core/events.ts";
import type { Result } from "../../../src/core/probe.ts";
import type { Deps } from "../../../src/run/deps.ts";
import { heldMark } from "../../../src/run/lock-script.ts";

/** An error as a line throws it. */
export function lineError(code: "ssh/unreachable" | "ssh/connection-lost" | "ssh/host-key-changed"): DroverError {
  return new DroverError(code, `the line says ${code}`, { remedy: "Try again." });
}

/** An answer of a script. */
export function answer(stdout: string, code = 0, stderr = ""): Result {
  return { code, stdout, stderr };
}

/**
 * A double of hosts and of the time that passes: nothing is connected, run or waited for. Every second that is slept is one
 * of its own clock. It counts the lines to it that are open, and who holds its lock.
 */
export class FakeHost {
  seconds = 0;
  readonly events: Event[] = [];
  /** Scripts in the order in which they came. */
  readonly scripts: string[] = [];
  /** Lines that were opened and not closed. */
  open = 0;
  opened = 0;
  /** Called for each attempt to connect; may throw. */
  onConnect: (name: string) => void = () => undefined;
  /** Answers a script, of the machine with this name; may throw. */
  onExec: (script: string, name: string) => Result = () => answer("");
  /** What a holder of the lock prints first: the mark that it has it, or how it ended. */
  onHold: () => string | Result = () => heldMark;
  locks = 0;

  readonly deps: Deps = {
    connect: async (host) => this.#connect(host.name),
    connectLocal: async () => this.#connect("control"),
    download: async () => undefined,
    emit: (event) => this.events.push(event),
    now: () => this.seconds * 1000,
    nonce: () => "0123456789abcdef",
    sleep: async (ms) => {
      this.seconds += ms / 1000;
    },
    stopping: () => false,
    operator: "tester@here",
    localLock: "/nowhere/control.lock",
    concurrency: 1,
    waitMs: 0,
    maxFail: 0,
  };

  #connect(name: string): Connection {
    this.onConnect(name);
    this.open += 1;
    this.opened += 1;
    let closed = false;
    return {
      name,
      exec: async (script) => {
        this.scripts.push(script);
        return this.onExec(script, name);
      },
      hold: async () => this.#hold(),
      close: async () => {
        if (!closed) this.open -= 1;
        closed = true;
      },
    };
  }

  #hold(): Held {
    const first = this.onHold();
    if (first === heldMark) this.locks += 1;
    let released = first !== heldMark;
    const release = async () => {
      if (!released) this.locks -= 1;
      released = true;
    };
    return { first, release };
  }
}
