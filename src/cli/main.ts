#!/usr/bin/env node
import module from "node:module";

// By hand, and before anything else is loaded, which an older Node.js could not even read: it would tell of a syntax error.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major > 24 || (major === 24 && minor >= 5)) {
  // First, so that all else comes from the cache next time: saves a third of `drover --help`.
  module.enableCompileCache();
  const { runProgram } = await import("./run-program.ts");
  const code = await runProgram();
  // Standard output may be a pipe that is still being read: leave only when it is empty.
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
} else {
  process.stderr.write(`drover needs Node.js 24.5 or newer, and ${process.execPath} is ${process.versions.node}.\n`);
  process.exitCode = 3;
}
