import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { command, tryCommand } from "./command.ts";
import { firewallRules, firewallTable } from "./firewall.ts";
import { labPaths } from "./paths.ts";
import { gateway, hostName, type LabSettings, linkName } from "./settings.ts";

/**
 * Sees to it that the bridge stands and lets nothing out. The rules come before the address: no host is ever without.
 * @throws DroverError `lab/failed`
 */
export async function networkUp(lab: LabSettings): Promise<void> {
  if (!(await linkExists(lab.bridge))) await command("ip", ["link", "add", lab.bridge, "type", "bridge"]);
  await command("nft", ["-f", "-"], { input: firewallRules(lab) });
  // Packets for foreign addresses must come as far as the rule that refuses them; without, they would vanish silently.
  await command("sysctl", ["-qw", `net.ipv4.conf.${lab.bridge}.forwarding=1`]);
  // A kernel without IPv6 does not know that name (-e).
  await command("sysctl", ["-eqw", `net.ipv6.conf.${lab.bridge}.disable_ipv6=1`]);
  await command("ip", ["address", "replace", `${gateway(lab)}/24`, "dev", lab.bridge]);
  await command("ip", ["link", "set", lab.bridge, "up"]);
}

/** Takes the bridge and its rules away. */
export async function networkDown(lab: LabSettings): Promise<void> {
  if (await linkExists(lab.bridge)) await command("ip", ["link", "del", lab.bridge]);
  const table = firewallTable(lab);
  const known = await tryCommand("nft", ["list", "table", "inet", table]);
  if (known.exitCode === 0) await command("nft", ["delete", "table", "inet", table]);
}

/** How many packets of hosts were refused because they were for somewhere else. */
export async function refusedPackets(lab: LabSettings): Promise<number> {
  const answer = await command("nft", ["list", "counter", "inet", firewallTable(lab), "refused"]);
  return Number(/packets (\d+)/.exec(answer)?.[1] ?? 0);
}

/** Pulls the cable of host i; it stays out when the host reboots. */
export async function cutCable(lab: LabSettings, i: number): Promise<void> {
  await writeFile(cutFile(lab, i), "");
  await command("ip", ["link", "set", linkName(lab, i), "down"]);
}

/** Plugs it in again. */
export async function healCable(lab: LabSettings, i: number): Promise<void> {
  await rm(cutFile(lab, i), { force: true });
  await command("ip", ["link", "set", linkName(lab, i), "up"]);
}

/** Its presence says that the cable of host i is out; templates/lab/supervise reads it too. */
export function cutFile(lab: LabSettings, i: number): string {
  return join(labPaths(lab).run, `${hostName(lab, i)}.cut`);
}

async function linkExists(name: string): Promise<boolean> {
  return (await readdir("/sys/class/net")).includes(name);
}
