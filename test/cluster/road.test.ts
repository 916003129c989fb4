import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Stamped } from "../../src/core/events.ts";
import { unsupportedHere } from "../../src/lab/support.ts";
import { platformTests } from "./platform-tests.ts";
import { podsThatTalk } from "./pods-that-talk.ts";
import { PracticeCluster } from "./practice-cluster.ts";
import { withServedChart } from "./served-chart.ts";
import { untilCalm } from "./until.ts";

/** The whole road on three practice hosts: each test goes on from where the one before it left the hosts. */
const why = await unsupportedHere();
const place = new PracticeCluster();
const standIn = resolve(import.meta.dirname, "../stand-ins/cert-manager");

const fingerprintOfDisk = `cd / && { find etc usr/local root home var/lib/dpkg/status -xdev -type f -print0 | sort -z | xargs -0 sha256sum; dpkg -l; cat /proc/mounts; cut -f 1 /proc/swaps; sysctl -n net.ipv4.ip_forward; } | sha256sum`;

const containersAndStarts = `docker ps --no-trunc -q | sort | xargs docker inspect -f '{{.Id}} {{.State.StartedAt}} {{.RestartCount}}'`;

async function nodesReady(): Promise<readonly string[]> {
  const list: { items: { metadata: { name: string }; status: { conditions: { type: string; status: string }[] } }[] } =
    JSON.parse(await place.kubectl(["get", "nodes", "-o", "json"]));
  return list.items
    .filter((node) => node.status.conditions.some(({ type, status }) => type === "Ready" && status === "True"))
    .map((node) => node.metadata.name);
}

/** When the kubelet of each node last reported, in ms since 1970. */
async function renewals(): Promise<readonly number[]> {
  const list: { items: { spec: { renewTime: string } }[] } = JSON.parse(
    await place.kubectl(["get", "leases", "-n", "kube-node-lease", "-o", "json", "--request-timeout", "20s"]),
  );
  return list.items.map(({ spec }) => Date.parse(spec.renewTime));
}

/**
 * Ends when all these names are known, ten times in a row: a pod is ready some moments before each CoreDNS has heard of it, and
 * "no such name" is kept there for some seconds.
 */
const untilNamesAreKnown = (names: readonly string[]) =>
  `n=0; while [ $n -lt 10 ]; do if getent hosts ${names.join(" ")} >/dev/null; then n=$((n + 1)); else n=0; fi; sleep 0.2; done`;

/**
 * Fails, and says what was heard, if the first argument, an address, says anything but the second. Compared within the pod: now
 * and then kubectl before 1.34 loses what `exec` prints ("Unknown stream id 1, discarding message", kubernetes/kubernetes#131203).
 */
const hears = `heard=$(socat -u "$1" -) && [ "$heard" = "$2" ] || { echo "heard '$heard' instead of $2" >&2; exit 1; }`;

const progressOf = (step: string, phase: RegExp) => (event: Stamped) =>
  event.kind === "progress" && event.step === step && phase.test(event.phase);

