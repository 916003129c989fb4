import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { count } from "../../src/view/wrap.ts";
import { authority, leaf } from "../unit/support/certificates.ts";
import type { PracticeCluster } from "./practice-cluster.ts";
import { provenBy } from "./proven.ts";
import { shopObjects } from "./shop.ts";

const standIn = (name: string) => resolve(import.meta.dirname, "../stand-ins", name);
const shop = "shop.lab.test";
const rancher = "rancher.lab.test";

/** What a web server said: the status, where it sends people, the text; and curl's complaint if it came to nothing. */
interface Said {
  readonly status: string;
  readonly location: string;
  readonly text: string;
  readonly complaint: string;
}

/**
 * Traefik's own program, in a chart of ours with the real chart's value names: an Ingress answers under its certificate through
 * every worker, for cert-manager's certificates as for a customer's. Behind it is Rancher's stand-in, without an entrance of its
 * own. Each test goes on from the one before it.
 */
export function traefikTests(place: PracticeCluster): void {
  const registry = `${place.settings.net}.1:5000`;
  const tools = `${registry}/rancher/rke-tools:v0.1.111`;
  const addons = (...args: readonly string[]) => place.drover("addons", ...args, "--yes");
  const enable = async (name: string, ...settings: readonly string[]) =>
    expect((await addons("enable", name, ...settings.flatMap((one) => ["--set", one]))).code).toBe(0);
  const up = () => place.drover("up", "--yes", "--only", "addons");
  const nothingToDo = async () =>
    expect((await place.drover("plan", "--exit-code", "--only", "addons")).code, "there is something to do").toBe(0);
  const issuer = authority("Our Authority");
  const trusted = join(place.dir, "shop-authority.pem");
  const workers = async () =>
    (await place.kubectl(["get", "nodes", "-l", "node-role.kubernetes.io/worker=true", "-o", addresses])).split(" ");
  /** Asks each worker, as a customer would whose DNS leads there. */
  const ask = async (url: string): Promise<readonly Said[]> =>
    Promise.all((await workers()).map((worker) => askOne(url, worker, trusted)));
  const asked = (url: string, wanted: Partial<Said>) =>
    expect
      .poll(() => ask(url), { timeout: 60_000, interval: 500 })
      .toSatisfy((all: readonly Said[]) => all.length > 0 && all.every((said) => isLike(said, wanted)));
  const serve = (certificate: { readonly certificate: string; readonly key: string }) =>
    place.kubectl(["apply", "-f", "-"], shopObjects({ host: shop, image: tools, ...certificate }));

  it("is installed on every worker, with the ports of the web, and Rancher behind it in the same run", async () => {
    const values = `values={image: {registry: "${registry}", repository: library/traefik}}`;
    await enable("traefik", `chart=${standIn("traefik")}`, values);
    const behind = `values={standIn: {image: "${tools}", entrance: false}}`;
    await enable("rancher", `hostname=${rancher}`, `chart=${standIn("rancher")}`, behind);
    expect((await up()).code).toBe(0);
    const pods = ["get", "pods", "-n", "traefik", "-o", "jsonpath={.items[*].status.hostIP}"];
    expect((await place.kubectl(pods)).split(" ").sort()).toEqual([...(await workers())].sort());
    await nothingToDo();
  });

  it("leads to Rancher under the certificate of Rancher's own authority, and no more once that is removed", async () => {
    const secret = ["get", "secret", "tls-rancher-ingress", "-n", "cattle-system", "-o", "jsonpath={.data.ca\\.crt}"];
    writeFileSync(trusted, Buffer.from(await place.kubectl(secret), "base64"));
    await asked(`https://${rancher}/ping`, { status: "200", text: "pong" });
    const className = ["get", "ingress/rancher", "-n", "cattle-system", "-o", "jsonpath={.spec.ingressClassName}"];
    expect(await place.kubectl(className)).toBe("traefik");
    expect((await addons("disable", "rancher")).code).toBe(0);
    await asked(`https://${rancher}/ping`, { status: "000" });
    await nothingToDo();
  });

  it("serves an Ingress that names no class under a certificate of cert-manager, through every worker", async () => {
    const results = await provenBy(place);
    expect(results["ingress"]).toBe(`ok: through ${count((await workers()).length, "worker")}`);
  });

  it("serves a customer's certificate under its own name alone, and the new one once it is exchanged", async () => {
    writeFileSync(trusted, issuer.certificate);
    await serve(leaf(issuer, { names: [shop] }));
    await asked(`https://${shop}/`, { status: "200", text: "hello from the shop" });
    // Somebody else's name: there is no certificate for it that anybody would trust.
    for (const said of await ask("https://other.lab.test/"))
      expect(said).toMatchObject({ status: "000", complaint: expect.stringContaining("certificate") });
    const next = authority("Our Next Authority");
    writeFileSync(trusted, next.certificate);
    await serve(leaf(next, { names: [shop] }));
    await asked(`https://${shop}/`, { status: "200", text: "hello from the shop" });
  });

  it("answers without a certificate too, until it is told to send everybody to the name with one", async () => {
    await asked(`http://${shop}/`, { status: "200", text: "hello from the shop" });
    const redirect = "values.ports.web.http.redirections.entryPoint={to: websecure, scheme: https}";
    await addons("configure", "traefik", "--set", redirect);
    const plan = await place.drover("plan", "--verbose", "--only", "addons");
    expect(plan.stdout).toMatch(/^\s+\+ .*redirections\.entryPoint\.to=:443$/m);
    expect((await up()).code).toBe(0);
    await asked(`http://${shop}/basket`, { status: "301", location: `https://${shop}/basket` });
    await asked(`https://${shop}/`, { status: "200" });
    await nothingToDo();
  });

  it("is removed with its class, its rights and its ports, and leaves the customer's objects", async () => {
    expect((await addons("disable", "traefik")).code).toBe(0);
    await expect(place.kubectl(["get", "namespace", "traefik"])).rejects.toThrow("not found");
    const cluster = "ingressclasses,clusterroles,clusterrolebindings";
    expect(await place.kubectl(["get", cluster, "-o", "name"])).not.toContain("traefik");
    for (const scheme of ["http", "https"]) await asked(`${scheme}://${shop}/`, { status: "000" });
    expect(await place.kubectl(["get", "ingress", "-n", "shop", "-o", "name"])).toContain("ingress");
    await place.kubectl(["delete", "namespace", "shop"]);
    await nothingToDo();
    expect((await provenBy(place))["ingress"]).toBe("skipped: the cluster has no default ingress class");
  });
}

const addresses = 'jsonpath={.items[*].status.addresses[?(@.type=="InternalIP")].address}';

async function askOne(url: string, worker: string, trusted: string): Promise<Said> {
  const { hostname, port, protocol } = new URL(url);
  const at = `${hostname}:${port || (protocol === "https:" ? 443 : 80)}:${worker}`;
  const format = "\n%{http_code} %{redirect_url}";
  const words = ["-sS", "--noproxy", "*", "--max-time", "5", "--resolve", at, "--cacert", trusted, "-w", format, url];
  const { stdout, stderr } = await execa("curl", words, { reject: false });
  const lines = stdout.split("\n");
  const [status = "", location = ""] = lines.at(-1)?.split(" ") ?? [];
  return { status, location, text: lines.slice(0, -1).join("\n").trim(), complaint: stderr };
}

function isLike(said: Said, wanted: Partial<Said>): boolean {
  const { status = said.status, location = said.location, text = said.text } = wanted;
  return said.status === status && said.location === location && said.text === text;
}
