import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ensureBaseImage } from "./base-image.ts";
import { machinePackages } from "./base-packages.ts";
import { ensureModuleLists } from "./builtin-modules.ts";
import { claimLab } from "./claim.ts";
import { command } from "./command.ts";
import { ownHome } from "./home.ts";
import { ensureDisk, hostKey } from "./host-disk.ts";
import { isOn, switchOn } from "./host-process.ts";
import { sshUser, waitForSsh, writeKnownHosts } from "./host-ssh.ts";
import { labInventory } from "./inventory.ts";
import { changeKernelSettings } from "./kernel-settings.ts";
import { networkUp } from "./network.ts";
import { ensurePackages } from "./packages.ts";
import { labPaths } from "./paths.ts";
import { startServices } from "./services.ts";
import { address, gateway, hostName, hostNumbers, type LabSettings, labTemplates, ports } from "./settings.ts";
import { existingHosts } from "./status.ts";

/** Sees to it that hosts 1 to n run and answer ssh, and that everything they live on does. */
export async function labUp(lab: LabSettings, n: number, say: (line: string) => void): Promise<void> {
  await groundUp(lab, say);
  await hostsUp(lab, hostNumbers(n), say);
}

/** Sees to it that everything is there that hosts live on: programs, key, base image, bridge, services. */
export async function groundUp(lab: LabSettings, say: (line: string) => void): Promise<void> {
  const paths = labPaths(lab);
  await ownHome(lab);
  await claimLab(lab);
  await ensurePackages(machinePackages, say);
  await ensureKey(paths.key);
  await ensureBaseImage(paths.base, lab.suite, say);
  await ensureModuleLists(paths.base);
  await changeKernelSettings();
  await networkUp(lab);
  await startServices(lab);
}

async function hostsUp(lab: LabSettings, numbers: readonly number[], say: (line: string) => void): Promise<void> {
  const on = await Promise.all(numbers.map((i) => isOn(lab, i)));
  const off = numbers.filter((_, index) => on[index] !== true);
  if (off.length > 0) say(`Starting ${off.map((i) => hostName(lab, i)).join(", ")} (about ${8 + off.length} s)`);
  await Promise.all(
    off.map(async (i) => {
      await ensureDisk(lab, i);
      await switchOn(lab, i);
    }),
  );
  await writeKnownHosts(lab, await existingHosts(lab));
  await Promise.all(numbers.map((i) => waitForSsh(lab, i)));
}

/** Writes the inventory of hosts 1 to n. */
export async function writeInventory(lab: LabSettings, n: number, path: string): Promise<void> {
  const numbers = hostNumbers(n);
  const keys = await Promise.all(numbers.map((i) => hostKey(lab, i)));
  const hosts = numbers.map((i, index) => {
    return { name: hostName(lab, i), address: address(lab, i), hostKey: keys[index] ?? "" };
  });
  const chart = join(labTemplates, "../../test/stand-ins/cert-manager");
  const chartIsHere = (await stat(join(chart, "Chart.yaml")).catch(() => undefined)) !== undefined;
  const inventory = labInventory({
    hosts,
    user: sshUser,
    key: labPaths(lab).key,
    nameserver: gateway(lab),
    registry: `${gateway(lab)}:${ports.registry}`,
    tools: join(lab.cache, "bin"),
    certManagerChart: chartIsHere ? chart : undefined,
  });
  await writeFile(path, inventory);
}

/** The key pair by which the operator logs in on practice hosts; made once. */
async function ensureKey(path: string): Promise<void> {
  if ((await stat(`${path}.pub`).catch(() => undefined)) !== undefined) return;
  await mkdir(dirname(path), { recursive: true });
  await command("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "practice-hosts", "-f", path]);
}
