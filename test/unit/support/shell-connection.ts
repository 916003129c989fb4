import { spawn } from "node:child_process";
import type { Connection, ExecOptions, Held } from "../../../src/connection/types.ts";
import type { Result } from "../../../src/core/probe.ts";

/** A double of an ssh line: runs scripts with this machine's own /bin/sh, counts them, and can be told to break. */
export class ShellConnection implements Connection {
  readonly name: string;
  readonly scripts: string[] = [];
  closed = false;
  /** Called before each exec; may throw as a broken line would. */
  before: (script: string) => void = () => undefined;

  constructor(name: string) {
    this.name = name;
  }

  async exec(script: string, options: ExecOptions): Promise<Result> {
    this.scripts.push(script);
    this.before(script);
    const child = spawn("/bin/sh", ["-s"], { stdio: ["pipe", "pipe", "pipe"], timeout: options.timeoutMs });
    const streams = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      let rest = "";
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        streams[stream] += text;
        const parts = (rest + text).split("\n");
        rest = parts.pop() ?? "";
        for (const line of parts) options.onLine?.(line, stream);
      });
    }
    // A script that exits before its end was written is none the worse for that.
    child.stdin.on("error", () => {});
    child.stdin.end(script);
    const code = await new Promise<number>((resolve) => child.on("close", (status) => resolve(status ?? -1)));
    return { code, ...streams };
  }

  async hold(script: string): Promise<Held> {
    const child = spawn("/bin/sh", ["-c", script], { stdio: ["pipe", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const ended = new Promise<number>((resolve) => child.on("close", (status) => resolve(status ?? -1)));
    const line = new Promise<string>((resolve) => {
      child.stdout.setEncoding("utf8").once("data", (text: string) => resolve(text.split("\n")[0] ?? ""));
    });
    const first = await Promise.race([line, ended.then((code): Result => ({ code, stdout: "", stderr }))]);
    return {
      first,
      release: async () => {
        child.stdin.on("error", () => {});
        child.stdin.end();
        await ended;
      },
    };
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}
