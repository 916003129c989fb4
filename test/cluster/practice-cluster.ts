import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { execa } from "execa";
import type { Stamped } from "../../src/core/events.ts";
import { createLab, type Lab } from "../../src/lab/lab.ts";
import { defaultSettings, hostNumbers, type LabSettings } from "../../src/lab/settings.ts";

const main = resolve(import.meta.dirname, "../../src/cli/main.ts");

/** What a finished program left. */
export interface Ran {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program ended to which something was done. */
export interface Disturbed {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly stderr: string;
}

/** What tells one test's practice hosts from another's. */
export interface Place {
  readonly home: string;
  readonly bridge: string;
  readonly net: string;
  readonly prefix: string;
}

const roadPlace: Place = { home: "/var/lib/drover-lab-cluster", bridge: "drover7", net: "10.80.0", prefix: "c" };

/** Practice hosts of their own, beside whatever lab the operator has, and Drover as a child process. */
export class PracticeCluster {
  readonly settings: LabSettings;
  readonly count: number;
  readonly lab: Lab;
  readonly dir: string;
  readonly inventory: string;
  readonly names: readonly string[];

  constructor(place = roadPlace, count = 3) {
    this.settings = { ...defaultSettings(process.env), ...place };
    this.count = count;
    this.names = hostNumbers(count).map((i) => `${place.prefix}${i}`);
    this.lab = createLab({ env: process.env, say: (line) => console.log(`  ${line}`), ...this.settings });
    this.dir = join(this.settings.home, "operator");
    this.inventory = join(this.dir, "inventory.yaml");
  }

  async boot(): Promise<void> {
    await this.lab.down();
    rmSync(this.settings.home, { recursive: true, force: true });
    mkdirSync(this.dir, { recursive: true });
    await this.lab.up(this.count, this.inventory);
    await this.untilBooted();
  }

  /** One may log in before the last services of a boot have started; what they do then is none of Drover's doing. */
  async untilBooted(): Promise<void> {
    await this.onHosts("timeout 300 systemctl is-system-running --wait >/dev/null 2>&1 || true");
  }

  async remove(): Promise<void> {
    await this.lab.down();
    rmSync(this.settings.home, { recursive: true, force: true });
  }

  async drover(...args: readonly string[]): Promise<Ran> {
    const done = await execa(process.execPath, [main, ...args, "-i", this.inventory], {
      cwd: this.dir,
      reject: false,
      stdin: "ignore",
    });
    if (done.exitCode !== 0)
      console.log(
        `  drover ${args.join(" ")} ended with ${done.exitCode}\n${done.stdout.slice(-3000)}\n${done.stderr}`,
      );
    return { code: done.exitCode, stdout: done.stdout, stderr: done.stderr };
  }

  /** Starts `up`, and kills it with SIGKILL as soon as its journal shows the event; says whether it came to that. */
  killedAt(isMoment: (event: Stamped) => boolean, ...args: readonly string[]): Promise<boolean> {
    return this.killed(isMoment, "up", "--yes", ...args);
  }

  /** The same with any command. */
  async killed(isMoment: (event: Stamped) => boolean, ...command: readonly string[]): Promise<boolean> {
    const ended = await this.disturbed(isMoment, (pid) => void process.kill(pid, "SIGKILL"), ...command);
    return ended?.signal === "SIGKILL";
  }

  /**
   * Starts a command, does something to it, by the id of its process, as soon as its journal shows the event, and tells how it
   * ended; undefined if it did not come to that.
   */
  async disturbed(
    isMoment: (event: Stamped) => boolean,
    disturb: (pid: number) => void | Promise<void>,
    ...command: readonly string[]
  ): Promise<Disturbed | undefined> {
    const before = new Set(this.journalPaths());
    const child = execa(process.execPath, [main, ...command, "-i", this.inventory], {
      cwd: this.dir,
      reject: false,
      stdin: "ignore",
    });
    let over = false;
    const ended = child.finally(() => (over = true));
    while (!over) {
      const journal = this.journalPaths().find((path) => !before.has(path));
      if (child.pid !== undefined && journal !== undefined && eventsOf(journal).some(isMoment)) {
        await disturb(child.pid);
        const { exitCode, signal, stderr } = await ended;
        return { code: exitCode, signal, stderr };
      }
      await new Promise((done) => setTimeout(done, 100));
    }
    return undefined;
  }

  /** The events of the newest run. */
  lastRun(): readonly Stamped[] {
    return eventsOf(this.journalPaths().at(-1) ?? "");
  }

  journalPaths(): readonly string[] {
    const runs = join(this.dir, ".drover", "runs");
    if (!existsSync(runs)) return [];
    return readdirSync(runs)
      .sort()
      .map((name) => join(runs, name));
  }

  /** Runs a script as root on a host, over OpenSSH. */
  async onHost(i: number, script: string): Promise<string> {
    const done = await execa("ssh", [...this.lab.sshArgs(i), "sudo", "/bin/sh", "-s"], {
      input: script,
      reject: false,
    });
    if (done.exitCode !== 0) throw new Error(`host ${i}: exit ${done.exitCode}: ${done.stderr}`);
    return done.stdout;
  }

  async onHosts(script: string): Promise<readonly string[]> {
    return Promise.all(hostNumbers(this.count).map((i) => this.onHost(i, script)));
  }

  async kubectl(args: readonly string[], input = ""): Promise<string> {
    const kubeconfig = join(this.dir, ".drover", "lab", "kube_config_cluster.yml");
    const done = await execa(join(this.settings.cache, "bin", "kubectl"), ["--kubeconfig", kubeconfig, ...args], {
      input,
    });
    return done.stdout;
  }
}

/** The whole lines of a journal; the last one may be cut. */
function eventsOf(path: string): readonly Stamped[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line): Stamped => JSON.parse(line));
}
