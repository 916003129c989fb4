import { randomBytes } from "node:crypto";
import type { Host } from "../core/cluster.ts";
import { DroverError } from "../core/errors.ts";
import type { Result } from "../core/probe.ts";
import { holdScript } from "./hold-script.ts";
import type { Line } from "./line.ts";
import { type Job, runScript } from "./run-script.ts";
import { markLine, wholeScript } from "./script.ts";
import { slots } from "./slots.ts";
import { elevate, readWay, type SudoMode, sudoDenied } from "./sudo.ts";
import type { Connection, ExecOptions, Held } from "./types.ts";

/** How many scripts run at once on one connection; sshd allows 10 (`MaxSessions`), and held ones need theirs. */
const atOnce = 4;

/** A host's line, on which every script runs as root, whoever logged in. */
export class RootConnection implements Connection {
  readonly name: string;
  readonly #host: Host;
  readonly #line: Line;
  readonly #sudoPassword: string | undefined;
  readonly #inTurn = slots(atOnce);
  #mode: SudoMode | undefined;

  constructor(host: Host, line: Line, sudoPassword: string | undefined) {
    this.name = host.name;
    this.#host = host;
    this.#line = line;
    this.#sudoPassword = sudoPassword;
  }

  async exec(script: string, options: ExecOptions): Promise<Result> {
    return this.#inTurn(async () => {
      const job = this.#job(script);
      const outcome = await this.#placed(runScript((launch) => this.#line.start(launch), job, options));
      this.#learn(outcome, job.mark);
      return outcome.result;
    });
  }

  async hold(script: string): Promise<Held> {
    const job = this.#job(script);
    const holding = await this.#placed(holdScript((launch) => this.#line.start(launch), job));
    this.#learn(holding, job.mark);
    return holding.held;
  }

  async close(): Promise<void> {
    await this.#line.close();
  }

  #job(script: string): Job & { readonly mark: string } {
    const mark = `drover-${randomBytes(8).toString("hex")}`;
    const { command, stdin } = elevate(this.#mode, mark, this.#sudoPassword);
    return { command, stdin: stdin + markLine(mark) + wholeScript(script), mark };
  }

  /** Remembers the way to root, or says why there was none. */
  #learn({ begun, before }: { readonly begun: boolean; readonly before: string }, mark: string): void {
    const way = readWay(before, mark) ?? this.#mode;
    if (begun && way !== "denied") this.#mode = way;
    if (begun) return;
    const lines = before.split("\n").filter((line) => line.trim() !== "" && !line.startsWith(mark));
    const said = lines.slice(-5);
    throw way === undefined ? this.#noShell(said) : this.#denied(said);
  }

  #denied(said: readonly string[]): DroverError {
    return sudoDenied(this.#host.user, said, this.#sudoPassword !== undefined).at({ host: this.name });
  }

  #noShell(said: readonly string[]): DroverError {
    return new DroverError("ssh/auth-failed", `${this.#host.user} may log in but not run commands`, {
      host: this.name,
      remedy: `Give ${this.#host.user} a login shell on the host (chsh), or name another user in the inventory.`,
      details: said,
    });
  }

  async #placed<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw error instanceof DroverError ? error.at({ host: this.name }) : error;
    }
  }
}
