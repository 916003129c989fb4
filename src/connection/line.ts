import { Socket } from "node:net";
import { type Duplex, PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { NodeSSH } from "node-ssh";
import type { ClientChannel } from "ssh2";
import type { Endpoint } from "../core/cluster.ts";
import { forwardError, lostError } from "./login-errors.ts";
import { type Launch, type Running, signalCode } from "./running.ts";

/** How long a goodbye may take. In ms. */
const closeMs = 2_000;

/** How long a machine that lives may take to show it. In ms. */
const signOfLifeMs = 10_000;

/** One logged-in SSH connection. When it is lost, everything that runs on it and all that is asked later fails at once. */
export class Line {
  readonly #ssh: NodeSSH;
  readonly #socket: Duplex;
  readonly #host: Endpoint;
  readonly #closed = Promise.withResolvers<void>();
  readonly #lost = Promise.withResolvers<never>();
  #isLost = false;

  /** @param ssh logging in or logged in over `socket`; its client must be there already */
  constructor(ssh: NodeSSH, socket: Duplex, host: Endpoint) {
    this.#ssh = ssh;
    this.#socket = socket;
    this.#host = host;
    this.#lost.promise.catch(() => {});
    // Permanent: node-ssh takes its own listener away, and an error without one would end the program.
    ssh.connection?.on("error", (error) => this.#lose(error.message));
    ssh.connection?.on("close", () => {
      this.#lose("it was closed");
      this.#closed.resolve();
    });
  }

  /** Asks the host's login shell to run a command. */
  start(launch: Launch): Running {
    const stdin = new PassThrough();
    let channel: ClientChannel | undefined;
    let killed = false;
    const kill = () => {
      killed = true;
      // What runs on there has lost its pipes and dies when it next prints. No signal: sshd passes none on to a root
      // login, and a login user's none to what sudo runs (measured, OpenSSH 9.2).
      channel?.close();
    };
    const onChannel = (opened: ClientChannel) => {
      channel = opened;
      opened.on("error", () => {});
      if (killed) kill();
    };
    const ended = Promise.race([this.#run(launch, stdin, onChannel), this.#lost.promise]);
    return { stdin, ended, kill };
  }

  async #run(launch: Launch, stdin: PassThrough, onChannel: (channel: ClientChannel) => void): Promise<number> {
    const { command, onStdout, onStderr } = launch;
    const answer = await this.#ssh
      .execCommand(command, { stdin, onChannel, onStdout, onStderr, noTrim: true })
      .catch((error: unknown) => Promise.reject(lostError(this.#host, String(error))));
    if (answer.code !== null) return answer.code;
    if (answer.signal !== null) return signalCode(answer.signal);
    throw lostError(this.#host, "a command's channel was closed before its end");
  }

  /** Settles when the line is gone, for whatever reason. */
  get gone(): Promise<void> {
    return this.#lost.promise.catch(() => {});
  }

  /**
   * A way through this machine to another, as `ssh -W` makes one.
   * @throws DroverError `ssh/unreachable`, `ssh/connection-lost`
   */
  async forward(to: Endpoint): Promise<Duplex> {
    const { connection } = this.#ssh;
    if (connection === null) throw lostError(this.#host, "it was closed");
    const opened = new Promise<Duplex>((resolve, reject) => {
      connection.forwardOut("127.0.0.1", 0, to.address, to.port, (error, channel) => {
        if (error) reject(forwardError(this.#host, to, error));
        else resolve(channel);
      });
    });
    const channel = await Promise.race([opened, this.#lost.promise]);
    channel.on("error", () => {});
    return channel;
  }

  /**
   * Asks for a sign of life, where something took too long.
   * @throws DroverError `ssh/connection-lost` if none comes within 10 s; the line is then lost for all that runs on it
   */
  async insist(): Promise<void> {
    const heard = Promise.withResolvers<void>();
    // A request that changes nothing: whatever sshd says to it, it lives. So does OpenSSH's own ServerAliveInterval ask.
    this.#ssh.connection?.unforwardIn("", 0, () => heard.resolve());
    const silent = setTimeout(() => {
      this.#lose("it no longer answers");
      this.#socket.destroy();
    }, signOfLifeMs);
    await Promise.race([heard.promise, this.#lost.promise]).finally(() => clearTimeout(silent));
  }

  #lose(why: string): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#lost.reject(lostError(this.#host, why));
  }

  /**
   * Ends it. Never throws, takes 2 s at most. Over TCP a goodbye is on its way once the kernel has it: sshd answers none, and ends
   * what belongs to a login before it closes its side, which took a twentieth of a run with nothing to do. What else leads to a
   * machine may drop the goodbye where it is ended too soon.
   */
  async close(): Promise<void> {
    this.#lose("Drover closed it");
    const sent = Promise.withResolvers<void>();
    if (this.#socket instanceof Socket) this.#socket.once("finish", sent.resolve);
    this.#ssh.connection?.end();
    if (!this.#socket.destroyed) {
      await Promise.race([sent.promise, this.#closed.promise, sleep(closeMs, undefined, { ref: false })]);
    }
    // ssh2's own destroy() does nothing once the goodbye is sent, and a host that is gone never answers one.
    this.#socket.destroy();
  }
}
