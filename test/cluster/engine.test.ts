import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { leftOutHere } from "../lab/full-tests.ts";
import { PracticeCluster } from "./practice-cluster.ts";

/** Settings of RKE, its traps and its state, on one practice host with a real cluster. */
const why = await leftOutHere();
const place = new PracticeCluster(
  { home: "/var/lib/drover-lab-engine", bridge: "drover30", net: "10.130.0", prefix: "e" },
  1,
);
const folder = () => join(place.dir, ".drover/lab");

/** Changes the inventory as its owner would. */
function edit(path: readonly string[], value: unknown): void {
  const document = parseDocument(readFileSync(place.inventory, "utf8"));
  document.setIn(path, document.createNode(value));
  writeFileSync(place.inventory, document.toString());
}

const starts = async (): Promise<Readonly<Record<string, string>>> => {
  const text = await place.onHost(
    1,
    "for c in kubelet kube-proxy kube-apiserver kube-scheduler kube-controller-manager etcd; do docker inspect -f '{{.Name}} {{.Id}}{{.State.StartedAt}}' $c; done",
  );
  return Object.fromEntries(
    text
      .trim()
      .split("\n")
      .map((line) => line.split(" ") as [string, string]),
  );
};

describe.skipIf(why !== undefined)(`the engine${why === undefined ? "" : ` (left out: ${why})`}`, () => {
  beforeAll(() => place.boot());
  afterAll(() => place.remove());

  it("makes a cluster with settings of every kind, and finds nothing to do afterwards", async () => {
    const policy = { apiVersion: "audit.k8s.io/v1", kind: "Policy", rules: [{ level: "Metadata" }] };
    const manifest = "apiVersion: v1\nkind: Namespace\nmetadata: { name: from-a-manifest }\n";
    writeFileSync(join(place.dir, "one.yaml"), manifest);
    edit(["rke", "api"], {
      sans: ["api.lab.test", "10.130.0.250"],
      nodePorts: "31000-31999",
      auditLog: { maxAgeDays: 3, policy },
      secretsEncryption: true,
    });
    edit(["rke", "etcd"], { snapshots: { everyHours: 3, keep: 4 } });
    edit(["rke", "extraEnv"], { kubelet: { GOMAXPROCS: 2 } });
    edit(["rke", "manifests"], ["one.yaml"]);
    expect((await place.drover("up", "--yes")).code).toBe(0);
    const server = await place.onHost(1, "docker inspect -f '{{json .Args}}' kube-apiserver");
    for (const flag of [
      "--service-node-port-range=31000-31999",
      "--audit-log-maxage=3",
      "--encryption-provider-config=",
    ])
      expect(server).toContain(flag);
    expect(await place.onHost(1, "docker inspect -f '{{json .Args}}' etcd-rolling-snapshots")).toContain(
      "--retention=12h",
    );
    expect(await place.kubectl(["get", "namespace", "from-a-manifest", "-o", "name"])).toContain("from-a-manifest");
    expect((await place.drover("plan", "--exit-code")).code).toBe(0);
  });

  it("gives its secrets a new key: they are written anew with it, and are read as before", async () => {
    /** The name of the key with which a secret stands in etcd: `k8s:enc:aescbc:v1:key-...:`, and then what nobody reads. */
    const keyOf = async (secret: string): Promise<string> => {
      const path = `/registry/secrets/default/${secret}`;
      const stored = await place.onHost(
        1,
        `docker exec etcd etcdctl get ${path} --print-value-only | head -c 100 | tr -cd "[:print:]"`,
      );
      expect(stored).not.toContain("not for everybody");
      return /^k8s:enc:aescbc:v1:([\w-]+):/.exec(stored)?.[1] ?? expect.fail(`it is not encrypted: ${stored}`);
    };
    await place.kubectl(["create", "secret", "generic", "old", "--from-literal=a=not for everybody"]);
    const before = await keyOf("old");
    expect((await place.drover("secrets", "rotate-key", "--yes")).code).toBe(0);
    const after = await keyOf("old");
    expect(after).not.toBe(before);
    const read = await place.kubectl(["get", "secret", "old", "-o", "jsonpath={.data.a}"]);
    expect(Buffer.from(read, "base64").toString()).toBe("not for everybody");
    await place.kubectl(["create", "secret", "generic", "new", "--from-literal=a=not for everybody"]);
    expect(await keyOf("new")).toBe(after);
    expect(await place.onHost(1, "cat /etc/kubernetes/ssl/encryption.yaml")).not.toContain(before);
    expect((await place.drover("plan", "--exit-code")).code).toBe(0);
  });

  it("starts a part that stands still, and removes what a broken run left, without rke", async () => {
    await place.onHost(
      1,
      "docker stop kubelet >/dev/null; docker create --name etcd-fix-perm $(docker inspect -f '{{.Image}}' service-sidekick) true >/dev/null",
    );
    const plan = await place.drover("plan", "--only", "images");
    expect(plan.stdout).toContain("start kubelet, which stands still");
    expect(plan.stdout).toContain("remove etcd-fix-perm");
    expect((await place.drover("up", "--yes", "--only", "images")).code).toBe(0);
    expect(await place.onHost(1, "docker ps -a --format '{{.Names}} {{.State}}'")).toContain("kubelet running");
    expect((await place.drover("plan", "--exit-code", "--only", "images")).code).toBe(0);
  });

  it("makes a container anew that is gone, in the way that status tells", async () => {
    const before = await starts();
    await place.onHost(1, "docker rm -f kube-proxy >/dev/null");
    const { stdout } = await place.drover("status");
    expect(stdout).toMatch(/kube-proxy\s+is\s+missing;\s+to\s+make\s+it\s+anew,\s+remove\s+cluster\.yml/);
    rmSync(join(folder(), "cluster.yml"));
    expect((await place.drover("up", "--yes")).code).toBe(0);
    const after = await starts();
    expect(Object.keys(after).filter((name) => after[name] !== before[name])).toEqual(["/kube-proxy"]);
    expect((await place.drover("plan", "--exit-code")).code).toBe(0);
  });

  it("restarts only the part whose flag changed, and says so before", async () => {
    edit(["rke", "extraArgs", "scheduler"], { v: 1 });
    const before = await starts();
    const plan = await place.drover("plan");
    expect(plan.stdout).toContain("kube-scheduler");
    expect((await place.drover("up", "--yes")).code).toBe(0);
    const after = await starts();
    expect(Object.keys(after).filter((name) => after[name] !== before[name])).toEqual(["/kube-scheduler"]);
  });

  it("refuses to go on without its state, also where nothing but the API tells of a cluster", async () => {
    const away = (name: string) => renameSync(join(folder(), name), join(folder(), `${name}.away`));
    const back = (name: string) => renameSync(join(folder(), `${name}.away`), join(folder(), name));
    const before = await starts();
    away("cluster.rkestate");
    const missing = await place.drover("up", "--yes");
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain("cluster/state-missing");
    expect(missing.stderr).toMatch(/cp -p\s+\S+-cluster\.rkestate/);
    away("kube_config_cluster.yml");
    away("backups");
    const alone = await place.drover("up", "--yes");
    expect(alone.code).toBe(1);
    expect(alone.stderr).toMatch(/a\s+Kubernetes\s+API\s+answers\s+on\s+10\.130\.0\.11/);
    for (const name of ["cluster.rkestate", "kube_config_cluster.yml", "backups"]) back(name);
    expect((await place.drover("plan", "--exit-code")).code).toBe(0);
    expect(await starts()).toEqual(before);
  });

  it("refuses a state that is cut off, or of before", async () => {
    const state = join(folder(), "cluster.rkestate");
    const whole = readFileSync(state, "utf8");
    writeFileSync(state, whole.slice(0, 2000));
    expect((await place.drover("up", "--yes")).stderr).toContain("cluster/state-corrupt");
    writeFileSync(state, whole.replaceAll("v1.32.3-rancher1-1", "v1.31.7-rancher1-1"));
    expect((await place.drover("up", "--yes")).stderr).toContain("cluster/state-old");
    writeFileSync(state, whole.replaceAll(/"certificatePEM": "/g, '"certificatePEM": "x'));
    expect((await place.drover("up", "--yes")).stderr).toContain("cluster/state-foreign");
    writeFileSync(state, whole);
    expect((await place.drover("plan", "--exit-code")).code).toBe(0);
  });

  it("begins anew in one run on a machine that was installed anew, with the certificates it had", async () => {
    const kubeconfig = readFileSync(join(folder(), "kube_config_cluster.yml"), "utf8");
    const authority = /certificate-authority-data: (.*)/.exec(kubeconfig)?.[1] ?? expect.fail();
    await place.kubectl(["create", "namespace", "of-before"]);
    await place.lab.down();
    const fresh = join(place.settings.home, "fresh.yaml");
    await place.lab.up(1, fresh);
    await place.untilBooted();
    // Of the new machine's inventory its host key is taken over.
    edit(["hosts"], parseDocument(readFileSync(fresh, "utf8")).toJS().hosts);
    const { code, stdout } = await place.drover("up", "--yes");
    expect([code, stdout]).toEqual([0, expect.stringMatching(/anew,\s+without\s+what\s+was\s+in\s+it/)]);
    expect(readFileSync(join(folder(), "kube_config_cluster.yml"), "utf8")).toContain(authority);
    expect(await place.kubectl(["get", "namespaces", "-o", "name"])).not.toContain("of-before");
    expect((await place.drover("plan", "--exit-code")).code).toBe(0);
  });
});
