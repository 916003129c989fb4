import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DroverError } from "../core/errors.ts";
import type { LabSettings } from "./settings.ts";

/** What a lab has to itself on this machine. */
export type Claim = Pick<LabSettings, "home" | "bridge" | "net">;

/** Where the labs of this machine are written down, one file each, by the names of their bridges. Gone after a reboot. */
export const claimsFolder = "/run/drover-lab/labs";

/**
 * Writes down that the bridge, the network and the home are this lab's.
 * @throws DroverError `lab/taken` if one of them is another's
 */
export async function claimLab(lab: Claim, folder = claimsFolder): Promise<void> {
  await assertNotTaken(lab, folder);
  await mkdir(folder, { recursive: true });
  const { home, bridge, net } = lab;
  await writeFile(join(folder, bridge), JSON.stringify({ home, bridge, net }));
}

/**
 * Nothing is done to a bridge, a network or a folder that belongs to other practice hosts: neither lab would survive it.
 * @throws DroverError `lab/taken` naming the owner
 */
export async function assertNotTaken(lab: Claim, folder = claimsFolder): Promise<void> {
  for (const other of await claims(folder)) {
    const what = whatIsTaken(lab, other);
    if (what === undefined) continue;
    throw new DroverError("lab/taken", `${what} belongs to the practice hosts in ${other.home}`, {
      remedy: `Use those, or remove them first: DROVER_LAB=${other.home} drover lab down`,
    });
  }
}

/** Takes it back. Returns whether other labs are left. */
export async function releaseLab(lab: Claim, folder = claimsFolder): Promise<boolean> {
  await rm(join(folder, lab.bridge), { force: true });
  return (await readdir(folder).catch(() => [])).length > 0;
}

/** What of this lab is also the other's; undefined if nothing is, or if they are one and the same. */
export function whatIsTaken(lab: Claim, other: Claim): string | undefined {
  if (lab.bridge === other.bridge) return lab.home === other.home ? undefined : `the bridge ${lab.bridge}`;
  if (lab.home === other.home) return `${lab.home}, on the bridge ${other.bridge},`;
  return lab.net === other.net ? `the network ${lab.net}.0/24` : undefined;
}

async function claims(folder: string): Promise<readonly Claim[]> {
  const names = await readdir(folder).catch(() => []);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8").catch(() => "")));
  return texts.flatMap((text) => {
    const claim = readClaim(text);
    return claim === undefined ? [] : [claim];
  });
}

/** A file that was just made or has gone is nobody's claim. */
function readClaim(text: string): Claim | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
