import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unsupportedHere } from "../../src/lab/support.ts";
import { full } from "../lab/full-tests.ts";
import { PracticeCluster } from "./practice-cluster.ts";
import { untilCalm } from "./until.ts";

/** What a cluster goes through after its first day, on two practice hosts: each test goes on from the one before it. */
const why = await unsupportedHere();
const place = new PracticeCluster(
  { home: "/var/lib/drover-lab-daytwo", bridge: "drover31", net: "10.131.0", prefix: "d" },
  2,
);

/** Id, start and restarts of every container that runs, by name. */
const containers = `docker ps --no-trunc -q | sort | xargs docker inspect -f '{{.Name}} {{.Id}} {{.State.StartedAt}} {{.RestartCount}}'`;

const inventory = (): string => readFileSync(place.inventory, "utf8");
const ownFile = (name: string): string => join(place.dir, ".drover", "lab", name);

async function names(...args: readonly string[]): Promise<readonly string[]> {
  const said = await place.kubectl([...args, "-o", "name"]);
  return said
    .split("\n")
    .filter((line) => line !== "")
    .sort();
}

/**
 * Waits until there are two of CoreDNS, as where two nodes take pods: its autoscaler looks every ten seconds, whatever Drover does
 * meanwhile.
 */
function untilScaled(): Promise<string> {
  const two = "--for=jsonpath={.status.availableReplicas}=2";
  return place.kubectl(["wait", "-n", "kube-system", "deployment/coredns", two, "--timeout=600s"]);
}

