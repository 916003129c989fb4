import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { newKey } from "../ssh/new-key.ts";

const main = resolve(import.meta.dirname, "../../src/cli/main.ts");

/** What a run of the program left behind. */
export interface Ran {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** An empty folder to run the program in, as a child process, without a terminal. */
export class Workplace {
  readonly dir = mkdtempSync(join(tmpdir(), "drover-cli-"));

  constructor() {
    this.write("id", newKey().private);
  }

  /** Writes a file for the operator alone, and the folders that it lies in. Returns its path. */
  write(name: string, text: string): string {
    const path = join(this.dir, name);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  drover(...args: readonly string[]): Promise<Ran> {
    return this.droverWith({}, ...args);
  }

  /** The same with further variables of the environment; of that of the tests it has PATH alone. */
  async droverWith(more: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ran> {
    const env = { PATH: process.env["PATH"] ?? "", HOME: this.dir, TZ: "UTC", ...more };
    const done = await execa(process.execPath, [main, ...args], {
      cwd: this.dir,
      env,
      extendEnv: false,
      reject: false,
      stdin: "ignore",
      timeout: 200_000,
    });
    return { code: done.exitCode, stdout: done.stdout, stderr: done.stderr };
  }

  /** The events of every journal, in order; one that is being written has no end of line yet and is left out. */
  journals(): readonly (readonly Record<string, unknown>[])[] {
    const runs = join(this.dir, ".drover", "runs");
    return readdirSync(runs)
      .sort()
      .map((name) =>
        readFileSync(join(runs, name), "utf8")
          .split("\n")
          .slice(0, -1)
          .map((line) => JSON.parse(line)),
      );
  }

  files(): readonly string[] {
    return readdirSync(this.dir, { recursive: true, encoding: "utf8" }).sort();
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** An inventory of hosts at these loopback ports. */
export function inventoryAt(ports: readonly number[], more = ""): string {
  const hosts = ports.map((port, index) => {
    const roles = index === 0 ? "[controlplane, etcd, worker]" : "[worker]";
    return `  - { name: n${index + 1}, address: 127.0.0.${index + 1}, port: ${port}, roles: ${roles} }\n`;
  });
  return `version: 1\ncluster: { name: test }\nssh: { user: root, key: ./id }\nhosts:\n${hosts.join("")}docker: { source: distribution }\n${more}`;
}
