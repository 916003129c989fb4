import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { again, tryingAgain } from "./again.ts";
import { basePackagesOf } from "./base-packages.ts";
import { command } from "./command.ts";
import { debootstrap } from "./debootstrap.ts";
import { machineMirror } from "./mirror.ts";
import { labTemplates, type Suite } from "./settings.ts";

const doneFile = ".drover-base";

/**
 * Sees to it that the base image is there: Debian with what every practice host has in common.
 * Made once (about 90 s) and kept; made again when its recipe has changed. An interrupted one is thrown away.
 * @throws DroverError `lab/failed`
 */
export async function ensureBaseImage(base: string, suite: Suite, say: (line: string) => void): Promise<void> {
  const mirror = await machineMirror();
  const configureScript = await readFile(join(labTemplates, "configure-base"), "utf8");
  const sources = aptSources(mirror, suite);
  const packages = basePackagesOf(suite);
  const recipe = fingerprint([suite, mirror, configureScript, sources, ...packages]);
  if ((await readFile(join(base, doneFile), "utf8").catch(() => "")) === recipe) return;
  say("Building the base image of the practice hosts (about 90 s, once)");
  const fresh = `${base}.new`;
  const bootstrap = async (): Promise<void> => {
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true });
    await debootstrap({ target: fresh, suite, mirror, packages }, say);
  };
  await again(bootstrap, (failure, seconds) => say(tryingAgain(failure, seconds)));
  await writeFile(join(fresh, "etc/apt/sources.list"), sources);
  await command("chroot", [fresh, "/bin/sh", "-s"], { input: configureScript, timeoutMs: 120_000 });
  await writeFile(join(fresh, doneFile), recipe);
  await rm(base, { recursive: true, force: true });
  await rename(fresh, base);
}

/** The apt sources of a practice host, with updates and security, as on an ordinary machine. */
export function aptSources(mirror: string, suite: Suite): string {
  const security = `${mirror.replace(/\/debian$/, "")}/debian-security`;
  return [
    `deb ${mirror} ${suite} main`,
    `deb ${mirror} ${suite}-updates main`,
    `deb ${security} ${suite}-security main`,
    "",
  ].join("\n");
}

function fingerprint(parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\n")).digest("hex");
}
