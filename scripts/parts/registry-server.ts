import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { DroverError } from "../../src/core/errors.ts";
import { freePort } from "./free-port.ts";
import { endsWithUs } from "./run-logged.ts";

/**
 * Serves the storage of images on a free loopback port while `work` runs, and stops the server after it. The lab serves
 * the same storage on its bridge, perhaps at the same time: what is pushed here is there at once.
 * @throws DroverError `parts/build-failed` if the registry does not answer within a minute
 */
export async function withRegistry<T>(
  storage: string,
  folder: string,
  work: (address: string) => Promise<T>,
): Promise<T> {
  await mkdir(storage, { recursive: true });
  await mkdir(folder, { recursive: true });
  const address = `127.0.0.1:${await freePort()}`;
  const settings = join(folder, "registry.yml");
  await writeFile(settings, registrySettings(storage, address));
  await using server = registry(settings);
  await answered(address, server.running);
  return await work(address);
}

/** JSON is YAML: nothing in a path can break out of it. */
function registrySettings(storage: string, address: string): string {
  return JSON.stringify({
    version: "0.1",
    log: { level: "warn", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: storage } },
    http: { addr: address },
  });
}

function registry(settings: string) {
  const server = execa("nice", ["-n", "5", ...endsWithUs, "docker-registry", "serve", settings], {
    reject: false,
    stdio: "ignore",
  });
  const state = { alive: true };
  void server.then(() => {
    state.alive = false;
  });
  return {
    running: () => state.alive,
    async [Symbol.asyncDispose]() {
      server.kill("SIGTERM");
      await server;
    },
  };
}

async function answered(address: string, running: () => boolean): Promise<void> {
  const until = Date.now() + 60_000;
  while (running() && Date.now() < until) {
    const ok = await fetch(`http://${address}/v2/`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ok) return;
    await sleep(50);
  }
  throw new DroverError("parts/build-failed", "the image registry did not start", {
    remedy:
      "Run `docker-registry serve` by hand with the registry.yml in the cache's build folder and read what it says.",
  });
}
