import { spawn } from "node:child_process";
import { connect, createServer, type Server, type Socket } from "node:net";
import { resolve } from "node:path";
import { expect } from "vitest";
import type { Stamped } from "../../src/core/events.ts";
import type { PracticeCluster } from "../cluster/practice-cluster.ts";

const main = resolve(import.meta.dirname, "../../src/cli/main.ts");

/** How long a moment may be in coming: before it, packages may have to be fetched from a slow mirror. */
const momentMs = 15 * 60_000;

/** Text without its line breaks: where a view breaks its lines is no business of these tests. */
export const flat = (text: string): string => text.replace(/\s+/g, " ");

/** A Drover that runs. */
export interface Running {
  /** Sends a signal to Drover itself. */
  readonly signal: (name: "SIGINT" | "SIGKILL") => void;
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
  /** Waits until the journal of this run shows such an event. */
  readonly when: (isMoment: (event: Stamped) => boolean) => Promise<void>;
}

/** Starts Drover on a place's inventory, without waiting for it. */
export function startDrover(place: PracticeCluster, args: readonly string[]): Running {
  const before = place.journalPaths().length;
  const child = spawn(process.execPath, [main, ...args, "-i", place.inventory], {
    cwd: place.dir,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => said.push(String(chunk)));
  const ended = new Promise<{ code: number | null; output: string }>((done) =>
    child.once("close", (code) => {
      if (code !== 0) console.log(`  drover ${args.join(" ")} ended with ${code}\n${said.join("").slice(-3000)}`);
      done({ code, output: flat(said.join("")) });
    }),
  );
  const when = async (isMoment: (event: Stamped) => boolean): Promise<void> => {
    const seen = () => place.journalPaths().length > before && place.lastRun().some(isMoment);
    await expect.poll(() => seen() || child.exitCode !== null, { timeout: momentMs, interval: 50 }).toBe(true);
    expect(seen(), said.join("").slice(-2000)).toBe(true);
  };
  return { signal: (name) => child.kill(name), ended, when };
}

/** A double of a network of 2 s: a TCP relay on this machine that holds everything back. There is no netem here. */
export async function slowWay(
  address: string,
  delayMs: number,
): Promise<{ readonly port: number; readonly server: Server }> {
  const relay = (from: Socket, to: Socket) => {
    from.on("data", (chunk) => setTimeout(() => !to.destroyed && to.write(chunk), delayMs));
    from.on("close", () => setTimeout(() => to.destroy(), delayMs));
    from.on("error", () => undefined);
  };
  const server = createServer({ noDelay: true }, (client) => {
    const host = connect({ host: address, port: 22, noDelay: true });
    relay(client, host);
    relay(host, client);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const at = server.address();
  return { port: typeof at === "object" && at !== null ? at.port : 0, server };
}
