import { inOneLine } from "../../core/printable.ts";
import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { type AnyStep, defineStep, ok } from "../../core/step.ts";

/** Where Docker keeps its data, and how much of it there is. */
interface Stored {
  readonly root: string;
  readonly containers: number;
  readonly images: number;
}

/** Undefined where no daemon answers. */
const stored: Probe<Stored | undefined> = {
  sh: sh`docker info --format '{{.Containers}} {{.Images}} {{.DockerRootDir}}'`,
  parse: ({ code, stdout }) => {
    const [, containers, images, root] = /^(\d+) (\d+) (\/[^\0-\x1f\x7f]*)$/m.exec(stdout) ?? [];
    if (code !== 0 || root === undefined) return undefined;
    return { root, containers: Number(containers), images: Number(images) };
  },
};

/**
 * Docker's data lies where the inventory wants it, or there is none yet. Nothing is moved: with another data-root Docker
 * starts empty, and what runs on the host would be gone until somebody puts the old setting back.
 */
export function dataRoot(wanted: string): AnyStep {
  return defineStep({
    id: "docker/data-root",
    title: "Keep Docker's data where the inventory says",
    probes: () => ({ stored }),
    decide: ({ stored: found }) => {
      if (found === undefined || found.root === wanted || found.containers + found.images === 0) return ok;
      const what = `${found.containers} containers and ${found.images} images`;
      return {
        kind: "blocked",
        because: `Docker keeps ${what} in ${inOneLine(found.root)}, and the inventory wants its data in ${wanted}`,
        remedy: `Move them by hand (stop Docker, copy ${inOneLine(found.root)} to ${wanted} with all attributes), remove them, or leave docker.dataRoot out.`,
      };
    },
  });
}
