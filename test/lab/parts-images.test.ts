import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cacheFolders, partsCache } from "../../scripts/parts/cache.ts";
import { readManifest } from "../../scripts/parts/manifest.ts";
import { blobFile, imageName, tagFile } from "../../scripts/parts/registry-files.ts";
import { command, tryCommand } from "../../src/lab/command.ts";

const cache = cacheFolders(partsCache(process.env));
const manifest = await readManifest(cache.manifest);

/** These are tests of our look-alikes: an image of its publisher is not ours to judge. */
const isPublished = (image: string) => manifest[`image-${image}`]?.source !== undefined;
const what = (image: string) => `the image ${image}${isPublished(image) ? " (left out: it is its publisher's)" : ""}`;

/** Unpacks an image from the registry's storage, so that its files run under chroot as they would in a container. */
async function unpackImage(reference: string, root: string): Promise<void> {
  const read = (file: string) => readFile(join(cache.registry, file), "utf8");
  const image: { layers: { digest: string }[] } = JSON.parse(
    await read(blobFile(await read(tagFile(imageName(reference))))),
  );
  await mkdir(root, { recursive: true });
  for (const layer of image.layers) {
    await command("tar", [
      "-xzf",
      join(cache.registry, blobFile(layer.digest)),
      "-C",
      root,
      "--keep-directory-symlink",
    ]);
  }
}

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "drover-images-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe.skipIf(isPublished("rke-tools"))(what("rke-tools"), () => {
  let root = "";
  const inside = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    tryCommand("chroot", [root, ...args], { env });
  beforeAll(async () => {
    root = join(folder, "rke-tools");
    await unpackImage("rancher/rke-tools:v0.1.111", root);
    await writeFile(join(root, "dev", "null"), "");
  });

  it("has a sh that understands echo -e, as RKE writes files with it", async () => {
    expect((await inside(["sh", "-c", 'echo -e "a\\tb"'])).stdout).toBe("a\tb");
  });

  it("deploys certificates once, and again only if forced; kubeconfigs once", async () => {
    const certs = { CRTS_DEPLOY_PATH: "/certs", KUBE_CA: "one", KUBECFG_KUBE_NODE: "one" };
    const deployed = async (env: Readonly<Record<string, string>>) => {
      expect((await inside(["cert-deployer"], env)).exitCode).toBe(0);
      const files = ["kube-ca.pem", "kubecfg-kube-node.yaml"].map((name) => join(root, "certs", name));
      return (await Promise.all(files.map((file) => readFile(file, "utf8")))).map((text) => text.trim());
    };
    expect(await deployed(certs)).toEqual(["one", "one"]);
    expect(await deployed({ ...certs, KUBE_CA: "two", KUBECFG_KUBE_NODE: "two" })).toEqual(["one", "one"]);
    expect(await deployed({ ...certs, KUBE_CA: "two", FORCE_DEPLOY: "true" })).toEqual(["two", "one"]);
    expect((await stat(join(root, "certs", "kube-ca.pem"))).mode & 0o777).toBe(0o600);
  });

  it("listens on a port and tells an open port from a closed one", async () => {
    const listener = spawn("chroot", [root, "nc", "-kl", "-p", "47337", "-e", "echo"], { stdio: "ignore" });
    const answer = async () => (await inside(["nc", "-w", "5", "-z", "127.0.0.1", "47337"])).exitCode;
    try {
      await expect.poll(answer, { timeout: 10_000 }).toBe(0);
    } finally {
      listener.kill();
      await once(listener, "exit");
    }
    expect(await answer()).not.toBe(0);
  });

  it("leads port 6443 to every API server", async () => {
    const nginx = join(root, "usr", "local", "bin", "nginx");
    await writeFile(nginx, "#!/bin/bash\nexec /usr/sbin/nginx -t\n");
    await chmod(nginx, 0o755);
    const tested = await inside(["nginx-proxy"], { CP_HOSTS: "10.0.0.1,10.0.0.2" });
    expect(tested.stderr).toContain("test is successful");
    const config = await readFile(join(root, "etc", "nginx", "nginx.conf"), "utf8");
    expect(config.match(/server \S+:6443;/g)).toEqual(["server 10.0.0.1:6443;", "server 10.0.0.2:6443;"]);
  });

  it("starts every component but the kubelet as it is told", async () => {
    const said = await inside(["/opt/rke-tools/entrypoint.sh", "echo", "kube-apiserver", "--flag=a b"]);
    expect(said.stdout).toBe("kube-apiserver --flag=a b");
  });

  it("has the programs that RKE looks for", async () => {
    expect((await inside(["/opt/rke-tools/bin/cri-dockerd", "--version"])).stdout).toContain("0.3.17");
    expect((await inside(["etcdctl", "version"])).stdout).toContain("3.5.16");
  });
});

describe.skipIf(isPublished("hyperkube"))(what("hyperkube"), () => {
  it("has the components in their version, and what they call", async () => {
    const root = join(folder, "hyperkube");
    await unpackImage("rancher/hyperkube:v1.32.3-rancher1", root);
    for (const name of ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy"]) {
      expect(await command("chroot", [root, name, "--version"])).toBe("Kubernetes v1.32.3");
    }
    const tools = ["kubectl", "jq", "curl", "iptables", "conntrack", "ipset", "socat", "modprobe", "sysctl", "nsenter"];
    const found = await command("chroot", [root, "which", ...tools]);
    expect(found.split("\n")).toHaveLength(tools.length);
  });
});

describe.skipIf(isPublished("pause"))(what("pause"), () => {
  it("sleeps until it is told to end", async () => {
    const root = join(folder, "pause");
    await unpackImage("rancher/mirrored-pause:3.7", root);
    const pause = spawn("chroot", [root, "/pause"], { stdio: "ignore" });
    await sleep(300);
    expect(pause.exitCode).toBeNull();
    pause.kill("SIGTERM");
    expect(await once(pause, "exit")).toEqual([0, null]);
  });
});
