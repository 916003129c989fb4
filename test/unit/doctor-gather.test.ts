import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { askedFindings, foldersIn, localFindings } from "../../src/cli/doctor/gather.ts";
import { hostScript, podScript, toolsScript } from "../../src/cli/doctor/scripts.ts";
import { DroverError } from "../../src/core/errors.ts";
import { factQuestions } from "../../src/facts/host-facts.ts";
import { testFolder } from "../test-folder.ts";
import { answerBatch } from "./support/batch-double.ts";
import { answer, FakeHost, lineError } from "./support/fake-host.ts";
import { cluster, host, paths, templates } from "./support/rke-world.ts";

describe("what the doctor takes of this machine", () => {
  let dir: string;
  beforeEach(() => {
    dir = testFolder("gather");
  });

  function put(path: string, text = path): void {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  const found = () => localFindings(join(dir, "my.yaml"), join(dir, ".drover"));

  it("is the inventory, answers, journals, and of each cluster what RKE was told and said: no state, kubeconfig, key or copy", () => {
    put("my.yaml", "the inventory");
    put("other.yaml");
    put(".drover/init.answers.json");
    put(".drover/plan.key");
    for (const cluster of ["prod", "test"])
      for (const file of [
        "cluster.yml",
        "rke.log",
        "cluster.rkestate",
        "kube_config_cluster.yml",
        "lock",
        "backups/cluster.rkestate.1",
        "bin/rke",
      ])
        put(`.drover/${cluster}/${file}`);
    put(".drover/runs/20260101-000000-000-aaaa.jsonl");
    put(".drover/runs/20260102-000000-000-aaaa.jsonl");
    put(".drover/runs/notes.txt");
    expect(found().map(({ name }) => name)).toEqual([
      "inventory.yaml",
      "init.answers.json",
      "runs/20260102-000000-000-aaaa.jsonl",
      "runs/20260101-000000-000-aaaa.jsonl",
      "prod/cluster.yml",
      "prod/rke.log",
      "test/cluster.yml",
      "test/rke.log",
    ]);
    expect(found()[0]?.text).toBe("the inventory");
    expect(found()[4]?.text).toBe(".drover/prod/cluster.yml");
  });

  it("is what there is, where only some of it is there or can be read", () => {
    expect(found()).toEqual([]);
    put(".drover/runs/a.jsonl/x");
    put(".drover/prod/rke.log", "");
    expect(found()).toEqual([{ name: "prod/rke.log", text: "" }]);
  });

  it("is no more than the twenty newest runs", () => {
    for (let day = 1; day <= 22; day += 1) put(`.drover/runs/202601${String(day).padStart(2, "0")}-x.jsonl`);
    const runs = found().map(({ name }) => name);
    expect([runs.length, runs[0], runs.at(-1)]).toEqual([20, "runs/20260122-x.jsonl", "runs/20260103-x.jsonl"]);
  });

  it("is the end of a file that is very long, from the beginning of a line, and all of one that is just not too long", () => {
    const most = 4 * 1024 * 1024;
    const line = `${"é".repeat(31)}\n`;
    const text = line.repeat(Math.ceil(most / Buffer.byteLength(line)) + 2);
    put(".drover/prod/rke.log", `first line\n${text}`);
    const [long] = found();
    expect(long?.text.endsWith(line)).toBe(true);
    expect(long?.text.startsWith("éé")).toBe(true);
    expect(new Set(long?.text.split("\n").slice(0, -1))).toEqual(new Set([line.trimEnd()]));
    expect(Buffer.byteLength(long?.text ?? "")).toBeGreaterThan(most - Buffer.byteLength(line));
    put(".drover/prod/rke.log", `a\n${"x".repeat(most - 2)}`);
    expect(found()[0]?.text).toHaveLength(most);
    put(".drover/prod/rke.log", "x".repeat(most + 1));
    expect(found()[0]?.text).toHaveLength(most);
  });

  it("takes folders for clusters, and nothing that only leads to one", () => {
    put(".drover/prod/x");
    put(".drover/file");
    symlinkSync("prod", join(dir, ".drover/link"));
    expect(foldersIn(join(dir, ".drover"))).toEqual(["prod"]);
    expect(foldersIn(join(dir, "none"))).toEqual([]);
    expect(foldersIn(join(dir, ".drover/file"))).toEqual([]);
  });
});

describe("what the doctor asks", () => {
  const hosts = [host("node-b"), host("node-a")];
  const loaded = { cluster: { ...cluster, hosts }, paths, templates, inventory: "/i.yaml" };
  const [system, pods, tools] = [hostScript().text, podScript(loaded).text, toolsScript(cluster.tools).text];

  let machine: FakeHost;
  beforeEach(() => {
    machine = new FakeHost();
    machine.onExec = (script, name) => {
      if (script === system) return answer(`system of ${name}`);
      if (script === pods) return answer("pods", 1, "a warning");
      if (script === tools) return answer("tools");
      return answerBatch(script, (question) => answer(`<${question.length}>`, 3, "odd")) ?? answer("?");
    };
  });
  const asked = (chosen = hosts) => askedFindings(loaded, chosen, { ...machine.deps, concurrency: 2 });
  const textsOf = async (run: ReturnType<typeof asked>) =>
    Object.fromEntries((await run).map(({ name, text }) => [name, text]));

  it("is each host's answers and system, the pods and the programs here, by name, and no line stays open", async () => {
    const texts = await textsOf(asked());
    expect(Object.keys(texts)).toEqual([
      "hosts/node-a/answers.json",
      "hosts/node-a/system.txt",
      "hosts/node-b/answers.json",
      "hosts/node-b/system.txt",
      "pods.txt",
      "tools.txt",
    ]);
    expect(texts).toMatchObject({
      "hosts/node-b/system.txt": "system of node-b",
      "pods.txt": "pods",
      "tools.txt": "tools",
    });
    const [first] = factQuestions(host("node-a"));
    expect(JSON.parse(texts["hosts/node-a/answers.json"] ?? "")).toHaveLength(factQuestions(host("node-a")).length);
    expect(JSON.parse(texts["hosts/node-a/answers.json"] ?? "")[0]).toEqual({
      question: first?.text,
      code: 3,
      stdout: `<${first?.text.length}>`,
      stderr: "odd",
    });
    expect(machine.open).toBe(0);
  });

  it("is asked of the chosen hosts alone", async () => {
    expect(Object.keys(await textsOf(asked([hosts[1] ?? expect.fail()]))).join(" ")).not.toContain("node-b");
  });

  it.each<[string, (at: FakeHost) => void]>([
    ["cannot be reached", (at) => (at.onConnect = (name) => name === "node-a" && fail())],
    [
      "is lost in the middle",
      (at) => (at.onExec = failingAt(at, (script, name) => name === "node-a" && script === system)),
    ],
  ])("leaves the reason of a host that %s, and all of the others", async (_, spoil) => {
    spoil(machine);
    const texts = await textsOf(asked());
    expect(Object.keys(texts)).toEqual([
      "hosts/node-a.error.txt",
      "hosts/node-b/answers.json",
      "hosts/node-b/system.txt",
      "pods.txt",
      "tools.txt",
    ]);
    expect(texts["hosts/node-a.error.txt"]).toBe("ssh/unreachable: no way there\none\ntwo\n");
    expect(machine.open).toBe(0);
  });

  it.each<[string, (script: string) => boolean]>([
    ["programs", (script) => script === tools],
    ["pods", (script) => script === pods],
  ])("leaves the reason where this machine does not tell of its %s, and keeps no line open", async (_, spoilt) => {
    machine.onExec = failingAt(machine, spoilt);
    const texts = await textsOf(asked());
    expect(Object.keys(texts).filter((name) => !name.startsWith("hosts/"))).toEqual(["control.error.txt"]);
    expect(machine.open).toBe(0);
  });

  it("is the reasons alone where nobody answers", async () => {
    machine.onConnect = () => {
      throw lineError("ssh/unreachable");
    };
    expect(Object.keys(await textsOf(asked()))).toEqual([
      "control.error.txt",
      "hosts/node-a.error.txt",
      "hosts/node-b.error.txt",
    ]);
  });

  function fail(): never {
    throw new DroverError("ssh/unreachable", "no way there", { remedy: "Go.", details: ["one", "two"] });
  }
  /** The machine's answers, but for scripts that fail. */
  function failingAt({ onExec }: FakeHost, spoilt: (script: string, name: string) => boolean): FakeHost["onExec"] {
    return (script, name) => (spoilt(script, name) ? fail() : onExec(script, name));
  }
});
