import { chmod, copyFile, mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { kubectlProgram, kubectlVersion } from "./debian-part.ts";
import type { Part } from "./part.ts";
import { publishedFor } from "./publishers.ts";

const program = "bin/kubectl";
const published = publishedFor("kubectl");

/** The kubectl of the control machine: the publisher's, or else the one that came with Debian's packages. */
export const kubectlPart: Part = {
  id: "kubectl",
  version: `v${kubectlVersion}`,
  does: `install kubectl v${kubectlVersion}`,
  seconds: 1,
  needs: ["debian"],
  ingredient: false,
  recipe: { program },
  sources: [],
  ...(published === undefined ? {} : { published }),
  async build({ cache }) {
    const target = join(cache.root, program);
    await mkdir(dirname(target), { recursive: true });
    await rm(target, { force: true }); // one that runs now cannot be written to
    await copyFile(join(cache.root, kubectlProgram), target);
    await chmod(target, 0o755);
    return [program];
  },
};
