import { spawnSync } from "node:child_process";
import { type Layer, layers, whyNoPracticeHosts } from "./layers.ts";

/** `npm test`: says what it will do and for how long, runs the layers in order, and says plainly what was left out. */
const flags = process.argv.slice(2);
const wanted = layers.filter(
  (layer) => (!layer.real || !flags.includes("--fast")) && (layer.fullOnly !== true || flags.includes("--full")),
);
const reason = whyNoPracticeHosts();
const run = wanted.filter((layer) => !layer.real || reason === undefined);
const left = wanted.filter((layer) => !run.includes(layer));

console.log("drover tests, in this order:");
for (const layer of run) console.log(`  ${layer.name.padEnd(8)} ${layer.about} (about ${minutes(layer)})`);
const total = run.reduce((sum, layer) => sum + layer.minutes.warm, 0);
const cold = run.reduce((sum, layer) => sum + layer.minutes.cold, 0);
console.log(`About ${Math.ceil(total)} min in all with warm caches, ${Math.ceil(cold)} min on a fresh machine.`);
for (const layer of left) console.log(`LEFT OUT: ${layer.name} (${layer.about}): ${reason}`);

const failed = run.find((layer) => !passes(layer));
if (failed !== undefined) {
  console.log(`\nFAILED: ${failed.name} (${failed.about}). What comes after it was not run.`);
  process.exitCode = 1;
} else if (left.length > 0 && process.env["CI"] === "true") {
  console.log("\nFAILED: in CI nothing may be left out.");
  process.exitCode = 1;
} else {
  console.log(`\nlayers: ${run.length} passed, 0 failed, ${left.length} skipped`);
}

function passes({ name, command: [program, ...args] }: Layer): boolean {
  console.log(`\n--- ${name}: ${program} ${args.join(" ")}`);
  const started = Date.now();
  const done = spawnSync(program, args, { stdio: ["ignore", "inherit", "inherit"] });
  console.log(
    `--- ${name}: ${done.status === 0 ? "passed" : "FAILED"} in ${Math.round((Date.now() - started) / 1000)} s`,
  );
  return done.status === 0;
}

function minutes({ minutes: { warm, cold } }: Layer): string {
  return warm < 1 ? `${Math.ceil(warm * 60)} s` : `${warm} min${cold > warm ? `, ${cold} min cold` : ""}`;
}
