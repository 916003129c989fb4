import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { CommanderError } from "commander";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { exitCodeOf } from "../../src/cli/exit-codes.ts";
import { failuresOf } from "../../src/cli/failures.ts";
import { inventoryAt } from "../cli/drover.ts";
import { runHere } from "../cli/run-here.ts";
import { newKey } from "../ssh/new-key.ts";
import { testFolder } from "../test-folder.ts";
import { rkeKubeconfig } from "../unit/support/kubeconfigs.ts";

const key = newKey().private;
let dir: string;
beforeEach(() => {
  dir = testFolder("refuse");
  put("id", key);
  // Nobody listens on port 1 of the loopback: every login is refused at once.
  put("inventory.yaml", inventoryAt([1, 1]));
});

function put(name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(dir, name)), { recursive: true });
  writeFileSync(join(dir, name), content, { mode: 0o600 });
}

/** Every file below the folder but journals, with its content. */
function everything(): readonly (readonly [string, string])[] {
  const names = readdirSync(dir, { recursive: true, encoding: "utf8" }).sort();
  return names
    .filter((name) => !name.startsWith(".drover") && statSync(join(dir, name)).isFile())
    .map((name) => [name, readFileSync(join(dir, name), "utf8")]);
}

async function codesOf(line: string): Promise<string> {
  const { thrown } = await runHere(dir, line.split(" "));
  return failuresOf(thrown)
    .map(({ code }) => code)
    .join(" ");
}

describe("a command line", () => {
  it.each([
    "status --watch x",
    "status --watch 0",
    "node add x=",
    "node add =192.0.2.9",
    "node add x=192.0.2.9 --label a",
    "node remove nobody -y",
    "node remove n2 -y --timeout 0",
    "node remove n2 -y --timeout 1e9",
    "node replace nobody -y",
    "node replace n2 -y --timeout x",
    "etcd snapshot --name ../x",
    "etcd snapshot --name x.zip",
    "etcd restore ../x --confirm test",
    "kubeconfig --context a;b",
    "up -y --only nothing",
    "plan --hosts nobody",
    "plan --limit n1 --roles nothing",
    "facts --hosts n1,nobody",
    "gpu test",
    "addons enable nothing",
    "addons enable constructor",
    "addons enable traefik --set =x",
    "addons enable traefik --set __proto__.x=1",
    "addons enable traefik --set values.a=[",
    "runs -n x",
    "runs -n 0",
    "explain nothing",
    "explain constructor",
    "init -y --from nothing",
    "init -y --from .",
    "lab up x",
    "lab up 0",
    "lab up 99999",
    "lab ssh nobody",
  ])("that asks for what cannot be is refused as such before any host is asked: drover %s", async (line) => {
    const before = everything();
    const { thrown } = await runHere(dir, line.split(" "));
    const failures = failuresOf(thrown);
    expect(failures.map(({ code }) => code)).toEqual(["cli/usage"]);
    expect(failures[0]?.remedy).toMatch(/\S{3}/);
    expect(exitCodeOf(thrown)).toBe(3);
    expect(everything()).toEqual(before);
    expect(readdirSync(dir)).not.toContain(".drover");
  });

  it.each([
    "node add x=192.0.2.9 --port abc -y",
    "node add x=192.0.2.9 --roles king -y",
    "node add x=192.0.2.9 --taint a -y",
    "node add x=192.0.2.9 --group nothing -y",
    "node add n1=192.0.2.9 -y",
    "node add x=127.0.0.1 --port 1 -y",
    "node add x=a;b -y",
    "addons enable traefik --set nothing=1",
    "addons enable traefik --set constructor=1",
    "addons enable traefik --set values=1",
  ])("that would make a mistake of the inventory is refused with that mistake: drover %s", async (line) => {
    const before = everything();
    const { thrown } = await runHere(dir, line.split(" "));
    const [failure, ...others] = failuresOf(thrown);
    expect(others).toEqual([]);
    expect(failure).toMatchObject({ code: "inventory/invalid", message: "inventory.yaml would have 1 mistake" });
    expect(failure?.remedy).toMatch(/^Nothing was changed\./);
    // The text with the mistake was never written, so that nobody could look up a line of it.
    expect(failure?.details.join("\n")).not.toMatch(/yaml:\d/);
    expect(everything()).toEqual(before);
  });

  describe("that brings the cluster to a version with which the inventory would be wrong", () => {
    const said = "weave exists below Kubernetes v1.30 only; use canal, flannel or calico";
    const upTo = (minor: number) => `upgrade v1.${minor}.9-rancher1-1 -y`;

    /** A played rke; nothing of it but the list of its versions is asked for. */
    function built(inventory: string, from = 28): void {
      const state = { rkeConfig: { kubernetesVersion: `v1.${from}.9-rancher1-1` } };
      put("rke", "#!/bin/sh\nfor minor in 28 29 30 31; do echo v1.$minor.9-rancher1-1; done\n");
      chmodSync(join(dir, "rke"), 0o755);
      put(".drover/test/cluster.rkestate", JSON.stringify({ desiredState: state, currentState: state }));
      put("inventory.yaml", `${inventoryAt([1, 1])}tools: { rke: ./rke }\n${inventory}`);
    }

    it.each([
      ["the next one", 30, 29],
      ["one that is two versions away", 31, 28],
    ])("is refused, without a line that nobody could look up, before anything is done: %s", async (_, to, from) => {
      built(`rke:\n  network: { plugin: weave }\n  kubernetesVersion: v1.${from}.9-rancher1-1\n`, from);
      const before = everything();
      const { thrown } = await runHere(dir, upTo(to).split(" "));
      const [failure, ...others] = failuresOf(thrown);
      expect(others).toEqual([]);
      expect(failure).toMatchObject({ code: "inventory/invalid", message: "inventory.yaml would have 1 mistake" });
      expect(failure?.details).toEqual([`rke.network.plugin: ${said}`]);
      expect(failure?.remedy).toMatch(/^Nothing was changed\./);
      expect(exitCodeOf(thrown)).toBe(3);
      expect(everything()).toEqual(before);
    });

    it("points at the line where that is a line of a file that is there: one that it extends", async () => {
      put("base.yaml", "version: 1\nrke:\n  network:\n    plugin: weave\n");
      built("extends: base.yaml\nrke: { kubernetesVersion: v1.28.9-rancher1-1 }\n");
      const { thrown } = await runHere(dir, upTo(30).split(" "));
      expect(failuresOf(thrown)[0]?.details).toEqual([`base.yaml:4:5 rke.network.plugin: ${said}`]);
    });

    it("but mistakes that the file has are told with their lines", async () => {
      built("rke: { network: { plugin: weaver } }\n");
      const { thrown } = await runHere(dir, upTo(30).split(" "));
      const [failure] = failuresOf(thrown);
      expect(failure?.message).toBe("inventory.yaml has 1 mistake");
      expect(failure?.details[0]).toMatch(/^inventory\.yaml:9:\d+ rke\.network\.plugin: /);
    });
  });

  it.each([
    "up --max-fail x",
    "up --wait x",
    "exec --timeout x true",
    "exec --concurrency 0 true",
    "gpu test --seconds x",
    "certs rotate --service nothing",
    "completion",
    "completion tcsh",
    "logs --json --live",
    "kubeconfig --print --path",
    "plan --nothing",
    "check too many words",
  ])("that is none is told with how it is written: drover %s", async (line) => {
    const told = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const { thrown } = await runHere(dir, line.split(" ")).finally(() => told.mockRestore());
    expect(thrown).toBeInstanceOf(CommanderError);
    expect((thrown as CommanderError).exitCode).not.toBe(0);
    expect(everything()).toHaveLength(2);
  });
});

