import { join } from "node:path";
import { assertNotTaken } from "./claim.ts";
import { cutPower, isOn, notRunning, pressReboot } from "./host-process.ts";
import { sshArgs, waitForSsh } from "./host-ssh.ts";
import { labDown } from "./lab-down.ts";
import { labUp, writeInventory } from "./lab-up.ts";
import { withLock } from "./lock.ts";
import { cutCable, healCable } from "./network.ts";
import { assertHostNumber, defaultSettings, type LabEnvironment, type LabSettings } from "./settings.ts";
import { type LabStatus, labStatus, statusLines } from "./status.ts";
import { assertSupported } from "./support.ts";

/** How a lab is made: settings that are not given are the ordinary lab's. */
export interface LabOptions extends Partial<LabSettings> {
  readonly env: LabEnvironment;
  /** Told what is done and about how long it takes, line by line. */
  readonly say: (line: string) => void;
}

/**
 * Practice hosts on this machine: systemd-nspawn guests with real sshd, systemd and network, on a bridge of their own
 * without a way out. Commands of one lab wait for each other. All may throw DroverError `lab/unsupported`,
 * `lab/taken`, `lab/failed`.
 */
export interface Lab {
  /** Hosts 1 to n run and answer ssh; those that do are left alone. Writes their inventory, if a path is given. */
  up(n: number, inventory?: string): Promise<void>;
  /** Removes everything but the caches, also after a crash. */
  down(): Promise<void>;
  /** Says how everything is, and returns it. */
  status(): Promise<LabStatus>;
  /** Arguments for OpenSSH's `ssh` to log in on host i. */
  sshArgs(i: number): readonly string[];
  /** Host i boots again; returns when it answers ssh. @throws DroverError `lab/not-running` */
  reboot(i: number): Promise<void>;
  /** Pulls host i's cable. @throws DroverError `lab/not-running` */
  cut(i: number): Promise<void>;
  /** Plugs it in again. @throws DroverError `lab/not-running` */
  heal(i: number): Promise<void>;
  /** Cuts host i's power; `up` switches it on again. @throws DroverError `lab/not-running` */
  kill(i: number): Promise<void>;
}

/** A lab; nothing is done before one of its functions is called. */
export function createLab({ env, say, ...given }: LabOptions): Lab {
  const lab: LabSettings = { ...defaultSettings(env), ...given };
  const alone = async <T>(work: () => Promise<T>): Promise<T> => {
    await assertSupported();
    return withLock(join("/run/drover-lab", `${lab.bridge}.lock`), say, async () => {
      await assertNotTaken(lab);
      return work();
    });
  };
  const onHost = async (i: number, work: (lab: LabSettings, i: number) => Promise<void>): Promise<void> => {
    assertHostNumber(i);
    await alone(async () => {
      if (!(await isOn(lab, i))) throw notRunning(lab, i);
      await work(lab, i);
    });
  };
  return {
    async up(n, inventory) {
      assertHostNumber(n);
      await alone(() => labUp(lab, n, say));
      if (inventory !== undefined) await writeInventory(lab, n, inventory);
    },
    down: () => alone(() => labDown(lab, say)),
    async status() {
      await assertSupported();
      const status = await labStatus(lab);
      for (const line of statusLines(status)) say(line);
      return status;
    },
    sshArgs(i) {
      assertHostNumber(i);
      return sshArgs(lab, i);
    },
    reboot: (i) => onHost(i, rebootHost),
    cut: (i) => onHost(i, cutCable),
    heal: (i) => onHost(i, healCable),
    kill: (i) => onHost(i, cutPower),
  };
}

/** A host whose cable is out cannot be seen to come back: its new boot has to do. */
async function rebootHost(lab: LabSettings, i: number): Promise<void> {
  await pressReboot(lab, i);
  const { hosts } = await labStatus(lab);
  const mine = hosts.find((host) => host.address === `${lab.net}.${10 + i}`);
  if (mine?.cut !== true) await waitForSsh(lab, i);
}
