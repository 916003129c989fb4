import { readdir, stat } from "node:fs/promises";
import { daemonPid } from "./daemon.ts";
import { isOn } from "./host-process.ts";
import { answersSsh } from "./host-ssh.ts";
import { cutFile } from "./network.ts";
import { hostPaths, labPaths } from "./paths.ts";
import { services } from "./services.ts";
import { address, hostName, hostNumbers, type LabSettings, maxHosts } from "./settings.ts";

/** How a lab is. */
export interface LabStatus {
  readonly hosts: readonly HostStatus[];
  readonly services: readonly { readonly name: string; readonly port: number; readonly running: boolean }[];
}

/** How one practice host is. */
export interface HostStatus {
  readonly name: string;
  readonly address: string;
  readonly on: boolean;
  readonly ssh: boolean;
  /** Its cable is pulled. */
  readonly cut: boolean;
}

/** Asks all hosts and services of a lab how they are. */
export async function labStatus(lab: LabSettings): Promise<LabStatus> {
  const numbers = await existingHosts(lab);
  return {
    hosts: await Promise.all(numbers.map((i) => hostStatus(lab, i))),
    services: await Promise.all(
      services(lab).map(async (service) => {
        return { name: service.name, port: service.port, running: (await daemonPid(service)) !== undefined };
      }),
    ),
  };
}

async function hostStatus(lab: LabSettings, i: number): Promise<HostStatus> {
  const on = await isOn(lab, i);
  const cut = (await stat(cutFile(lab, i)).catch(() => undefined)) !== undefined;
  return { name: hostName(lab, i), address: address(lab, i), on, ssh: on && !cut && (await answersSsh(lab, i)), cut };
}

/** The numbers of the hosts that have a whole disk. */
export async function existingHosts(lab: LabSettings): Promise<readonly number[]> {
  const names = await readdir(labPaths(lab).hosts).catch(() => [] as string[]);
  const numbers = hostNumbers(maxHosts).filter((i) => names.includes(hostName(lab, i)));
  const whole = await Promise.all(numbers.map((i) => stat(hostPaths(lab, i).complete).catch(() => undefined)));
  return numbers.filter((_, index) => whole[index] !== undefined);
}

/** The status as lines for people. */
export function statusLines(status: LabStatus): readonly string[] {
  const hosts = status.hosts.map((host) => {
    const state = host.on ? (host.ssh ? "on, answers ssh" : "on, does not answer ssh") : "off";
    return `${host.name.padEnd(5)} ${host.address.padEnd(14)} ${state}${host.cut ? ", cable pulled" : ""}`;
  });
  const running = status.services.map(({ name, port, running }) => `${name} (port ${port}): ${running ? "on" : "off"}`);
  return [...(hosts.length === 0 ? ["no practice hosts; drover lab up makes some"] : hosts), running.join(", ")];
}