describe("hosts that do not answer", () => {
  it.each([
    "plan",
    "up -y",
    "reset --confirm test",
    "certs rotate -y",
    "secrets rotate-key -y",
    "etcd snapshot",
    "etcd list",
    "etcd restore s1 --confirm test",
  ])("are told one by one by drover %s, and nothing is written but the journal", async (line) => {
    const before = everything();
    const { thrown } = await runHere(dir, line.split(" "));
    const failures = failuresOf(thrown);
    expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(["ssh/unreachable"]));
    expect(failures.map(({ host }) => host)).toContain("n1");
    expect(exitCodeOf(thrown)).toBe(1);
    expect(everything()).toEqual(before);
  });

  it.each(["check", "status", "facts", "exec true", "facts --json", "exec --json true"])(
    "are a finding of drover %s, not its end",
    async (line) => {
      const { thrown, exitCode, stdout, stderr } = await runHere(dir, line.split(" "));
      expect(thrown).toBeUndefined();
      expect(exitCode).toBe(1);
      expect(`${stdout}${stderr}`).toMatch(/refuses\s+the\s+connection/);
      expect(`${stdout}${stderr}`).toContain("n2");
    },
  );
});

describe("what lies beside the inventory", () => {
  it.each([
    ["up kept.plan", "a file in the folder's place", () => put(".drover", "x"), "plan/unusable"],
    ["up kept.plan", "no plan at all", () => undefined, "plan/unusable"],
    ["up kept.plan", "a plan that is none", () => put("kept.plan", "{}"), "plan/unusable"],
    ["up kept.plan", "a key that is none", () => put(".drover/plan.key", "short"), "plan/unusable"],
    ["kubeconfig", "no kubeconfig", () => undefined, "kubeconfig/missing"],
    ["prove", "no kubeconfig", () => undefined, "kubeconfig/missing"],
    [
      "kubeconfig",
      "one that is garbage",
      () => put(".drover/test/kube_config_cluster.yml", "[:"),
      "kubeconfig/unreadable",
    ],
    ["logs", "no journals", () => undefined, "journal/not-found"],
    ["logs", "a journal that is a folder", () => put(".drover/runs/a.jsonl/x", ""), "journal/not-found"],
    ["logs nothing", "a journal of another name", () => put(".drover/runs/a.jsonl", ""), "journal/not-found"],
    ["logs ../../etc/passwd", "a path out of the folder", () => undefined, "journal/not-found"],
    [
      "upgrade -y",
      "a state that is garbage",
      () => put(".drover/test/cluster.rkestate", "[:"),
      "cluster/state-corrupt",
    ],
    ["upgrade -y", "a state that is empty", () => put(".drover/test/cluster.rkestate", ""), "cluster/state-corrupt"],
    ["report --offline -o inventory.yaml", "no report, but another file", () => undefined, "report/unwritable"],
    ["report --offline -o .", "a folder", () => undefined, "report/unwritable"],
    ["report --offline -o none/x.html", "a folder that is not there", () => undefined, "report/unwritable"],
    ["doctor --no-ask -o none/x.tar.gz", "a folder that is not there", () => undefined, "report/unwritable"],
    ["doctor --no-ask -o inventory.yaml", "another file", () => undefined, "cli/usage"],
  ])("is told by drover %s: %s", async (line, _, make, code) => {
    make();
    const before = everything();
    expect(await codesOf(line)).toBe(code);
    expect(everything()).toEqual(before);
  });

  it("does not keep the doctor from gathering what there is, and nothing of a secret with it", async () => {
    put(".drover/test/cluster.rkestate", "\u0000[:");
    put(".drover/runs/a.jsonl", '{"kind":\nnull\n[]\n');
    put("inventory.yaml", "hosts: [\n");
    const { thrown, stdout } = await runHere(dir, ["doctor", "-o", "d.tar.gz"]);
    expect(thrown).toBeUndefined();
    expect(stdout).toContain("without secrets");
    const archive = gunzipSync(readFileSync(join(dir, "d.tar.gz"))).toString("latin1");
    expect(archive).toContain("inventory.error.txt");
    expect(archive).not.toContain(key.split("\n")[2]);
    expect(statSync(join(dir, "d.tar.gz")).mode & 0o777).toBe(0o600);
  });

  it("is a report of an older run, which is written over, with no right for others", async () => {
    for (let run = 0; run < 2; run += 1) {
      expect((await runHere(dir, ["report", "--offline", "-o", "r.html"])).thrown).toBeUndefined();
      expect(statSync(join(dir, "r.html")).mode & 0o777).toBe(0o600);
      expect(readdirSync(dir).filter((name) => name.includes(".new"))).toEqual([]);
    }
  });
});

