import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Part } from "./part.ts";
import { runLogged } from "./run-logged.ts";

const source = fileURLToPath(new URL("./pause/pause.c", import.meta.url));
const program = "parts/pause/pause";

/** The program that each pod's first container runs; a few lines of C, linked statically. */
export const pausePart: Part = {
  id: "pause",
  version: "3.7",
  does: "compile pause",
  seconds: 1,
  needs: [],
  ingredient: true,
  recipe: { program },
  sources: [source],
  async build(place) {
    const target = join(place.cache.root, program);
    await mkdir(dirname(target), { recursive: true });
    const args = ["-Os", "-static", "-s", "-o", target, source];
    await runLogged({ file: "gcc", args, log: place.log, doing: "compiling pause" });
    return [program];
  },
};
