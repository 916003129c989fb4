import { mkdirSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Cluster } from "../../src/core/cluster.ts";
import { DroverError } from "../../src/core/errors.ts";
import { loadInventory } from "../../src/inventory/load.ts";
import { testFolder } from "../test-folder.ts";

let folder: string;

beforeEach(() => {
  folder = testFolder("extends");
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

function load(name = "inventory.yaml"): Promise<Cluster> {
  return loadInventory({
    path: join(folder, name),
    readFile: (path) => readFile(path, "utf8"),
    home: "/home/me",
    resolveSecret: async (reference) => `resolved ${reference}`,
  });
}

async function failure(): Promise<DroverError> {
  const thrown: unknown = await load().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (thrown instanceof DroverError) return thrown;
  throw new Error("it did not fail as it should", { cause: thrown });
}

const base = `version: 1
ssh: { user: ubuntu, key: keys/id }
docker: { source: distribution, daemon: { a: 1, b: { c: 2 } } }
dns: { nameservers: [192.0.2.1], search: [example.com] }
registries: [{ url: r, user: u, password: "file:secret" }]
`;
const own = `extends: base/company.yaml
cluster: { name: mine }
hosts: [{ name: h1, address: 192.0.2.11, roles: [controlplane, etcd, worker] }]
`;

describe("an inventory that extends another", () => {
  it("takes its settings over, and wins where both say something", async () => {
    write({
      "base/company.yaml": base,
      "inventory.yaml": `${own}docker: { daemon: { b: { d: 3 }, a: null } }\ndns: { search: [] }\n`,
    });
    const cluster = await load();
    expect(cluster.name).toBe("mine");
    expect(cluster.docker.source).toBe("distribution");
    expect(cluster.docker.daemon).toEqual({ b: { c: 2, d: 3 } });
    expect(cluster.dns).toEqual({ nameservers: ["192.0.2.1"], search: [] });
  });

  it("finds each path from the file that says it", async () => {
    write({ "base/company.yaml": base, "inventory.yaml": `${own}tools: { rke: ./rke }\n` });
    const cluster = await load();
    expect(cluster.hosts[0]?.keyPath).toBe(join(folder, "base/keys/id"));
    expect(cluster.registries[0]?.password).toBe(`resolved file:${folder}/base/secret`);
    expect(cluster.tools.rke).toBe(join(folder, "rke"));
  });

  it("can extend several, the later over the earlier, and they others in turn", async () => {
    write({
      "a.yaml": "version: 1\nssh: { user: a, port: 1 }\ncluster: { name: a }\n",
      "b.yaml": "extends: [deep/c.yaml]\nssh: { user: b }\n",
      "deep/c.yaml": "ssh: { user: c, port: 3 }\n",
      "inventory.yaml": own.replace("base/company.yaml", "[a.yaml, b.yaml]"),
    });
    const cluster = await load();
    expect([cluster.name, cluster.hosts[0]?.user, cluster.hosts[0]?.port]).toEqual(["mine", "b", 3]);
  });

  it("may take one file over twice", async () => {
    write({
      "a.yaml": "extends: c.yaml\n",
      "b.yaml": "extends: c.yaml\n",
      "c.yaml": "version: 1\nssh: { user: c }\n",
      "inventory.yaml": own.replace("base/company.yaml", "[a.yaml, b.yaml]"),
    });
    expect((await load()).hosts[0]?.user).toBe("c");
  });
});

describe("mistakes", () => {
  it("of all files are told at once, each with its file and line", async () => {
    write({
      "base/company.yaml": `${base}dockr: {}\nkernel:\n  modules: ["a b"]\n  modules: []\ngroups:\n  gpu:\n    labels: { "x y": z }\n`,
      "inventory.yaml": `${own}groups: { gpu: { prot: 1 } }\ndns: { nameservers: [127.0.0.1] }\nrke: { clusterCidr: 192.0.2.0/24 }\n`,
    });
    const error = await failure();
    expect(error.message).toBe("inventory.yaml has 6 mistakes");
    expect(error.details).toEqual([
      expect.stringMatching(/^base\/company\.yaml:6:1 dockr: is not a key .* "docker"\?$/),
      "base/company.yaml:9:3 kernel.modules: is given twice",
      expect.stringMatching(/^base\/company\.yaml:12:15 groups\.gpu\.labels\["x y"\]: is not a label's name/),
      expect.stringMatching(/^inventory\.yaml:3:21 hosts\[0\]\.address: 192\.0\.2\.11 lies in rke\.clusterCidr/),
      expect.stringMatching(/^inventory\.yaml:4:18 groups\.gpu\.prot: .* "port"\?$/),
      expect.stringMatching(/^inventory\.yaml:5:22 dns\.nameservers\[0\]: is a loopback address/),
    ]);
  });

  it("in a list that was replaced are looked for in the file that replaced it", async () => {
    write({
      "base/company.yaml": `${base}hosts:\n  - { name: b1, address: b1, roles: [worker] }\n`,
      "inventory.yaml": own.replace("roles: [controlplane, etcd, worker]", "gpu: 1"),
    });
    expect((await failure()).details).toEqual([
      "inventory.yaml:3:9 hosts[0].roles: is missing, here and in the host's groups",
      "inventory.yaml:3:42 hosts[0].gpu: must be true or false, but is a number",
    ]);
  });

  it("a null for what no file below says stays one", async () => {
    write({ "base/company.yaml": base, "inventory.yaml": `${own}kernel:\n` });
    expect((await failure()).details).toEqual([
      "inventory.yaml:4:1 kernel: has no value; give it one, or remove the key",
    ]);
  });

  it.each([
    ["none.yaml", "there is no file FOLDER/none.yaml"],
    [".", "FOLDER cannot be read (EISDIR)"],
    ["inventory.yaml", "inventory.yaml extends itself in the end"],
    ["loop.yaml", "inventory.yaml extends itself in the end"],
  ])("`extends: %s` is told where it is written", async (name, message) => {
    write({
      "inventory.yaml": `version: 1\nssh: { user: u }\n${own.replace("base/company.yaml", name)}`,
      "loop.yaml": "extends: inventory.yaml\n",
    });
    const { details } = await failure();
    const file = name === "loop.yaml" ? "loop.yaml:1:1" : "inventory.yaml:3:1";
    expect(details.map((line) => line.replaceAll(folder, "FOLDER"))).toEqual([`${file} extends: ${message}`]);
  });

  it("files that extend each other without end are cut", async () => {
    write({
      ...Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`f${n}.yaml`, `extends: f${n + 1}.yaml\n`])),
      "inventory.yaml": own.replace("base/company.yaml", "f0.yaml"),
    });
    expect((await failure()).details[0]).toMatch(/^f\d\.yaml:1:1 extends: more than 8 files extend each other$/);
  });

  it("in YAML name the file", async () => {
    write({ "base/company.yaml": "a: [1\nb: 2", "inventory.yaml": own });
    const error = await failure();
    expect([error.code, error.message]).toEqual([
      "inventory/not-yaml",
      expect.stringMatching(/^base\/company\.yaml:2:/),
    ]);
  });

  it("an empty file is one, also below", async () => {
    write({ "base/company.yaml": "# nothing\n", "inventory.yaml": own });
    expect((await failure()).message).toBe("base/company.yaml is empty");
  });

  it("the files may have 1 MiB in all", async () => {
    const half = `# ${"x".repeat(600 * 1024)}\n`;
    write({ "base/company.yaml": half + base, "inventory.yaml": half + own });
    expect((await failure()).message).toContain("is larger than 1 MiB");
    write({ "base/company.yaml": half + base, "inventory.yaml": own });
    expect((await load()).name).toBe("mine");
  });

  it("a value of the wrong kind is one", async () => {
    write({ "inventory.yaml": `version: 1\nssh: { user: u }\n${own.replace("base/company.yaml", "{ a: b }")}` });
    expect((await failure()).details).toEqual([
      "inventory.yaml:3:1 extends: must be the path of a file, or a list of them",
    ]);
  });

  it("a secret in an extended file is not repeated", async () => {
    write({ "base/company.yaml": base.replace("file:secret", "hunter2"), "inventory.yaml": own });
    const error = await failure();
    expect(error.details).toEqual([
      expect.stringMatching(/^base\/company\.yaml:5:\d+ registries\[0\]\.password: must say where/),
    ]);
    expect(JSON.stringify(error)).not.toContain("hunter2");
  });
});
