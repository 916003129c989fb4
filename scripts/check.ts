import { spawn } from "node:child_process";
import { getPriority, setPriority } from "node:os";

/**
 * `npm run check`: types, lint, unused code and unit tests at once, for an answer within seconds while one writes. Properties
 * are tried on fewer inputs than in `npm test`, and what tsc, knip and Node's compiler found out before is kept in
 * node_modules/.cache. The tests take longest: they come first, the others take what they leave.
 */
const checks: readonly (readonly [string, ...string[]])[] = [
  ["vitest", "run", "--project", "fast", "test/unit", "--reporter=minimal", "--maxWorkers=100%"],
  ["tsc", "-p", ".", "--incremental", "--tsBuildInfoFile", "node_modules/.cache/drover/tsc.json"],
  ["biome", "check", "."],
  ["knip", "--cache"],
];
const env = { ...process.env, DROVER_TESTS: "quick", NODE_COMPILE_CACHE: "node_modules/.cache/drover/compiled" };

/** Runs one to its end and then shows all that it said, so that they do not mix. */
function passes([program, ...args]: readonly [string, ...string[]]): Promise<boolean> {
  const started = performance.now();
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  if (program !== "vitest" && child.pid !== undefined) setPriority(child.pid, Math.min(getPriority() + 10, 19));
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => said.push(chunk));
  const done = Promise.withResolvers<boolean>();
  child.once("error", done.reject);
  child.once("close", (code) => {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`--- ${program}: ${code === 0 ? "passed" : "FAILED"} in ${seconds} s`);
    process.stdout.write(Buffer.concat(said));
    done.resolve(code === 0);
  });
  return done.promise;
}

const all = await Promise.all(checks.map(passes));
if (!all.every(Boolean)) process.exitCode = 1;
