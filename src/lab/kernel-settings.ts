import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const sharedFolder = "/run/drover-lab";

/**
 * Settings of the one kernel that all hosts share, and that a lab changes: here, or by a kubelet in a host.
 * A value is what `up` sets; without, it is only put back.
 */
const settings: Readonly<Record<string, string | undefined>> = {
  // Else frames from host to host pass the outer machine's own rules, such as those of a Docker there.
  "net/bridge/bridge-nf-call-iptables": "0",
  "net/bridge/bridge-nf-call-ip6tables": "0",
  // Counted per user for the whole kernel: the root of all hosts together.
  "fs/inotify/max_user_instances": "8192",
  "fs/inotify/max_user_watches": "524288",
  // Below what Drover wants, a host would raise it for the whole machine.
  "vm/max_map_count": "262144",
  "kernel/keys/root_maxbytes": undefined,
  "kernel/keys/root_maxkeys": undefined,
  "kernel/panic": undefined,
  "kernel/panic_on_oops": undefined,
  "vm/overcommit_memory": undefined,
};

/** Sets what hosts need, after keeping what was there. Labs side by side keep it once. */
export async function changeKernelSettings(proc = "/proc/sys", shared = sharedFolder): Promise<void> {
  await mkdir(shared, { recursive: true });
  const kept: Record<string, string> = {};
  for (const name of Object.keys(settings)) {
    const value = await readFile(join(proc, name), "utf8").catch(() => undefined);
    if (value !== undefined) kept[name] = value.trim();
  }
  await writeFile(join(shared, "kernel.json"), JSON.stringify(kept), { flag: "wx" }).catch(() => undefined);
  for (const [name, value] of Object.entries(settings)) {
    if (value !== undefined && kept[name] !== undefined) await writeFile(join(proc, name), value);
  }
}

/** Puts everything back, when the last lab of this machine goes. */
export async function restoreKernelSettings(proc = "/proc/sys", shared = sharedFolder): Promise<void> {
  const text = await readFile(join(shared, "kernel.json"), "utf8").catch(() => undefined);
  if (text === undefined) return;
  const kept: unknown = JSON.parse(text);
  for (const [name, value] of Object.entries(kept ?? {})) await writeFile(join(proc, name), String(value));
  await rm(join(shared, "kernel.json"));
}
