#!/usr/bin/env node
import { join } from "node:path";
import { cacheFolder } from "../lab/settings.ts";
import { createLoader } from "./compiled-code.ts";
import { exitCodes } from "./exit-codes.ts";
import { start } from "./start.ts";

/** What dist/cli/main.js is made from: the program from the other files of its folder, compiled as far as it was before. */
const command = /^[a-z]+$/.exec(process.argv[2] ?? "")?.[0] ?? "help";
const loader = createLoader(import.meta.dirname, join(cacheFolder(process.env), "compiled", command));

void start(
  async () => loader.load("run-program.js"),
  (code) => {
    if (code === exitCodes.done || code === exitCodes.pending) loader.keep();
  },
);
