import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { cacheFolders, partsCache } from "../../scripts/parts/cache.ts";
import { readManifest } from "../../scripts/parts/manifest.ts";
import { blobFile, imageName, tagFile } from "../../scripts/parts/registry-files.ts";
import { command, tryCommand } from "../../src/lab/command.ts";
import { testFolder } from "../test-folder.ts";
import { authority, leaf } from "../unit/support/certificates.ts";

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
    const packed = join(cache.registry, blobFile(layer.digest));
    await command("tar", ["-xzf", packed, "-C", root, "--keep-directory-symlink"], { timeoutMs: 900_000 });
  }
}

const folder = testFolder("images");

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
    // Below the ports that the kernel gives to whoever asks for any.
    const listener = spawn("chroot", [root, "nc", "-kl", "-p", "17337", "-e", "echo"], { stdio: "ignore" });
    const answer = async () => (await inside(["nc", "-w", "5", "-z", "127.0.0.1", "17337"])).exitCode;
    try {
      await expect.poll(answer, { timeout: 120_000 }).toBe(0);
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
    await rm(nginx);
    expect(tested.stderr).toContain("test is successful");
    const config = await readFile(join(root, "etc", "nginx", "nginx.conf"), "utf8");
    expect(config.match(/server \S+:6443;/g)).toEqual(["server 10.0.0.1:6443;", "server 10.0.0.2:6443;"]);
  });

  it("starts every component but the kubelet as it is told", async () => {
    const said = await inside(["/opt/rke-tools/entrypoint.sh", "echo", "kube-apiserver", "--flag=a b"]);
    expect(said.stdout).toBe("kube-apiserver --flag=a b");
  });

  describe("handing a snapshot from one etcd host to another", () => {
    /** Serves in a network of its own, and runs a script there beside it, with the backup folder of another host. */
    const beside = (script: string, name = "one") =>
      tryCommand(
        "unshare",
        [
          ...["--net", "--mount", "--pid", "--fork", "--kill-child", "bash", "-c"],
          `ip link set lo up
backup() { unshare --mount chroot "$ROOT" /opt/rke-tools/rke-etcd-backup etcd-backup "$@"; }
backup serve --name ${name} --cacert /ssl/ca.pem --cert /ssl/node.pem --key /ssl/node-key.pem &
for try in {1..500}; do (exec 3<>/dev/tcp/127.0.0.1/2379) 2>/dev/null && break; kill -0 $! || exit 9; sleep 0.1; done
mount --bind "$ROOT/elsewhere" "$ROOT/backup"
download() { backup download --name one --local-endpoint 127.0.0.1 --cacert /ssl/ca.pem --cert "/ssl/$1.pem" --key "/ssl/$1-key.pem"; }
${script}`,
        ],
        { env: { ROOT: root } },
      );
    const elsewhere = () => readdir(join(root, "elsewhere"));

    beforeAll(async () => {
      for (const name of ["backup", "elsewhere", "ssl", "tmp"]) await mkdir(join(root, name), { recursive: true });
      const ours = authority("kube-ca");
      const issued = {
        node: leaf(ours, { names: ["system:node"] }),
        stranger: leaf(authority("other"), { names: ["x"] }),
      };
      await writeFile(join(root, "ssl", "ca.pem"), ours.certificate);
      for (const [name, { certificate, key }] of Object.entries(issued)) {
        await writeFile(join(root, "ssl", `${name}.pem`), certificate);
        await writeFile(join(root, "ssl", `${name}-key.pem`), key);
      }
      await writeFile(join(root, "backup", "one"), "what etcd knew");
      await command("tar", ["-C", root, "-cf", join(root, "backup", "one.zip"), "backup/one"]);
      await rm(join(root, "backup", "one"));
    });
    beforeEach(async () => {
      for (const name of await elsewhere()) await rm(join(root, "elsewhere", name));
    });

    it("gives the file whole, for root alone", async () => {
      const said = await beside("download node");
      expect([said.exitCode, said.stderr]).toEqual([0, expect.any(String)]);
      expect(await readFile(join(root, "elsewhere", "one"), "utf8")).toBe("what etcd knew");
      expect((await stat(join(root, "elsewhere", "one"))).mode & 0o777).toBe(0o600);
      expect(await elsewhere()).toEqual(["one"]);
    });

    it.each([
      ["whom the cluster's authority does not know", "download stranger"],
      ["who shows no certificate", "chroot $ROOT curl --fail --silent --insecure https://127.0.0.1:2379/one"],
      [
        "who asks for another file",
        "chroot $ROOT curl --fail --silent --insecure --cert /ssl/node.pem --key /ssl/node-key.pem https://127.0.0.1:2379/one.zip",
      ],
    ])("gives nothing to one %s", async (_, script) => {
      const said = await beside(script);
      expect([1, 22], "of the download, of curl").toContain(said.exitCode);
      expect(said.stdout).not.toContain("what etcd knew");
      expect(await elsewhere()).not.toContain("one");
    });

    it("ends at once where there is no such snapshot, as rke goes to the next host then", async () => {
      const said = await beside("exit 0", "two");
      expect([said.exitCode, said.stderr]).toEqual([9, expect.stringContaining("no snapshot two here")]);
    });
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

/** Whether a process has a handler of its own for a signal (SigCgt of proc_pid_status(5)). */
async function catches(pid: number | undefined, signal: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const mask = BigInt(`0x${/^SigCgt:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? "0"}`);
  return ((mask >> BigInt(signal - 1)) & 1n) === 1n;
}

describe.skipIf(isPublished("pause"))(what("pause"), () => {
  it("sleeps until it is told to end", async () => {
    const root = join(folder, "pause");
    await unpackImage("rancher/mirrored-pause:3.7", root);
    const pause = spawn("chroot", [root, "/pause"], { stdio: "ignore" });
    await expect.poll(() => catches(pause.pid, 15), { timeout: 60_000 }).toBe(true);
    expect(pause.exitCode).toBeNull();
    pause.kill("SIGTERM");
    expect(await once(pause, "exit")).toEqual([0, null]);
  });
});
