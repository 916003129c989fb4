import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { others, rkeKubeconfig } from "../unit/support/kubeconfigs.ts";
import { inventoryAt, Workplace } from "./drover.ts";
import { keys, Terminal } from "./terminal.ts";

let place: Workplace;
let inventory = "";
let own = "";
beforeEach(() => {
  place = new Workplace();
  inventory = place.write("inventory.yaml", inventoryAt([1]));
  mkdirSync(join(place.dir, ".drover", "test"), { recursive: true });
  own = place.write(".drover/test/kube_config_cluster.yml", rkeKubeconfig("test", "https://127.0.0.1:6443"));
});
afterEach(() => place.remove());

const config = () => join(place.dir, ".kube", "config");
const kubeconfig = (...args: readonly string[]) => place.drover("kubeconfig", ...args, "-i", inventory);
function foreign(): string {
  mkdirSync(join(place.dir, ".kube"));
  return place.write(".kube/config", (others["as kubectl writes it"] ?? "").replaceAll("old", "test"));
}

describe("drover kubeconfig", () => {
  it("makes a context of the cluster, and says how to use it", async () => {
    const { code, stdout } = await kubeconfig();
    expect([code, stdout]).toEqual([0, `${config()} has the context test now. Try: kubectl get nodes`]);
    expect(readFileSync(config(), "utf8")).toContain("client-key-data: KEY-test");
    expect(statSync(config()).mode & 0o777).toBe(0o600);
    expect((await kubeconfig()).stdout).toContain("already");
    expect(readdirSync(join(place.dir, ".kube"))).toEqual(["config"]);
  });

  it("tells a program what it did, and never the key", async () => {
    const { stdout } = await kubeconfig("--json", "--context", "prod", "--server", "n1");
    expect(JSON.parse(stdout)).toEqual({
      v: 1,
      context: "prod",
      server: "https://127.0.0.1:6443",
      path: config(),
      changed: true,
      backup: undefined,
      current: "prod",
    });
    expect(stdout).not.toContain("KEY-test");
  });

  it("prints it, or only where it is, and writes nothing", async () => {
    expect((await kubeconfig("--path")).stdout).toBe(own);
    const { stdout, stderr } = await kubeconfig("--print", "--server", "lb.example.com");
    expect(stdout).toContain("server: https://lb.example.com:6443");
    expect(stderr).toContain("rke.api.sans");
    expect(place.files()).not.toContain(".kube");
  });

  it("names the address that the inventory gives clients, unless another server is asked for", async () => {
    const before = readFileSync(join(place.dir, "inventory.yaml"), "utf8");
    place.write("inventory.yaml", `${before}rke: { api: { address: "10.0.0.100:8443" } }\n`);
    const given = await kubeconfig("--print");
    expect(given.stdout).toContain("server: https://10.0.0.100:8443");
    expect(given.stderr).toBe("");
    expect((await kubeconfig("--print", "--server", "n1")).stdout).toContain("server: https://127.0.0.1:6443");
    place.write("inventory.yaml", before);
  });

  it("names kube-vip's address, which goes into the certificate, unless the inventory names another", async () => {
    const before = readFileSync(join(place.dir, "inventory.yaml"), "utf8");
    const vip = `${before}addons: { kubeVip: { address: "10.0.0.99" } }\n`;
    place.write("inventory.yaml", vip);
    const given = await kubeconfig("--print");
    expect(given).toMatchObject({ stderr: "", stdout: expect.stringContaining("server: https://10.0.0.99:6443") });
    place.write("inventory.yaml", `${vip}rke: { api: { address: api.example.org } }\n`);
    expect((await kubeconfig("--print")).stdout).toContain("server: https://api.example.org:6443");
    place.write("inventory.yaml", before);
  });

  it("does not replace another cluster's context without being told to, and keeps a copy when it does", async () => {
    const path = foreign();
    const before = readFileSync(path, "utf8");
    const refused = await kubeconfig();
    expect([refused.code, refused.stderr.replaceAll(/\n\s*/g, " ")]).toEqual([
      3,
      expect.stringContaining("Pass --overwrite"),
    ]);
    expect(readFileSync(path, "utf8")).toBe(before);
    const { code, stdout } = await kubeconfig("--overwrite");
    expect([code, stdout]).toEqual([0, expect.stringContaining("What was there before is in")]);
    const copy = readdirSync(join(place.dir, ".kube")).find((name) => name.endsWith(".bak")) ?? "";
    expect(readFileSync(join(place.dir, ".kube", copy), "utf8")).toBe(before);
  });

  it("asks a person, and a no leaves everything as it is", async () => {
    const path = foreign();
    const before = readFileSync(path, "utf8");
    const terminal = new Terminal(["kubeconfig", "-i", inventory], { cwd: place.dir, home: place.dir, columns: 200 });
    await terminal.shows("Replace it?");
    terminal.type(`n${keys.enter}`);
    expect(await terminal.ended).toBe(130);
    expect(readFileSync(path, "utf8")).toBe(before);
  });

  it.each<[string, readonly string[], number, string]>([
    ["a worker as server", ["--server", "http://x"], 3, "--server"],
    ["a name that a shell would take apart", ["--context", "a b"], 3, "no name for a context"],
    ["to print and to say where", ["--print", "--path"], 3, "cannot be used with"],
  ])("refuses %s", async (_, args, exit, words) => {
    const { code, stderr } = await kubeconfig(...args);
    expect([code, stderr]).toEqual([exit, expect.stringContaining(words)]);
  });

  it("says that there is no cluster yet", async () => {
    const other = place.write("other.yaml", inventoryAt([1]).replace("name: test", "name: other"));
    const { code, stderr } = await place.drover("kubeconfig", "-i", other);
    expect([code, stderr]).toEqual([1, expect.stringContaining("kubeconfig/missing")]);
  });
});
