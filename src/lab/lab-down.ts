import { readdir, readFile, rmdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { releaseLab } from "./claim.ts";
import { command } from "./command.ts";
import { assertOwnHome, removeHome } from "./home.ts";
import { cutPower } from "./host-process.ts";
import { restoreKernelSettings } from "./kernel-settings.ts";
import { networkDown } from "./network.ts";
import { labPaths } from "./paths.ts";
import { stopServices } from "./services.ts";
import { hostName, hostNumbers, type LabSettings, linkName, maxHosts } from "./settings.ts";

/**
 * Ends and removes everything of a lab but its caches, whatever state it is in. Hosts are not shut down but cut off.
 * @throws DroverError `lab/taken` where its home is somebody else's folder
 */
export async function labDown(lab: LabSettings, say: (line: string) => void): Promise<void> {
  await assertOwnHome(lab);
  const hosts = await tracesOfHosts(lab);
  if (hosts.length > 0) say(`Removing ${hosts.map((i) => hostName(lab, i)).join(", ")} (about 5 s)`);
  await Promise.all(hosts.map((i) => cutPower(lab, i)));
  await stopServices(lab);
  await networkDown(lab);
  await removeGroups(lab.bridge);
  const { hosts: disks, run } = labPaths(lab);
  for (const folder of [disks, run]) await unmountBelow(folder);
  await removeHome(lab);
  if (!(await releaseLab(lab))) await restoreKernelSettings();
}

/** The hosts of which anything is left: a disk, a pid file, a network namespace, a cable. */
async function tracesOfHosts(lab: LabSettings): Promise<readonly number[]> {
  const folders = [join(lab.home, "hosts"), join(lab.home, "run"), "/run/netns", "/sys/class/net"];
  const found = await Promise.all(folders.map((folder) => readdir(folder).catch(() => [])));
  const names = new Set(found.flat());
  return hostNumbers(maxHosts).filter((i) => {
    const name = hostName(lab, i);
    return [name, `${name}.pid`, `${name}.nspawn`, linkName(lab, i)].some((trace) => names.has(trace));
  });
}

/** The empty cgroups above those of the hosts. */
async function removeGroups(bridge: string): Promise<void> {
  const hierarchies = await readdir("/sys/fs/cgroup");
  await Promise.all(hierarchies.map((name) => rmdir(join("/sys/fs/cgroup", name, bridge)).catch(() => undefined)));
}

/** Deleting must never run into something that is only mounted there. */
async function unmountBelow(folder: string): Promise<void> {
  const mounts = await readFile("/proc/self/mounts", "utf8");
  for (const path of mountsBelow(mounts, resolve(folder))) await command("umount", ["-l", path]);
}

/** What is mounted below a folder, the innermost first, by the text of /proc/self/mounts: proc(5) writes blanks there as `\040`. */
export function mountsBelow(mounts: string, folder: string): readonly string[] {
  const places = mounts.split("\n").map((line) => line.split(" ")[1] ?? "");
  const paths = places.map((place) =>
    place.replaceAll(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8))),
  );
  return paths
    .filter((path) => path.startsWith(`${folder}/`))
    .toSorted()
    .reverse();
}
