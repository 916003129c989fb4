import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type FakeSudo, installDoubles } from "../ssh/doubles.ts";
import { newKey } from "../ssh/new-key.ts";
import { startTestServer, type TestServer } from "../ssh/test-server.ts";
import { Workplace } from "./drover.ts";

/** What is plugged into a host double, as the kernel's sysfs and lspci tell it. */
export interface Devices {
  /** Address, device id, class; all are NVIDIA's. */
  readonly pci: readonly (readonly [address: string, deviceId: string, type: string])[];
  /** What `lspci -D -d 10de:` prints. */
  readonly lspci: string;
}

/** How a host double differs from this machine. */
export interface HostSettings {
  readonly sudo?: FakeSudo;
  readonly uid?: number;
  readonly devices?: Devices;
}

/** A host double that runs. */
export interface HostDouble {
  readonly server: TestServer;
  /** `127.0.0.2:40123`, as it is named to Drover. */
  readonly place: string;
  /** What the doubles of its programs wrote down. */
  readonly folder: string;
}

// A double: who a machine is and what is plugged into it stands in files of the kernel's. The questions about them are the
// real ones, and run for real; only the files they read are those of the folder.
const loginShell = `#!/bin/sh
sed -u -e "s|/sys/bus/pci/devices|$DOUBLES/pci|g" -e "s|/etc/machine-id|$DOUBLES/machine-id|g" \\
  -e "s|/proc/sys/kernel/random/boot_id|$DOUBLES/boot-id|g" | /bin/sh "$@"
`;

function writeProgram(path: string, text: string): void {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

function plugIn(folder: string, { pci, lspci }: Devices): void {
  mkdirSync(join(folder, "pci"), { recursive: true });
  for (const [address, device, type] of pci) {
    const at = join(folder, "pci", address);
    mkdirSync(at);
    for (const [file, text] of Object.entries({ vendor: "0x10de", device: `0x${device}`, class: type }))
      writeFileSync(join(at, file), `${text}\n`);
    writeFileSync(join(at, "config"), Buffer.from(`de10${device.slice(2)}${device.slice(0, 2)}`, "hex"));
  }
  writeFileSync(join(folder, "lspci.txt"), lspci);
  writeProgram(join(folder, "bin", "lspci"), `#!/bin/sh\nexec cat "$DOUBLES/lspci.txt"\n`);
}

let machines = 0;

/** A server that lets in one key. It really runs what it is asked, on this machine, as a machine of its own. */
export async function startHost(publicKey: string, settings: HostSettings = {}): Promise<HostDouble> {
  const doubles = new Workplace();
  const env = installDoubles(doubles.dir, settings);
  machines += 1;
  doubles.write("machine-id", `${String(machines).padStart(32, "a")}\n`);
  doubles.write("boot-id", `${String(machines).padStart(32, "b")}\n`);
  plugIn(doubles.dir, settings.devices ?? { pci: [], lspci: "" });
  writeProgram(join(doubles.dir, "login-shell"), loginShell);
  const address = `127.0.0.${machines + 1}`;
  const server = await startTestServer({
    address,
    hostKeys: [newKey().private],
    authorized: publicKey,
    env,
    loginShell: join(doubles.dir, "login-shell"),
  });
  onTestFinished(async () => {
    await server.stop();
    doubles.remove();
  });
  return { server, place: `${address}:${server.port}`, folder: doubles.dir };
}
