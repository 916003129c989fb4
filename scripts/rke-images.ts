/**
 * Writes src/engines/rke/system-images.json: which images each Kubernetes version of an rke binary is made of, under RKE's
 * own keys. The real rke is asked: `up --init` writes them into its state without touching a host.
 *
 *   node scripts/rke-images.ts /path/to/rke
 */
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const target = join(import.meta.dirname, "../src/engines/rke/system-images.json");

/** cluster.yml's spelling of a key of the state: `calicoFlexVol` is `calico_flexvol` there, `kubednsSidecar` `kubedns_sidecar`. */
export function yamlKey(stateKey: string): string {
  return stateKey.replace("FlexVol", "_flexvol").replaceAll(/([A-Z])/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The images of one version, by cluster.yml's keys of system_images, sorted. */
export function imagesOf(rke: string, version: string): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "drover-images-"));
  try {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    writeFileSync(join(folder, "key"), privateKey.export({ type: "pkcs1", format: "pem" }), { mode: 0o600 });
    const node = { address: "127.0.0.1", port: "1", user: "nobody", role: ["etcd", "controlplane", "worker"] };
    const document = { kubernetes_version: version, ssh_key_path: join(folder, "key"), nodes: [node] };
    writeFileSync(join(folder, "cluster.yml"), JSON.stringify(document));
    execFileSync(rke, ["--quiet", "up", "--init", "--config", "cluster.yml"], { cwd: folder, stdio: "ignore" });
    const state = JSON.parse(readFileSync(join(folder, "cluster.rkestate"), "utf8"));
    const images = Object.entries<string>(state.desiredState.rkeConfig.systemImages);
    return Object.fromEntries(images.map(([key, image]): [string, string] => [yamlKey(key), image]).sort());
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The versions that a binary knows. */
export function versionsOf(rke: string): readonly string[] {
  return execFileSync(rke, ["config", "--list-version", "--all"], { encoding: "utf8" }).trim().split("\n").sort();
}

if (import.meta.main) {
  const [rke] = process.argv.slice(2);
  if (rke === undefined) throw new Error("usage: node scripts/rke-images.ts /path/to/rke");
  const table = Object.fromEntries(versionsOf(rke).map((version) => [version, imagesOf(rke, version)]));
  writeFileSync(target, `${JSON.stringify(table, null, 2)}\n`);
}
