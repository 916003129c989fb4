#!/usr/bin/env -S node --min-semi-space-size=16
import { homedir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../core/cache-folder.ts";
import { createLoader } from "./compiled-code.ts";
import { exitCodes } from "./exit-codes.ts";
import { start } from "./start.ts";

/**
 * What dist/cli/main.js is made from: the program from the other files of its folder, compiled as far as it was before. A part of the
 * heap for new objects that is as large as V8 lets it grow from the start, in MiB: a small run then never collects garbage, which
 * took a tenth of it. V8 has that from its command line alone.
 */
const command = /^[a-z]+$/.exec(process.argv[2] ?? "")?.[0] ?? "help";
const loader = createLoader(import.meta.dirname, join(cacheFolder(process.env, homedir()), "compiled", command));

void start(
  async () => loader.load("run-program.js"),
  (code) => {
    const whole: readonly number[] = [exitCodes.done, exitCodes.pending, exitCodes.failed];
    if (whole.includes(code)) loader.keep();
  },
);
