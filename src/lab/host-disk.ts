import { randomUUID } from "node:crypto";
import { chmod, copyFile, cp, mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { command } from "./command.ts";
import { hostFiles, secretFiles, ubuntuRelease } from "./host-files.ts";
import { hostPaths, labPaths } from "./paths.ts";
import { type LabSettings, labTemplates } from "./settings.ts";

const ubuntuUser = 1000;

/**
 * Sees to it that host i has a disk: a plain copy of the base image (not an overlay, on which Docker's overlay2 would
 * not work), the files that all practice hosts have, and an identity of its own. A half-made disk is made again.
 * @throws DroverError `lab/failed`
 */
export async function ensureDisk(lab: LabSettings, i: number): Promise<void> {
  const host = hostPaths(lab, i);
  if ((await stat(host.complete).catch(() => undefined)) !== undefined) return;
  await rm(host.folder, { recursive: true, force: true });
  await mkdir(host.folder, { recursive: true });
  const timeoutMs = 300_000;
  await command("cp", ["-a", "--reflink=auto", labPaths(lab).base, host.root], { timeoutMs });
  await addGuestFiles(host.root);
  await addIdentity(lab, i, host.root, host.uuid);
  await command("ssh-keygen", ["-q", "-A", "-f", host.root]);
  await writeFile(host.complete, "");
}

/** Lays templates/lab/guest over the disk; a package may carry no symbolic link, so the unit is enabled here. */
async function addGuestFiles(root: string): Promise<void> {
  await cp(join(labTemplates, "guest"), root, { recursive: true, force: true });
  for (const program of ["usr/local/sbin/practice-host", "usr/sbin/runc"]) await chmod(join(root, program), 0o755);
  await chmod(join(root, "etc/sudoers.d/90-cloud-init-users"), 0o440);
  const wants = join(root, "etc/systemd/system/sysinit.target.wants");
  await mkdir(wants, { recursive: true });
  await symlink("../practice-host.service", join(wants, "practice-host.service"));
}

async function addIdentity(lab: LabSettings, i: number, root: string, uuidFile: string): Promise<void> {
  const machineId = randomUUID().replaceAll("-", "");
  const files = hostFiles(lab, i, { machineId, productUuid: randomUUID() });
  for (const [path, content] of Object.entries(files)) {
    const target = join(root, path);
    await mkdir(dirname(target), { recursive: true });
    await rm(target, { force: true });
    await writeFile(target, content, { mode: secretFiles.includes(path) ? 0o600 : 0o644 });
  }
  await writeFile(uuidFile, machineId);
  const allowed = join(root, "home/ubuntu/.ssh/authorized_keys");
  await copyFile(`${labPaths(lab).key}.pub`, allowed);
  await chmod(allowed, 0o600);
  await command("chown", [`${ubuntuUser}:${ubuntuUser}`, allowed]);
  if (lab.os === "debian") return;
  await rm(join(root, "etc/os-release"));
  await writeFile(join(root, "etc/os-release"), ubuntuRelease(lab.suite));
}

/** The public ed25519 key by which host i is known: `ssh-ed25519 AAAA...`. */
export async function hostKey(lab: LabSettings, i: number): Promise<string> {
  const line = await readFile(join(hostPaths(lab, i).root, "etc/ssh/ssh_host_ed25519_key.pub"), "utf8");
  return line.split(" ").slice(0, 2).join(" ").trim();
}
