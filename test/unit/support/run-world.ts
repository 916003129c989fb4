import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { control, type Host } from "../../../src/core/cluster.ts";
import type { Event } from "../../../src/core/events.ts";
import type { Pipeline } from "../../../src/core/pipeline.ts";
import { quote, sh } from "../../../src/core/shell.ts";
import {
  type AnyStep,
  changesOrOk,
  type DownloadAction,
  defineStep,
  type Stage,
  type StepId,
} from "../../../src/core/step.ts";
import type { Deps } from "../../../src/run/deps.ts";
import { hostLock } from "../../../src/run/lock-script.ts";
import { ShellConnection } from "./shell-connection.ts";

/** A host for tests; nothing is ever connected to its address. */
export function hostNamed(name: string): Host {
  return { ...control, name, address: `${name}.test`, port: 22, user: "ubuntu", roles: ["worker"] };
}

/** A folder that stands for the hosts' disks, connections that run in it, and everything that was emitted. */
export class RunWorld {
  readonly dir = mkdtempSync(join(tmpdir(), "drover-run-"));
  readonly events: Event[] = [];
  readonly connections: ShellConnection[] = [];
  /** What was asked for; a double: nothing is fetched. */
  readonly downloads: DownloadAction[] = [];
  stopping = false;
  onConnect: (host: Host, attempt: number) => void = () => undefined;
  #nonces = 0;

  readonly deps: Deps = {
    connect: async (host) => this.#connect(host),
    connectLocal: async () => this.#connect(control),
    download: async (wanted, tell) => {
      tell({ phase: "download half of it", fraction: 0.5 });
      this.downloads.push(wanted);
    },
    emit: (event) => this.events.push(event),
    now: () => Date.now(),
    nonce: () => this.#nextNonce(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 5))),
    stopping: () => this.stopping,
    operator: "tester@here",
    localLock: join(this.dir, "control.lock"),
    concurrency: 10,
    waitMs: 0,
    maxFail: 0,
  };

  #nextNonce(): string {
    this.#nonces += 1;
    return this.#nonces.toString(16).padStart(16, "0");
  }

  async #connect(host: Host): Promise<ShellConnection> {
    this.onConnect(host, this.connections.filter((connection) => connection.name === host.name).length);
    const connection = new ShellConnection(host.name);
    // Every host has a lock of its own under the test's folder in place of /run, and whoever finds it taken waits less long.
    const hold = connection.hold.bind(connection);
    const lock = join(this.dir, `${host.name}.lock`);
    connection.hold = (script) => hold(script.replaceAll(hostLock, lock).replace("flock -w 3 ", "flock -w 0.3 "));
    this.connections.push(connection);
    return connection;
  }

  /** The text of a file of a host, or undefined. */
  file(host: string, name: string): string | undefined {
    try {
      return readFileSync(join(this.dir, `${host}.${name}`), "utf8");
    } catch {
      return undefined;
    }
  }

  kinds(): readonly string[] {
    return this.events.map((event) => event.kind);
  }

  scriptsOf(host: string): readonly string[] {
    return this.connections
      .filter((connection) => connection.name === host)
      .flatMap((connection) => connection.scripts);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** A step that wants a file with this content; `after` makes it wait for another step's file. */
  fileStep(id: StepId, content: string, options: { readonly after?: StepId; readonly spoil?: boolean } = {}): AnyStep {
    const path = (host: Host, of: string): string => join(this.dir, `${host.name}.${of.replace("/", "-")}`);
    return defineStep({
      id,
      title: `Write ${id}`,
      probes: (host) => ({
        text: { sh: sh`cat ${path(host, id)}`, parse: (answer) => (answer.code === 0 ? answer.stdout : undefined) },
        before: { sh: sh`test -e ${path(host, options.after ?? id)}`, parse: (answer) => answer.code === 0 },
      }),
      decide: ({ text, before }, host) => {
        if (options.after !== undefined && !before)
          return { kind: "later", after: options.after, because: "its file is not there yet" };
        if (text === content) return changesOrOk([]);
        const action = {
          kind: "write",
          path: path(host, id),
          content: options.spoil === true ? "spoilt" : content,
          mode: 0o640,
          owner: "",
        } as const;
        return changesOrOk([{ summary: `${id} holds ${quote(content)}`, after: content, actions: [action] }]);
      },
    });
  }

  /** A step that wants a line out of a file that other steps write too, and leaves the rest of it. */
  lineOut(line: string): AnyStep {
    const path = (host: Host): string => join(this.dir, `${host.name}.shared`);
    return defineStep({
      id: `t/${line}`,
      title: `Take ${line} out`,
      probes: (host) => ({ text: { sh: sh`cat ${path(host)}`, parse: ({ stdout }) => stdout } }),
      decide: ({ text }, host) => {
        const content = text.replace(`${line}\n`, "");
        const write = { kind: "write", path: path(host), content, mode: 0o640, owner: "" } as const;
        return changesOrOk(
          content === text ? [] : [{ summary: `${line} is gone`, before: text, after: content, actions: [write] }],
        );
      },
    });
  }

  pipeline(hosts: readonly string[], ...stages: readonly Stage[]): Pipeline {
    return { cluster: "test", hosts: hosts.map(hostNamed), stages };
  }
}

/** A stage of steps on all hosts. */
export function stage(id: string, ...steps: readonly AnyStep[]): Stage {
  return { id, title: `Stage ${id}`, on: "hosts", steps };
}
