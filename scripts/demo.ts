import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { duration } from "../src/view/duration.ts";
import { whyNoPracticeHosts } from "./layers.ts";
import { partsCache } from "./parts/cache.ts";

/** `npm run demo`: three practice hosts become a cluster with cert-manager, as a customer would do it. `-- --down` removes all. */
const root = resolve(import.meta.dirname, "..");
const inventory = join(root, "lab.inventory.yaml");
const main = join(root, "src", "cli", "main.ts");
const started = Date.now();

class DemoFailed extends Error {}

function say(text: string): void {
  console.log(`\n=== ${text} [${duration(Date.now() - started)}]`);
}

/** Runs a command in front of the user, as the user would. */
async function show(...args: readonly string[]): Promise<void> {
  console.log(`$ drover ${args.join(" ").replaceAll(`${root}/`, "")}`);
  const child = spawn(process.execPath, [main, ...args], { stdio: "inherit", cwd: root });
  if ((await ended(child)) !== 0) throw new DemoFailed(`drover ${args[0]} failed`);
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((done) => child.once("close", (code) => done(code ?? 1)));
}

interface Parts {
  readonly ended: Promise<number>;
  readonly log: string;
  code: number | undefined;
}

/** Fetches and builds what the cluster needs, behind the scenes. */
function startParts(): Parts {
  const log = join(partsCache(process.env), "parts.log");
  mkdirSync(partsCache(process.env), { recursive: true });
  const out = openSync(log, "w");
  const child = spawn(process.execPath, [join(root, "scripts", "parts", "main.ts")], {
    stdio: ["ignore", out, out],
    cwd: root,
  });
  process.once("exit", () => child.kill());
  const parts: Parts = { ended: ended(child), log, code: undefined };
  parts.ended.then((code) => {
    parts.code = code;
  });
  return parts;
}

async function waitForParts(parts: Parts): Promise<void> {
  let shown = "";
  while (parts.code === undefined) {
    const line = lastLine(parts.log);
    if (line !== shown) console.log(`  ${line}`);
    shown = line;
    await Promise.race([parts.ended, new Promise((done) => setTimeout(done, 5_000))]);
  }
  if (parts.code !== 0)
    throw new DemoFailed(
      `the parts of the cluster could not be built; ${parts.log} says why:\n${readFileSync(parts.log, "utf8").slice(-2000)}`,
    );
}

function lastLine(path: string): string {
  return readFileSync(path, "utf8").trimEnd().split("\n").at(-1) ?? "";
}

async function up(): Promise<void> {
  say("Boot three practice hosts (12 s; the first time about 2 min for their base image)");
  const parts = startParts();
  await show("lab", "up", "3", "--output", inventory);
  say("What would be done to them? Nothing is changed yet");
  await show("plan", "-i", inventory, "--only", "os,docker");
  say("Prepare the hosts (about 40 s)");
  await show("up", "-i", inventory, "--only", "os,docker", "--yes");
  if (parts.code === undefined)
    say("Wait for rke, Kubernetes and its images (warm: seconds; the first time about 20 min)");
  await waitForParts(parts);
  say("Make the cluster and install cert-manager (about 2 min 30 s)");
  await show("up", "-i", inventory, "--yes");
  say("Once more: is there anything left to do?");
  await show("up", "-i", inventory, "--yes");
  await show("status", "-i", inventory);
  say("Done. Look around:");
  const kubectl = join(partsCache(process.env), "bin", "kubectl");
  console.log(`  ${kubectl} --kubeconfig ${join(root, ".drover", "lab", "kube_config_cluster.yml")} get pods -A
  npm run -s drover -- status -i lab.inventory.yaml
  npm run -s drover -- lab ssh 1
Remove everything: npm run demo -- --down`);
}

try {
  const reason = whyNoPracticeHosts();
  if (reason !== undefined)
    throw new DemoFailed(
      `${reason}. The demo boots real hosts with systemd-nspawn; run it on a Linux machine as root.`,
    );
  if (process.argv.includes("--down")) await show("lab", "down");
  else await up();
} catch (thrown) {
  if (!(thrown instanceof DemoFailed)) throw thrown;
  console.error(`\nThe demo stopped: ${thrown.message}`);
  process.exitCode = 1;
}
