import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { full } from "../lab/full-tests.ts";
import { authority, leaf } from "../unit/support/certificates.ts";
import { commandLinesDuring } from "../unit/support/command-lines.ts";
import type { PracticeCluster } from "./practice-cluster.ts";

const main = resolve(import.meta.dirname, "../../src/cli/main.ts");
const rancherChart = resolve(import.meta.dirname, "../stand-ins/rancher");
const hostname = "rancher.lab.test";

/** A class of ingress in name alone: the entrance of Rancher's stand-in answers in its controller's place. */
const ingressClass = JSON.stringify({
  apiVersion: "networking.k8s.io/v1",
  kind: "IngressClass",
  metadata: { name: "stand-in", annotations: { "ingressclass.kubernetes.io/is-default-class": "true" } },
  spec: { controller: "drover.test/stand-in" },
});

/** Secrets of these tests; each must be found nowhere but in the file that the inventory names, and in the cluster. */
const secretTexts = ["hush-hush-1", "hush-hush-2"];

/** The platform on a cluster that has cert-manager and nothing else: each test goes on from the one before it. */
export function platformTests(place: PracticeCluster): void {
  const image = `${place.settings.net}.1:5000/rancher/rke-tools:v0.1.111`;
  const secretFile = join(place.dir, "rancher-secrets.yaml");
  const addons = (...args: readonly string[]) => place.drover("addons", ...args);
  const everythingSaid: string[] = [];
  const commandLines: string[] = [];
  const up = async (...args: readonly string[]) => {
    const { result: ran, found } = await commandLinesDuring(secretTexts, () =>
      place.drover("up", "--yes", "--only", "addons", ...args),
    );
    commandLines.push(...found);
    everythingSaid.push(ran.stdout, ran.stderr);
    return ran;
  };

  it("refuses Rancher while there is no ingress, and does nothing then", async () => {
    writeFileSync(secretFile, `extraEnv: [{ name: LOGIN, value: ${secretTexts[0]} }]\n`, { mode: 0o600 });
    const settings = [
      `hostname=${hostname}`,
      `chart=${rancherChart}`,
      "secretValues=file:rancher-secrets.yaml",
      `values={standIn: {image: "${image}"}}`,
    ];
    expect((await addons("enable", "rancher", "--yes", ...settings.flatMap((one) => ["--set", one]))).code).toBe(0);
    const { code, stderr } = await up();
    expect([code, stderr]).toEqual([1, expect.stringContaining("addon/ingress-missing")]);
    await expect(place.kubectl(["get", "namespace", "cattle-system"])).rejects.toThrow("not found");
  });

  it("installs Rancher's stand-in, which then answers under its name with a certificate of its own authority", async () => {
    await place.kubectl(["apply", "-f", "-"], ingressClass);
    const { code, stdout } = await up();
    expect(code).toBe(0);
    expect(stdout).toContain("RKE1 has been past its end of life");
    expect(stdout).toContain(`https://${hostname}/dashboard/`);
    expect(stdout).toContain("kubectl get secret -n cattle-system bootstrap-secret");
    expect((await place.drover("plan", "--exit-code", "--only", "addons")).code).toBe(0);
    expect((await addons("status")).code).toBe(0);
  });

  it("shows how objects would change, upgrades, and says no more than that of secrets", async () => {
    writeFileSync(secretFile, `extraEnv: [{ name: LOGIN, value: ${secretTexts[1]} }]\n`, { mode: 0o600 });
    await addons("configure", "rancher", "--yes", "--set", "replicas=1", "--set", "values.standIn.note=1");
    const plan = await place.drover("plan", "--verbose", "--only", "addons");
    everythingSaid.push(plan.stdout);
    expect(plan.stdout).toContain("change the values of rancher");
    expect(plan.stdout).toMatch(/^\s+\+ +note: 1$/m);
    expect((await up()).code).toBe(0);
    expect(
      await place.kubectl(["get", "deploy/rancher", "-n", "cattle-system", "-o", "jsonpath={.spec.replicas}"]),
    ).toBe("1");
  });

  it("mends a release whose helm was killed in the middle", async () => {
    const release = ["get", "secret", "-n", "cattle-system", "-l", "owner=helm,status=deployed", "-o", "name"];
    const record = await place.kubectl(release);
    // What a helm leaves that is killed while it waits for pods.
    await place.kubectl(["label", "--overwrite", record, "-n", "cattle-system", "status=pending-upgrade"]);
    const plan = await place.drover("plan", "--only", "addons");
    expect(plan.stdout).toContain("which an earlier run left pending-upgrade");
    expect((await up()).code).toBe(0);
    expect(await place.kubectl(release)).toMatch(/^secret\//);
  });

  it("leaves alone what somebody else installed, and takes it over when asked", async () => {
    const record = ["secret", "-n", "cattle-system", "-l", "owner=helm,status=deployed"];
    await place.kubectl(["label", ...record, "drover-"]);
    const { code, stderr } = await up();
    expect([code, stderr]).toEqual([1, expect.stringContaining("addon/release-foreign")]);
    await addons("configure", "rancher", "--yes", "--set", "adopt=true");
    expect((await up()).code).toBe(0);
    expect((await place.drover("plan", "--exit-code", "--only", "addons")).code).toBe(0);
  });

  it("proves what the cluster is for, and leaves nothing behind", async () => {
    const { code, stdout } = await place.drover("prove", "--json");
    const { proofs }: { proofs: { name: string; result: string }[] } = JSON.parse(stdout);
    const results = Object.fromEntries(proofs.map(({ name, result }) => [name, result]));
    expect(results).toMatchObject({ pods: "ok", dns: "ok", "pod-to-pod": "ok", service: "ok", "node-port": "ok" });
    expect(results["volume"]).toBe("skipped");
    // The ingress class is a stand-in: no controller answers for the proof's own name.
    expect(results["ingress"]).toBe("failed");
    expect(code).toBe(1);
    await expect(place.kubectl(["get", "namespace", "drover-prove"])).rejects.toThrow("not found");
  });

  it.runIf(full)("leaves nothing behind either when it is killed in the middle of its proofs", async () => {
    const child = spawn(process.execPath, [main, "prove", "-i", place.inventory], { cwd: place.dir, stdio: "ignore" });
    const ended = new Promise((done) => child.once("close", done));
    const found = (what: string) => place.kubectl(["get", what, "-n", "drover-prove", "-o", "name"]).catch(String);
    while (child.exitCode === null && !(await found("ds/everywhere")).startsWith("daemonset"))
      await new Promise((done) => setTimeout(done, 300));
    child.kill("SIGKILL");
    await ended;
    expect(child.signalCode).toBe("SIGKILL");
    await expect.poll(() => found("ns/drover-prove"), { timeout: 240_000, interval: 1000 }).toContain("not found");
  });

  it("removes it with all that Drover made for it, from the inventory too, and leaves the rest", async () => {
    const bootstrap = await place.kubectl([
      ...["get", "secret", "bootstrap-secret", "-n", "cattle-system", "-o", "jsonpath={.data.bootstrapPassword}"],
    ]);
    secretTexts.push(Buffer.from(bootstrap, "base64").toString(), bootstrap);
    const { code, stdout } = await addons("disable", "rancher", "--yes");
    expect(code).toBe(0);
    expect(stdout).toContain("uninstall rancher, and the namespace cattle-system with all that is in it");
    await expect(place.kubectl(["get", "namespace", "cattle-system"])).rejects.toThrow("not found");
    expect(readFileSync(place.inventory, "utf8")).not.toContain("rancher:");
    expect((await place.drover("plan", "--exit-code", "--only", "addons")).code).toBe(0);
    await place.kubectl(["delete", "ingressclass", "stand-in"]);
  });

  it("takes a certificate of the customer's own authority, and refuses one for another name before it does anything", async () => {
    await place.kubectl(["apply", "-f", "-"], ingressClass);
    const ca = authority("Our Authority");
    const write = (name: string, text: string) => writeFileSync(join(place.dir, name), text, { mode: 0o600 });
    write("ca.pem", ca.certificate);
    for (const name of ["other.lab.test", hostname]) {
      const { certificate, key } = leaf(ca, { names: [name] });
      write(`${name}.pem`, certificate);
      write(`${name}.key`, key);
    }
    const tls = (name: string) => `tls={source: secret, certificate: ${name}.pem, key: "file:${name}.key", ca: ca.pem}`;
    const settings = [`hostname=${hostname}`, `chart=${rancherChart}`, `values={standIn: {image: "${image}"}}`];
    const set = [...settings, tls("other.lab.test")].flatMap((one) => ["--set", one]);
    await addons("enable", "rancher", "--yes", ...set);
    const { code, stderr } = await up();
    expect([code, stderr]).toEqual([1, expect.stringContaining("addon/certificate-unusable")]);
    await expect(place.kubectl(["get", "namespace", "cattle-system"])).rejects.toThrow("not found");
    await addons("configure", "rancher", "--yes", "--set", tls(hostname));
    // Its last step asks through a worker, and trusts that authority alone.
    expect((await up()).code).toBe(0);
  });

  it.runIf(full)("starts Rancher anew when its authority changes, as it reads that only then", async () => {
    const started = [
      "get",
      "pods",
      "-n",
      "cattle-system",
      "-l",
      "app=rancher",
      "-o",
      "jsonpath={.items[*].metadata.uid}",
    ];
    const before = await place.kubectl(started);
    const ca = authority("Our Next Authority");
    const { certificate, key } = leaf(ca, { names: [hostname] });
    for (const [name, text] of Object.entries({
      "ca.pem": ca.certificate,
      [`${hostname}.pem`]: certificate,
      [`${hostname}.key`]: key,
    }))
      writeFileSync(join(place.dir, name), text, { mode: 0o600 });
    const { code, stdout } = await up();
    expect([code, stdout]).toEqual([0, expect.stringContaining("start Rancher anew")]);
    expect(await place.kubectl(started)).not.toBe(before);
    expect((await place.drover("plan", "--exit-code", "--only", "addons")).code).toBe(0);
  });

  it.runIf(full)("changes from cert-manager's certificate to the customer's and back, each with one up", async () => {
    const own = `tls={source: secret, certificate: ${hostname}.pem, key: "file:${hostname}.key", ca: ca.pem}`;
    for (const tls of ["tls={source: rancher, certificate: null, key: null, ca: null}", own]) {
      await addons("configure", "rancher", "--yes", "--set", tls);
      expect((await up()).code).toBe(0);
      expect((await place.drover("plan", "--exit-code", "--only", "addons")).code).toBe(0);
    }
  });

  it("removes it with the customer's certificate too, which stays with the customer", async () => {
    expect((await addons("disable", "rancher", "--yes")).code).toBe(0);
    expect(readFileSync(join(place.dir, `${hostname}.key`), "utf8")).toContain("PRIVATE KEY");
    await place.kubectl(["delete", "ingressclass", "stand-in"]);
  });

  it("takes a range for MetalLB only if it is in the workers' LAN and nobody uses it", async () => {
    const planned = async (range: string) => {
      await addons("enable", "metallb", "--yes", "--set", `addresses=[${range}]`);
      return (await place.drover("plan", "--only", "load-balancer")).stdout;
    };
    const { net } = place.settings;
    expect(await planned(`${net}.200-${net}.210`)).toContain("Nothing to do");
    expect(await planned(`${net}.1-${net}.3`)).toContain(`${net}.1 is in use already`);
    expect(await planned("192.0.2.1-192.0.2.9")).toContain("192.0.2.1-192.0.2.9 is not part of a network");
    expect((await addons("disable", "metallb", "--keep", "--yes")).code).toBe(0);
  });

  it("wrote no secret of all this anywhere on this machine, printed none, and had none in a command line", async () => {
    const { stdout } = await execa("grep", ["-rlE", secretTexts.join("|"), place.dir], { reject: false });
    expect(stdout.split("\n").filter((path) => path !== secretFile)).toEqual([]);
    for (const text of secretTexts) expect(everythingSaid.join("\n")).not.toContain(text);
    expect(commandLines).toEqual([]);
  });
}