describe.skipIf(why !== undefined)(`the whole road${why === undefined ? "" : ` (left out: ${why})`}`, () => {
  beforeAll(() => place.boot());
  afterAll(() => place.remove());

  it("plans without writing anything on any host, and says that there is something to do", async () => {
    const before = await place.onHosts(fingerprintOfDisk);
    const { code, stdout } = await place.drover("plan", "--exit-code");
    expect(code).toBe(2);
    expect(stdout).toContain("os/swap-off");
    expect(stdout).toContain("make the cluster lab");
    expect(await place.onHosts(fingerprintOfDisk)).toEqual(before);
  });

  it("killed in the middle of apt, goes on with the next up", async () => {
    const killed = await place.killedAt(
      (event) => event.kind === "output" && event.step === "docker/installed",
      "--only",
      "os,docker",
    );
    expect(killed).toBe(true);
    expect((await place.drover("up", "--yes", "--only", "os,docker")).code).toBe(0);
    expect(await place.onHosts("docker info -f '{{.ServerVersion}}' >/dev/null && dpkg --audit && echo whole")).toEqual(
      ["whole", "whole", "whole"],
    );
    expect((await place.drover("plan", "--exit-code", "--only", "os,docker")).code).toBe(0);
  });

  it("refuses a second run at the same time, and names the one who works there", async () => {
    await place.onHost(2, "rm /etc/sysctl.d/90-drover.conf");
    const hold = `'echo ann@desk >/run/lock/drover.lock; exec flock /run/lock/drover.lock sh -c "echo held; exec cat"'`;
    const holder = execa("ssh", [...place.lab.sshArgs(2), "sudo", "sh", "-c", hold], { reject: false, stdin: "pipe" });
    const held = await Promise.race([once(holder.stdout, "data").then(String), holder.then(({ stderr }) => stderr)]);
    expect(held).toContain("held");
    const { code, stderr } = await place.drover("up", "--yes", "--only", "os");
    holder.stdin.end();
    await holder;
    expect(code).toBe(1);
    expect(stderr).toContain("host/locked");
    expect(stderr).toContain("ann@desk");
  });

  it("names the one thing that somebody broke, and heals that alone", async () => {
    const plan = await place.drover("plan", "--exit-code", "--only", "os,docker");
    expect(plan.code).toBe(2);
    expect(plan.stdout).toContain("/etc/sysctl.d/90-drover.conf");
    expect(plan.stdout).not.toContain("docker/installed");
    expect((await place.drover("up", "--yes", "--only", "os,docker")).code).toBe(0);
    const changes = place.lastRun().filter((event) => event.kind === "change-finished");
    expect(changes.map((event) => [event.host, event.step])).toEqual([["c2", "os/sysctl"]]);
  });

  it("killed in the middle of rke up, goes on with the next up", async () => {
    expect(await place.killedAt(progressOf("rke/up", /control plane/))).toBe(true);
    const { code } = await place.drover("up", "--yes", "--only", "tools,images,state,cluster,ready");
    expect(code).toBe(0);
    expect(await nodesReady()).toEqual([...place.names]);
  });

  it("killed in the middle of helm, goes on with the next up", async () => {
    const begun = (event: Stamped): boolean => event.kind === "change-started" && event.step === "cert-manager/release";
    expect(await place.killedAt(begun)).toBe(true);
    expect((await place.drover("up", "--yes")).code).toBe(0);
    const pods = await place.kubectl(["get", "pods", "-n", "cert-manager", "--no-headers"]);
    expect(pods.split("\n").every((line) => line.includes("Running"))).toBe(true);
  });

  it("takes the same chart from an http repository, and from a registry", async () => {
    const inventory = readFileSync(place.inventory, "utf8");
    const from = (chart: string, timeoutSeconds: number, version = "v1.11.5") =>
      writeFileSync(
        place.inventory,
        inventory
          .replace(/chart: ".*"/, `chart: ${JSON.stringify(chart)}`)
          .replace("webhook: {", `webhook: { timeoutSeconds: ${timeoutSeconds},`)
          .replace("version: v1.11.5", `version: ${version}`),
      );
    await withServedChart(join(place.settings.cache, "bin", "helm"), standIn, async (at) => {
      for (const [chart, seconds] of [
        [at.repository, 11],
        [at.oci, 12],
      ] as const) {
        from(chart, seconds);
        expect((await place.drover("plan", "--exit-code")).code).toBe(2);
        expect((await place.drover("up", "--yes")).code).toBe(0);
        const path = "jsonpath={.items[0].webhooks[0].timeoutSeconds}";
        expect(await place.kubectl(["get", "mutatingwebhookconfiguration", "-o", path])).toBe(String(seconds));
        from(chart, seconds, "v1.11.6");
        const { code, stderr } = await place.drover("up", "--yes", "--only", "addons");
        expect([code, stderr]).toEqual([1, expect.stringContaining("addon/chart-not-found")]);
      }
    });
    writeFileSync(place.inventory, inventory);
    expect((await place.drover("up", "--yes")).code).toBe(0);
  });

  platformTests(place);

  it("keeps state and kubeconfig to the operator alone, with copies", async () => {
    const { stdout } = await execa("find", [`${place.dir}/.drover/lab`, "-type", "f", "-not", "-perm", "600"]);
    expect(stdout.split("\n").filter((path) => /rkestate|kube_config|cluster\.yml/.test(path))).toEqual([]);
    const backups = await execa("ls", [`${place.dir}/.drover/lab/backups`]);
    expect(backups.stdout).toContain("cluster.rkestate");
    expect(backups.stdout).toContain("kube_config_cluster.yml");
  });

  it("lets a pod on each host reach the pods on the others by name", async () => {
    const image = `${place.settings.net}.1:5000/rancher/rke-tools:v0.1.111`;
    await place.kubectl(["apply", "-f", "-"], podsThatTalk(place.names, image));
    await place.kubectl(["wait", "--for=condition=Ready", "pod", "-l", "app=talk", "--timeout=600s"]);
    const nameOf = (name: string) => `talk-${name}.talk.default.svc.cluster.local`;
    for (const from of place.names) {
      const known = untilNamesAreKnown(place.names.map(nameOf));
      await place.kubectl(["exec", `talk-${from}`, "--", "timeout", "300", "bash", "-c", known]);
      for (const to of place.names) {
        const address = `TCP:${nameOf(to)}:8080,connect-timeout=60`;
        await place.kubectl(["exec", `talk-${from}`, "--", "bash", "-c", hears, "hears", address, `talk-${to}`]);
      }
    }
    await place.kubectl(["delete", "service,pod", "-l", "app=talk"]);
    // The API forgets a pod without a time of grace at once; its containers go a while later.
    await place.onHosts("while docker ps -q --filter name=_talk- | grep -q .; do sleep 0.5; done");
  });

  it("then has nothing to plan, and up again restarts nothing, with one exec per host and no lock", async () => {
    expect((await place.drover("plan", "--exit-code")).code).toBe(0);
    const before = await place.onHosts(containersAndStarts);
    expect((await place.drover("up")).code).toBe(0);
    const events = place.lastRun();
    expect(events.at(-1)).toMatchObject({ kind: "run-finished", outcome: "nothing-to-do", changes: 0 });
    expect(
      events
        .filter((event) => event.kind === "host-asked")
        .map((event) => event.host)
        .sort(),
    ).toEqual(["c1", "c2", "c3", "control"]);
    expect(await place.onHosts(containersAndStarts)).toEqual(before);
  });

  it("waits for what comes back by itself without asking, as nothing is changed", async () => {
    const metrics = ["deployment", "metrics-server", "-n", "kube-system"];
    const available = (seconds: number) =>
      place.kubectl(["patch", ...metrics, "-p", JSON.stringify({ spec: { minReadySeconds: seconds } })]);
    // Less than the 600 s after which a rollout counts as failed.
    await available(500);
    await place.kubectl(["delete", "pod", "-n", "kube-system", "-l", "k8s-app=metrics-server", "--wait=false"]);
    const now = () => place.kubectl(["get", ...metrics, "-o", "jsonpath={.status.availableReplicas}"]);
    await expect.poll(now, { timeout: 300_000 }).toBe("");
    const waits = (event: Stamped) => event.kind === "change-started" && event.step === "rke/ready";
    const ended = await place.disturbed(waits, async () => void (await available(0)), "up");
    expect(ended).toMatchObject({ code: 0 });
    const made = place.lastRun().filter((event) => event.kind === "change-finished");
    expect(made).toMatchObject([{ step: "rke/ready", summary: expect.stringContaining("wait for metrics-server") }]);
    await place.kubectl(["rollout", "status", ...metrics, "--timeout=300s"]);
  });

  it("says that all is well in status, also as JSON", async () => {
    const { code, stdout } = await place.drover("status", "--json");
    expect(code).toBe(0);
    const status: {
      nodes: { name: string; ready: boolean }[];
      releases: { name: string; status: string }[];
      problems: string[];
    } = JSON.parse(stdout);
    expect(status.nodes.map((node) => [node.name, node.ready])).toEqual(place.names.map((name) => [name, true]));
    expect(status.releases).toMatchObject([{ name: "cert-manager", status: "deployed" }]);
    expect(status.problems).toEqual([]);
  });

  it("writes all of it on one page, in which no key of the cluster is", async () => {
    expect((await place.drover("report", "--json")).stdout).not.toContain("PRIVATE KEY");
    expect((await place.drover("report", "-o", "page.html")).code).toBe(0);
    const page = readFileSync(join(place.dir, "page.html"), "utf8");
    const shown = page.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
    expect(shown).toContain("Nodes ready ✓ 3 of 3");
    expect(shown).toContain("Hosts as wanted ✓ 3 of 3");
    expect(shown).toContain("Releases deployed ✓ 1 of 1");
    expect(shown).toMatch(/kube-apiserver kube-apiserver \d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC ✓ \d+/);
    expect(page).toContain('aria-label="Timeline of run ');
    const folder = join(place.dir, ".drover/lab");
    const kept = ["cluster.rkestate", "kube_config_cluster.yml"].map((name) =>
      readFileSync(join(folder, name), "utf8"),
    );
    // Every line of a key in PEM, every base64 text of a kubeconfig; names of images and files are no secret.
    const base64 = /^[A-Za-z0-9+/=]{60,}$/;
    const lines = kept.flatMap((text) => text.split(/\\n|[\s"]/)).filter((word) => base64.test(word));
    expect(lines.length).toBeGreaterThan(100);
    expect(lines.filter((line) => page.includes(line))).toEqual([]);
  });

  it("is the same after a reboot of all hosts at once", async () => {
    const boots = () => place.onHosts("cat /proc/sys/kernel/random/boot_id");
    const before = await boots();
    const isAnew = (now: readonly string[]) => now.every((boot, i) => boot !== before[i]);
    await place.onHosts("systemd-run --quiet --on-active=1 systemctl reboot");
    await expect.poll(() => boots().then(isAnew, () => false), { timeout: 900_000, interval: 2000 }).toBe(true);
    // Until each kubelet has reported again, the API server tells what was true before the reboot.
    const rebooted = Date.now();
    const reported = async () => (await renewals()).filter((at) => at > rebooted).length;
    await expect.poll(() => reported().catch(() => 0), { timeout: 900_000, interval: 2000 }).toBe(place.count);
    // What runs there comes and goes for a while yet: only a calm that lasts counts, and `up` itself must have found it.
    await untilCalm(place);
    expect(place.lastRun().at(-1)).toMatchObject({ outcome: "nothing-to-do" });
    expect(await nodesReady()).toEqual([...place.names]);
  });

  it("removes the cluster only under its own name, leaves nothing of it on the hosts, and then has nothing to remove", async () => {
    expect((await place.drover("reset", "--confirm", "other")).code).toBe(130);
    expect(await nodesReady()).toEqual([...place.names]);
    expect((await place.drover("reset", "--confirm", "lab")).code).toBe(0);
    const left = await place.onHosts(
      "docker ps -aq; ip -o link | grep -E 'cni0|flannel' || true; iptables-save | grep -c KUBE || true; ls -d /var/lib/etcd /etc/kubernetes /var/lib/kubelet 2>/dev/null || true",
    );
    expect(left).toEqual(["0", "0", "0"]);
    expect((await place.drover("reset", "--confirm", "lab")).code).toBe(0);
    expect(place.lastRun().at(-1)).toMatchObject({ outcome: "nothing-to-do" });
  });
});
