import { DroverError } from "../../src/core/errors.ts";
import { tryCommand } from "../../src/lab/command.ts";
import { ensurePackages } from "../../src/lab/packages.ts";

/** The oldest Go that compiles all parts; each module's go.mod says what it asks for. */
const oldestGo = 26;

/** What building calls, by Debian's names: gcc for flannel's and pause's C, mmdebstrap for the images' base layer. */
const buildPackages = ["mmdebstrap", "gcc", "libc6-dev"];

/** The minor version in `go version go1.26.8 linux/amd64`; undefined if it is none. */
export function goMinor(answer: string): number | undefined {
  const found = /\bgo1\.(\d+)/.exec(answer)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** @throws DroverError `lab/unsupported` unless it is Linux and we are root */
export function assertPartsCanBeMade(): void {
  if (process.platform === "linux" && process.getuid?.() === 0) return;
  throw new DroverError("lab/unsupported", "parts are made on Linux, as root", {
    remedy: "Run it on a Debian machine as root: the images' base layer is a Debian system.",
  });
}

/** Sees to it that there is a registry program to put images in. @throws DroverError `lab/failed`, `lab/unsupported` */
export async function requireRegistry(say: (line: string) => void): Promise<void> {
  await ensurePackages(["docker-registry"], say);
}

/**
 * Sees to it that this machine can build parts. Nothing of it is needed for what publishers have ready-made.
 * @throws DroverError `parts/build-failed` without a new enough Go, `lab/failed` if apt fails
 */
export async function requireBuildTools(say: (line: string) => void): Promise<void> {
  const answer = await tryCommand("go", ["version"]);
  if ((goMinor(answer.stdout) ?? 0) < oldestGo) {
    const found = answer.exitCode === 127 ? "there is no go" : `this is ${answer.stdout.trim()}`;
    throw new DroverError("parts/build-failed", `Go 1.${oldestGo} or newer is needed, and ${found}`, {
      remedy: `Install Go 1.${oldestGo} from https://go.dev/dl and put its bin folder on the PATH.`,
    });
  }
  await ensurePackages(buildPackages, say);
}