describe.skipIf(why !== undefined)(`day two of a cluster${why === undefined ? "" : ` (left out: ${why})`}`, () => {
  beforeAll(async () => {
    await place.boot();
    // The first host works too, so that the second one can go; and no addons: they are the road's.
    const text = inventory()
      .replace("roles: [controlplane, etcd]", "roles: [controlplane, etcd, worker]")
      .replace(/\naddons:[\s\S]*/, "\n");
    writeFileSync(place.inventory, text);
    expect((await place.drover("up", "--yes")).code).toBe(0);
    await untilScaled();
  });
  afterAll(() => place.remove());

  it("gives kubectl a context of its own, which works", async () => {
    const file = join(place.dir, "kubeconfig");
    const env = { KUBECONFIG: file };
    const main = join(import.meta.dirname, "../../src/cli/main.ts");
    const put = await execa(process.execPath, [main, "kubeconfig", "-i", place.inventory, "--server", "d1"], { env });
    expect(put.stdout).toContain(`${file} has the context lab now`);
    const kubectl = join(place.settings.cache, "bin", "kubectl");
    const nodes = await execa(kubectl, ["--context", "lab", "get", "nodes", "-o", "name"], { env });
    expect(nodes.stdout.split("\n").sort()).toEqual(["node/d1", "node/d2"]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("tells how all of it is, beneath the nodes too, as JSON", async () => {
    const { code, stdout } = await place.drover("status", "--json");
    const status: {
      problems: readonly string[];
      health: {
        components: { host: string; name: string; state: string }[];
        etcd: { healthy: boolean; bytes: number; leader: boolean; version: string }[];
        certificate: { daysLeft: number };
      };
    } = JSON.parse(stdout);
    expect([code, status.problems]).toEqual([0, []]);
    const { components, etcd, certificate } = status.health;
    expect(components.filter(({ state }) => state !== "running")).toEqual([]);
    expect(components.filter(({ host }) => host === "d1").map(({ name }) => name)).toContain("kube-apiserver");
    expect(etcd).toMatchObject([{ healthy: true, leader: true, version: "3.5.16", bytes: expect.any(Number) }]);
    expect(certificate.daysLeft).toBeGreaterThan(3000);
  });

  it("is not called well while etcd has raised an alarm, by up no more than by status, and is when it is over", async () => {
    const ssl = "/etc/kubernetes/ssl";
    const own = `${ssl}/kube-etcd-$(echo ${place.settings.net}.11 | tr . -)`;
    const etcd = (path: string, body: string) =>
      place.onHost(
        1,
        `curl -sSf --cacert ${ssl}/kube-ca.pem --cert ${own}.pem --key ${own}-key.pem -d '${body}' https://127.0.0.1:2379/v3/${path}`,
      );
    const { header } = JSON.parse(await etcd("maintenance/status", "{}"));
    const alarm = (action: string) =>
      etcd("maintenance/alarm", JSON.stringify({ action, memberID: header.member_id, alarm: "NOSPACE" }));
    await alarm("ACTIVATE");
    try {
      const status = await place.drover("status", "--json");
      const { problems, health } = JSON.parse(status.stdout);
      expect([status.code, health.etcd]).toMatchObject([1, [{ healthy: false, because: "ALARM NOSPACE" }]]);
      expect(problems).toContainEqual(expect.stringMatching(/^etcd: the member at \S+ is not healthy: ALARM NOSPACE$/));
      expect((await place.drover("plan", "--exit-code")).code).toBe(2);
      const up = await place.drover("up", "--yes");
      expect(up.code).toBe(1);
      expect(up.stderr.replaceAll(/\s+/g, " ")).toMatch(/etcd has raised the alarm NOSPACE.*alarm disarm/);
    } finally {
      await alarm("DEACTIVATE");
    }
    await untilCalm(place);
  });

  it("run again restarts no container", async () => {
    const before = await Promise.all([1, 2].map((i) => place.onHost(i, containers)));
    await untilCalm(place);
    expect(place.lastRun().at(-1)).toMatchObject({ outcome: "nothing-to-do" });
    expect(await Promise.all([1, 2].map((i) => place.onHost(i, containers)))).toEqual(before);
  });

  it("restarts only the component whose argument was changed", async () => {
    const kubernetes = /^\/(?:kube\S*|etcd)$/;
    const listed = async (i: number) =>
      new Map(
        (await place.onHost(i, containers))
          .split("\n")
          .map((line) => [line.split(" ")[0] ?? "", line] as const)
          .filter(([name]) => kubernetes.test(name)),
      );
    const before = await Promise.all([listed(1), listed(2)]);
    writeFileSync(place.inventory, inventory().replace("  extraArgs:\n", '  extraArgs:\n    scheduler: { v: "3" }\n'));
    expect((await place.drover("up", "--yes")).code).toBe(0);
    const after = await Promise.all([listed(1), listed(2)]);
    const changed = after.flatMap((host, i) => [...host].filter(([name, line]) => before[i]?.get(name) !== line));
    expect(changed.map(([name]) => name)).toEqual(["/kube-scheduler"]);
  });

  it("takes a snapshot and keeps it; one that is not there, or another cluster's name, restores nothing", async () => {
    await place.kubectl(["create", "configmap", "proof", "--from-literal=a=kept"]);
    expect((await place.drover("etcd", "snapshot", "--name", "first")).code).toBe(0);
    const again = await place.drover("etcd", "snapshot", "--name", "first");
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("etcd/snapshot-exists")]);
    const list: { snapshots: { name: string; hosts: string[]; bytes: number }[] } = JSON.parse(
      (await place.drover("etcd", "list", "--json")).stdout,
    );
    expect(list.snapshots).toMatchObject([{ name: "first", hosts: ["d1"] }]);
    const state = readFileSync(ownFile("cluster.rkestate"), "utf8");
    const wrong = await place.drover("etcd", "restore", "second", "--confirm", "lab");
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining("etcd/snapshot-missing")]);
    const unconfirmed = await place.drover("etcd", "restore", "first", "--confirm", "other");
    expect([unconfirmed.code, unconfirmed.stdout]).toEqual([
      130,
      expect.stringContaining("all that was written to the cluster after"),
    ]);
    expect(readFileSync(ownFile("cluster.rkestate"), "utf8")).toBe(state);
    expect(await place.kubectl(["get", "configmap", "proof", "-o", "jsonpath={.data.a}"])).toBe("kept");
  });

  it.runIf(full)("brings back what was destroyed, from a snapshot: written, destroyed, restored, read", async () => {
    await place.kubectl(["delete", "configmap", "proof"]);
    await place.kubectl(["create", "configmap", "after", "--from-literal=a=lost"]);
    expect((await place.drover("etcd", "restore", "first", "--confirm", "lab")).code).toBe(0);
    expect(await place.kubectl(["get", "configmap", "proof", "-o", "jsonpath={.data.a}"])).toBe("kept");
    expect(await names("get", "configmap", "after", "--ignore-not-found")).toEqual([]);
    expect((await place.drover("plan", "--exit-code")).code).toBe(0);
  });

  it("lets no node go whose pods cannot, and lets it take pods as before", async () => {
    const image = `${place.settings.net}.1:5000/rancher/mirrored-pause:3.7`;
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "bare" },
      spec: { nodeName: "d2", containers: [{ name: "c", image }] },
    };
    await place.kubectl(["apply", "-f", "-"], JSON.stringify(pod));
    await place.kubectl(["wait", "--for=condition=Ready", "pod/bare", "--timeout=300s"]);
    const before = inventory();
    const { code, stderr } = await place.drover("node", "remove", "d2", "--yes");
    expect([code, stderr]).toEqual([1, expect.stringContaining("node/drain-failed")]);
    expect(stderr).toContain("default/bare");
    expect(await place.kubectl(["get", "node", "d2", "-o", "jsonpath={.spec.unschedulable}"])).toBe("");
    expect(inventory()).toBe(before);
    await place.kubectl(["delete", "pod", "bare", "--now"]);
  });

  it("loses a node and gets it back: the inventory follows, the host is clean between, the other is not touched", async () => {
    const before = inventory();
    const other = await place.onHost(1, containers);
    expect((await place.drover("node", "remove", "d1", "--yes")).stderr).toContain("cluster/last-of-role");
    expect((await place.drover("node", "remove", "d2", "--yes")).code).toBe(0);
    expect(await names("get", "nodes")).toEqual(["node/d1"]);
    expect(inventory()).toBe(before.replace(/^ +- \{ name: "d2".*\n/m, ""));
    expect(
      await place.onHost(
        2,
        "docker ps -aq; ls -d /etc/kubernetes /var/lib/kubelet /etc/cni 2>/dev/null; iptables-save | grep -c KUBE || true",
      ),
    ).toBe("0");

    const hostKey = /name: "d2".*hostKey: "([^"]+)"/.exec(before)?.[1] ?? "";
    const added = await place.drover(
      "node",
      "add",
      `d2=${place.settings.net}.12`,
      "--host-key",
      hostKey,
      "--label",
      "zone=two",
      "--yes",
    );
    expect(added.code).toBe(0);
    expect(await names("get", "nodes", "-l", "zone=two")).toEqual(["node/d2"]);
    const kept = (text: string) =>
      text
        .split("\n")
        .filter((line) => /\/(?:etcd|kube-apiserver|kube-scheduler|kube-controller-manager) /.test(line))
        .sort();
    expect(kept(await place.onHost(1, containers))).toEqual(kept(other));
    await untilScaled();
    expect((await place.drover("plan", "--exit-code")).code).toBe(0);
  });

  it.runIf(full)(
    "knows a machine that was installed anew under the same address, and makes its node anew",
    async () => {
      const uid = () => place.kubectl(["get", "node", "d2", "-o", "jsonpath={.metadata.uid}"]);
      const before = await uid();
      const same = await place.drover("node", "replace", "d2", "--yes");
      expect([same.code, same.stderr]).toEqual([1, expect.stringContaining("node/same-machine")]);
      // As after an installation: nothing of the cluster is there. Docker is, which no other test needs gone.
      await place.onHost(
        2,
        "docker ps -aq | xargs docker rm -f -v >/dev/null; umount $(awk '$2 ~ \"^/var/lib/kubelet/\" { print $2 }' /proc/mounts | sort -r) 2>/dev/null; rm -rf /etc/kubernetes /var/lib/kubelet /etc/cni /opt/cni",
      );
      const told = await place.drover("status", "--json");
      expect(JSON.parse(told.stdout).problems).toContainEqual(expect.stringContaining("drover node replace d2"));
      expect((await place.drover("node", "replace", "d2", "--yes")).code).toBe(0);
      expect(await uid()).not.toBe(before);
      expect((await place.drover("plan", "--exit-code")).code).toBe(0);
    },
  );

  it.runIf(full)("renews its certificates, and the old authority still vouches for them", async () => {
    type Certificates = { certificates: { name: string; fingerprint: string }[] };
    const certificates = async (): Promise<Map<string, string>> => {
      const found: Certificates = JSON.parse((await place.drover("certs", "status", "--json")).stdout);
      return new Map(found.certificates.map(({ name, fingerprint }) => [name, fingerprint]));
    };
    const before = await certificates();
    expect((await place.drover("certs", "rotate", "--yes")).code).toBe(0);
    const after = await certificates();
    const changed = [...after].filter(([name, fingerprint]) => before.get(name) !== fingerprint).map(([name]) => name);
    expect(changed).toContain("kube-apiserver");
    expect(changed).toContain("kube-node");
    expect(after.get("kube-ca")).toBe(before.get("kube-ca"));
    expect(await names("get", "nodes")).toEqual(["node/d1", "node/d2"]);
  });

  it("is refused an up without RKE's state while it lives, and lives on", async () => {
    const state = readFileSync(ownFile("cluster.rkestate"), "utf8");
    rmSync(ownFile("cluster.rkestate"));
    const { code, stderr } = await place.drover("up", "--yes");
    expect([code, stderr]).toEqual([1, expect.stringContaining("cluster/state-missing")]);
    expect(existsSync(ownFile("cluster.rkestate"))).toBe(false);
    writeFileSync(ownFile("cluster.rkestate"), state, { mode: 0o600 });
    expect((await place.drover("plan", "--exit-code")).code).toBe(0);
  });

  it("says that it is on the newest version that rke knows, and goes nowhere from there", async () => {
    const { stdout } = await place.drover("upgrade", "--list", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ current: "v1.32.3-rancher1-1", hops: [] });
    const back = await place.drover("upgrade", "v1.31.7-rancher1-1", "--yes");
    expect([back.code, back.stderr]).toEqual([1, expect.stringContaining("upgrade/no-way")]);
  });

  it.runIf(full)("is reset, and made again on the same hosts", async () => {
    expect((await place.drover("reset", "--confirm", "lab")).code).toBe(0);
    const left =
      "docker ps -aq; ls -d /etc/kubernetes /var/lib/etcd /var/lib/kubelet /etc/cni /opt/cni /opt/rke 2>/dev/null; ip -o link | grep -E 'cni0|flannel|veth'; iptables-save | grep -E 'KUBE|CNI|FLANNEL'; grep -c /var/lib/kubelet /proc/mounts; true";
    expect(await Promise.all([1, 2].map((i) => place.onHost(i, left)))).toEqual(["0", "0"]);
    expect((await place.drover("up", "--yes")).code).toBe(0);
    await untilCalm(place);
    expect(await names("get", "nodes")).toEqual(["node/d1", "node/d2"]);
  });
});
