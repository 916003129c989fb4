import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { command } from "../../src/lab/command.ts";
import { firewallTable } from "../../src/lab/firewall.ts";
import type { PracticeCluster } from "./practice-cluster.ts";

/** Who may log in there. */
export const owner = { user: "ann", password: "pull-me-not" } as const;

/** The password by bcrypt, which is all that the registry reads. */
const htpasswd = `${owner.user}:$2b$05$abcdefghijklmnopqrstuuCdvPzX/KRpF4COP8LUt6LfI9/3pVXwC\n`;

const port = 5001;

/** A registry that lets nobody in without a login, and one image in it. */
export interface PrivateRegistry extends AsyncDisposable {
  readonly address: string;
  readonly image: string;
}

/** Where such a registry of a practice cluster is. */
export function privateAddress(place: PracticeCluster): string {
  return `${place.settings.net}.1:${port}`;
}

/** Starts the real registry on the lab's bridge, opens the lab's own firewall for it, and copies an image into it. */
export async function startPrivateRegistry(place: PracticeCluster): Promise<PrivateRegistry> {
  const address = privateAddress(place);
  const folder = mkdtempSync(join(tmpdir(), "drover-private-"));
  writeFileSync(join(folder, "htpasswd"), htpasswd);
  const settings = {
    version: "0.1",
    log: { level: "warn", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, "storage") } },
    http: { addr: address },
    auth: { htpasswd: { realm: "practice", path: join(folder, "htpasswd") } },
  };
  writeFileSync(join(folder, "registry.yml"), JSON.stringify(settings));
  const server = spawn("nice", ["docker-registry", "serve", join(folder, "registry.yml")], { stdio: "ignore" });
  const accept = `insert rule inet ${firewallTable(place.settings)} input iifname "${place.settings.bridge}" tcp dport ${port} accept`;
  await command("nft", [accept]);
  await asksForLogin(address);
  const image = `${address}/private/pause:3.7`;
  await copyInto(place, folder, address, image);
  return {
    address,
    image,
    async [Symbol.asyncDispose]() {
      server.kill("SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until the registry is there; it lets nobody in then. */
async function asksForLogin(address: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  const status = () =>
    fetch(`http://${address}/v2/`).then(
      (answer) => answer.status,
      () => 0,
    );
  while ((await status()) !== 401) {
    if (Date.now() > deadline) throw new Error(`no registry that asks for a login answers on ${address}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

async function copyInto(place: PracticeCluster, folder: string, address: string, image: string): Promise<void> {
  const login = { auth: Buffer.from(`${owner.user}:${owner.password}`).toString("base64") };
  const config = join(folder, "docker");
  mkdirSync(config);
  writeFileSync(join(config, "config.json"), JSON.stringify({ auths: { [address]: login } }));
  const from = `${place.settings.net}.1:5000/rancher/mirrored-pause:3.7`;
  await execa(join(place.settings.cache, "bin", "crane"), ["copy", "--insecure", from, image], {
    env: { DOCKER_CONFIG: config },
  });
}
