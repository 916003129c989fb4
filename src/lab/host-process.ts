import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { DroverError } from "../core/errors.ts";
import { command } from "./command.ts";
import { type Daemon, daemonPid, goneMs, signal, startDaemon, within } from "./daemon.ts";
import { hostPaths, labPaths } from "./paths.ts";
import { hostName, type LabSettings, labTemplates, mac } from "./settings.ts";

/** systemd alone gives a service 90 s to stop (DefaultTimeoutStopSec), and they are many. */
const rebootMinutes = 5;

/** The supervisor of host i: it lives as long as the host is on, reboots included. */
function supervisor(lab: LabSettings, i: number): Daemon {
  const name = hostName(lab, i);
  return {
    pidFile: join(labPaths(lab).run, `${name}.pid`),
    logFile: hostPaths(lab, i).console,
    file: join(labTemplates, "supervise"),
    args: [lab.home, lab.bridge, name, mac(lab, i)],
    mark: `supervise ${lab.home} ${lab.bridge} ${name} `,
  };
}

/** The systemd-nspawn that is host i, as its supervisor wrote it down. */
function machine(lab: LabSettings, i: number): Pick<Daemon, "pidFile" | "mark"> {
  const name = hostName(lab, i);
  return {
    pidFile: join(labPaths(lab).run, `${name}.nspawn`),
    mark: `--directory=${hostPaths(lab, i).root} `,
  };
}

/** Is host i on? True also between its going down and its coming up at a reboot. */
export async function isOn(lab: LabSettings, i: number): Promise<boolean> {
  return (await daemonPid(supervisor(lab, i))) !== undefined;
}

/** Switches host i on, unless it is. What a crashed supervisor left running is ended first. */
export async function switchOn(lab: LabSettings, i: number): Promise<void> {
  if (await isOn(lab, i)) return;
  await cutPower(lab, i);
  await startDaemon(supervisor(lab, i));
}

/** A power cut: nothing of host i runs on, nothing is shut down. Its disk stays. Harmless when it is off. */
export async function cutPower(lab: LabSettings, i: number): Promise<void> {
  // Again and again: one that is about to boot is no systemd-nspawn yet.
  const off = async () => {
    const pid = await daemonPid(machine(lab, i));
    if (pid !== undefined) signal(pid, "SIGKILL");
    return !(await isOn(lab, i));
  };
  if (!(await within(goneMs, off))) {
    const guard = await daemonPid(supervisor(lab, i));
    if (guard !== undefined) signal(-guard, "SIGKILL");
    await within(goneMs, off);
  }
  await command(join(labTemplates, "put-away"), [lab.bridge, hostName(lab, i)]);
  await rm(machine(lab, i).pidFile, { force: true });
  await rm(supervisor(lab, i).pidFile, { force: true });
}

/**
 * Presses Ctrl-Alt-Del on host i and waits until it has begun to boot again: it needs no network for that.
 * @throws DroverError `lab/not-running`, `lab/failed` after five minutes
 */
export async function pressReboot(lab: LabSettings, i: number): Promise<void> {
  const before = await daemonPid(machine(lab, i));
  const init = before === undefined ? undefined : await firstChild(before);
  if (before === undefined || init === undefined) throw notRunning(lab, i);
  signal(init, "SIGINT");
  const again = async () => {
    const now = await daemonPid(machine(lab, i));
    return now !== undefined && now !== before;
  };
  if (await within(rebootMinutes * 60_000, again)) return;
  throw new DroverError("lab/failed", `${hostName(lab, i)} did not reboot within ${rebootMinutes} min`, {
    remedy: `Read ${hostPaths(lab, i).console}; drover lab kill ${i} switches it off.`,
  });
}

/** The error for a command about a host that is off. */
export function notRunning(lab: LabSettings, i: number): DroverError {
  return new DroverError("lab/not-running", `practice host ${hostName(lab, i)} is not running`, {
    remedy: `Start it with: drover lab up ${i}`,
  });
}

async function firstChild(pid: number): Promise<number | undefined> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  const first = Number(children.split(" ")[0]);
  return first > 1 ? first : undefined;
}
