import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { DroverError } from "../core/errors.ts";
import { tryCommand } from "./command.ts";
import { hostKey } from "./host-disk.ts";
import { hostPaths, labPaths } from "./paths.ts";
import { answersOn } from "./port.ts";
import { address, hostName, type LabSettings } from "./settings.ts";

/** The user that every practice host has; may do everything with sudo, without a password. */
export const sshUser = "ubuntu";

/**
 * How long a host may take until one can log in, in minutes: three that boot at once share two processors, and sshd keeps away
 * for up to a minute whoever came too often before it let anybody in (PerSourcePenalties of sshd_config).
 */
const patienceMinutes = 5;

/** Arguments for OpenSSH's `ssh` to reach host i; its key is pinned, and the operator's own files are left out. */
export function sshArgs(lab: LabSettings, i: number): readonly string[] {
  const { key, knownHosts } = labPaths(lab);
  const options = [
    "IdentitiesOnly=yes",
    "StrictHostKeyChecking=yes",
    `UserKnownHostsFile=${knownHosts}`,
    "GlobalKnownHostsFile=/dev/null",
    "LogLevel=ERROR",
    // For the whole handshake, which takes seconds where hosts of a busy machine start a cluster.
    "ConnectTimeout=30",
  ];
  return ["-F", "none", "-i", key, ...options.flatMap((option) => ["-o", option]), `${sshUser}@${address(lab, i)}`];
}

/** Writes down the keys of these hosts, for `sshArgs`. */
export async function writeKnownHosts(lab: LabSettings, numbers: readonly number[]): Promise<void> {
  const lines = await Promise.all(numbers.map(async (i) => `${address(lab, i)} ${await hostKey(lab, i)}\n`));
  await writeFile(labPaths(lab).knownHosts, lines.join(""));
}

/** Can one log in on host i now? */
export async function answersSsh(lab: LabSettings, i: number): Promise<boolean> {
  if (!(await answersOn(address(lab, i), 22))) return false;
  const login = ["-o", "BatchMode=yes", ...sshArgs(lab, i), "true"];
  return (await tryCommand("ssh", login, { timeoutMs: 15_000 })).exitCode === 0;
}

/**
 * Waits until one can log in on host i.
 * @throws DroverError `lab/failed` after five minutes
 */
export async function waitForSsh(lab: LabSettings, i: number): Promise<void> {
  const end = performance.now() + patienceMinutes * 60_000;
  while (!(await answersSsh(lab, i))) {
    if (performance.now() > end) {
      throw new DroverError("lab/failed", `${hostName(lab, i)} does not answer ssh after ${patienceMinutes} min`, {
        remedy: `Read ${hostPaths(lab, i).console}; drover lab down and up make the hosts anew.`,
      });
    }
    await sleep(150);
  }
}
