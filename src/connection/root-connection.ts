import { randomBytes } from "node:crypto";
import type { Host } from "../core/cluster.ts";
import { DroverError } from "../core/errors.ts";
import type { Result } from "../core/probe.ts";
import { holdScript } from "./hold-script.ts";
import type { Line } from "./line.ts";
import { type Job, runScript } from "./run-script.ts";
import { markLine, wholeScript } from "./script.ts";
import { slots } from "./slots.ts";
import { cameFrom, elevate, readWay, type SudoMode, sudoDenied } from "./sudo.ts";
import type { SudoPasswords } from "./sudo-password.ts";
import type { Connection, ExecOptions, Held } from "./types.ts";

/** How many scripts run at once on one connection; sshd allows 10 (`MaxSessions`), and held ones need theirs. */
const atOnce = 4;

/** What a connection is made of. */
export interface RootConnectionOptions {
  readonly host: Host;
  readonly line: Line;
  readonly sudo: SudoPasswords;
  /** Called once the line is closed: lets go of the way to it. */
  readonly onClose?: (() => Promise<void>) | undefined;
}

/**
 * A secure_path of sudo's or a login user's PATH may lack where sysctl, sshd and modprobe are; and with a umask of 077, folders
 * that are made for drop-ins cannot be read by the services that they are for. Scripts that keep secrets set theirs.
 */
const ownGround = "PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; export PATH; umask 022\n";

const isDenied = (error: unknown) => error instanceof DroverError && error.code === "sudo/denied";

/** A host's line, on which every script runs as root, whoever logged in. */
export class RootConnection implements Connection {
  readonly name: string;
  readonly #host: Host;
  readonly #line: Line;
  readonly #sudo: SudoPasswords;
  readonly #onClose: (() => Promise<void>) | undefined;
  readonly #inTurn = slots(atOnce);
  #mode: SudoMode | undefined;
  #password: string | undefined;

  constructor({ host, line, sudo, onClose }: RootConnectionOptions) {
    this.name = host.name;
    this.#host = host;
    this.#line = line;
    this.#sudo = sudo;
    this.#onClose = onClose;
    this.#password = sudo.given;
  }

  async exec(script: string, options: ExecOptions): Promise<Result> {
    return this.#inTurn(() =>
      this.#asRoot(async () => {
        const job = this.#job(script);
        const outcome = await this.#placed(runScript((launch) => this.#line.start(launch), job, options));
        this.#learn(outcome, job.mark);
        return outcome.result;
      }),
    );
  }

  async hold(script: string): Promise<Held> {
    return this.#asRoot(async () => {
      const job = this.#job(script);
      const holding = await this.#placed(holdScript((launch) => this.#line.start(launch), job));
      this.#learn(holding, job.mark);
      return holding.held;
    });
  }

  async close(): Promise<void> {
    await this.#line.close();
    await this.#onClose?.();
  }

  /** A script that sudo refused never ran, so it can be sent again with the password that a person is asked for. */
  async #asRoot<T>(send: () => Promise<T>): Promise<T> {
    const hadPassword = this.#password !== undefined;
    try {
      return await send();
    } catch (error) {
      if (!isDenied(error) || hadPassword) throw error;
      const sent = await this.#sudo.asked(async (password) => {
        this.#password = password;
        return send().then(
          (value) => ({ value }),
          (refused: unknown) => {
            this.#password = undefined;
            if (isDenied(refused)) return undefined;
            throw refused;
          },
        );
      });
      if (sent === undefined) throw error;
      return sent.value;
    }
  }

  #job(script: string): Job & { readonly mark: string } {
    const mark = `drover-${randomBytes(8).toString("hex")}`;
    const { command, stdin } = elevate(this.#mode, mark, this.#password);
    return { command, stdin: stdin + markLine(mark) + cameFrom + ownGround + wholeScript(script), mark };
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
    return sudoDenied(this.#host.user, said, this.#password !== undefined).at({ host: this.name });
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
      return await work.catch(async (error: unknown) => {
        // What took too long on a host that is gone is no matter of what ran there: keep-alive may ask less often.
        if (error instanceof DroverError && error.code === "step/action-timeout") await this.#line.insist();
        throw error;
      });
    } catch (error) {
      throw error instanceof DroverError ? error.at({ host: this.name }) : error;
    }
  }
}
