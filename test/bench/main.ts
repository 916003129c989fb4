/**
 * `npm run bench`: Drover beside the bare tools, in one run. Ratios count, not seconds: machines are noisy.
 *
 *   npm run bench                 runs with nothing to do, on the practice hosts of `npm run demo` (`-- idle 9`: 9 rounds;
 *                                 `-- idle 9 FILE`: on the hosts of that inventory)
 *   npm run bench -- prepare      first runs on fresh practice hosts of its own, without a cluster, and the same commands as a plain
 *                                 script (about 5 min; `-- prepare 5`: 5 rounds)
 *   npm run bench -- first        a first `up` on fresh practice hosts of its own, and the same by hand (about 8 min)
 *   npm run bench -- addons       the same for one host with the six addons that practice hosts can have, then runs with nothing
 *                                 to do there (`-- addons 9`: 9 rounds); `npm run parts -- --full` makes what they install
 *   npm run bench -- many         plans on 100 and 1,000 simulated hosts, a check of 50: time, processor, memory (`-- many 9`: 9 rounds)
 */
const benches: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  idle: async (args) => (await import("./idle.ts")).idle(args),
  many: async (args) => (await import("./many.ts")).many(args),
  prepare: async (args) => (await import("./first.ts")).prepare(args),
  first: async () => (await import("./first.ts")).first(),
  addons: async (args) => (await import("./addons.ts")).addons(args),
};

const [name = "idle", ...args] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) throw new Error(`there is no bench ${name}, but ${Object.keys(benches).join(", ")}`);
await bench(args);