describe("the server of a kubeconfig", () => {
  beforeEach(() => put(".drover/test/kube_config_cluster.yml", rkeKubeconfig("test")));

  it.each(["http://[", "://", "a:b:c", "10.0.0.1:99999", "user@", "a b", "ftp://x", "https://"])(
    "is refused where it is %j, which is none",
    async (server) => {
      const { thrown } = await runHere(dir, ["kubeconfig", "--print", `--server=${server}`]);
      expect(failuresOf(thrown).map(({ code }) => code)).toEqual(["cli/usage"]);
    },
  );

  it.each([
    ["n1", "https://127.0.0.1:6443"],
    ["10.0.0.9", "https://10.0.0.9:6443"],
    ["lb.example.com:8443", "https://lb.example.com:8443"],
    ["https://lb.example.com/k8s/clusters/c-1", "https://lb.example.com/k8s/clusters/c-1"],
    ["fd00::1", "https://[fd00::1]:6443"],
    ["[fd00::1]:7443", "https://[fd00::1]:7443"],
  ])("is taken as a host, an address or a URL: %s", async (server, url) => {
    const { thrown, stdout } = await runHere(dir, ["kubeconfig", "--print", `--server=${server}`]);
    expect(thrown).toBeUndefined();
    expect(stdout).toContain(`server: ${url}\n`);
  });

  it.each([
    ["none", ""],
    ["no URL", "nonsense"],
    ["only its scheme", "https://"],
    ["a number", "7"],
  ])("that RKE's own file gives is %s: nothing breaks, and it is said", async (_, server) => {
    put(".drover/test/kube_config_cluster.yml", rkeKubeconfig("test", server));
    const { thrown } = await runHere(dir, ["kubeconfig", "--print"]);
    expect(failuresOf(thrown).map(({ code }) => code)).toEqual(["kubeconfig/unreadable"]);
  });
});
