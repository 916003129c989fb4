#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { setFlagsFromString } from "node:v8";

// Before anything else is loaded, so that all of it comes from the cache next time: saves a third of `drover --help`.
enableCompileCache();

// The part of the heap for new objects stays small. Each login leaves buffers that are freed only when it is full: with a thousand
// hosts, of which 25 MB are kept, the process had 290 MiB, and has 180 so, for no more of the processor (docs/performance.md).
setFlagsFromString("--semi-space-growth-factor=1");

const { runProgram } = await import("./run-program.ts");
const code = await runProgram();
// Standard output may be a pipe that is still being read: leave only when it is empty.
process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
