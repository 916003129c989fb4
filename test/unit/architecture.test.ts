import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const src = resolve(import.meta.dirname, "../../src");

/** Folder -> what its files may import: other folders, single files, npm packages. `node:` stands for Node's own modules. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  catalogue: ["core"],
  inventory: [
    "core",
    "engines/engine-settings.ts",
    "engines/rke/cluster-yml-check.ts",
    "engines/rke/cluster-yml-patch.ts",
    "engines/rke/versions.ts",
    "zod",
    "js-yaml",
    "yaml",
    "node:",
  ],
  templates: ["core", "js-yaml", "node:"],
  steps: ["core", "catalogue", "templates/render.ts"],
  facts: ["core", "steps"],
  mesh: ["core"],
  checks: ["core", "facts", "mesh", "steps", "inventory/cidr.ts", "node:net"],
  kubeconfig: ["core", "inventory/write", "kube/url-host.ts", "yaml", "node:"],
  kube: ["core", "steps/nvidia/proof.ts"],
  engines: ["core", "kube", "templates", "steps", "node:crypto"],
  addons: [
    "core",
    "catalogue",
    "kube",
    "templates",
    "engines/engine.ts",
    "inventory/cidr.ts",
    "bcryptjs",
    "js-yaml",
    "node:crypto",
    "node:net",
    "node:tls",
    "node:zlib",
  ],
  connection: ["core", "catalogue", "node-ssh", "ssh2", "execa", "node:"],
  download: ["core", "execa", "node:"],
  run: ["core", "catalogue", "connection/types.ts", "p-map"],
  view: ["core", "listr2", "diff", "node:"],
  wizard: [
    "core",
    "inventory",
    "facts",
    "view/paint.ts",
    "view/reason.ts",
    "view/wrap.ts",
    "@inquirer/core",
    "p-map",
    "zod",
    "node:",
  ],
  lab: ["core", "connection", "execa", "node:"],
  cli: ["*"],
};

/** What may know more of RKE than the interface of engines: its own folder, its day two, and who names its files and images. */
const ofRkeAlone: readonly string[] = [
  "engines/rke",
  "inventory/rules",
  ...["certs", "etcd", "secrets", "upgrade"].map((command) => `cli/commands/${command}.ts`),
  ...["day-two", "upgrade", "node/remove.ts", "node/replace.ts"].map((one) => `cli/${one}`),
  ...["gather-report.ts", "init/session.ts", "kubeconfig/source.ts", "prove.ts"].map((one) => `cli/${one}`),
];

interface Import {
  readonly file: string;
  readonly folder: string;
  readonly to: string;
}

const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));

function importsOf(name: string): readonly Import[] {
  const text = readFileSync(join(src, name), "utf8");
  const statements = text.matchAll(/^(?:import|export|\}) ?[^"\n]*from "([^"]+)";$|\bimport\("([^"]+)"\)/gm);
  const found = [...statements].map((match) => match[1] ?? match[2] ?? "");
  return found.map((to) => ({
    file: name,
    folder: name.split("/")[0] ?? "",
    to: to.startsWith(".") ? inside(name, to) : to,
  }));
}

function inside(name: string, to: string): string {
  return relative(src, resolve(src, dirname(name), to));
}

const imports = files.flatMap(importsOf);

function isAllowed({ folder, to }: Import): boolean {
  const rules = allowed[folder] ?? [];
  if (to.split("/")[0] === folder || rules.includes("*")) return true;
  return rules.some((rule) => to === rule || to.startsWith(rule.endsWith(":") ? rule : `${rule}/`));
}

describe("the structure", () => {
  it("is told in CONTRIBUTING.md: each folder with what it may import", () => {
    const rows = new Map(
      [...readFileSync("CONTRIBUTING.md", "utf8").matchAll(/^\| `src\/([a-z]+)` \|.*\| ([^|]+) \|$/gm)].map(
        ([, folder = "", imports = ""]) => [folder, imports],
      ),
    );
    expect([...rows.keys()].sort()).toEqual(Object.keys(allowed).sort());
    const isTold = (folder: string, to: string): boolean =>
      to.startsWith("node:") ||
      to === "*" ||
      to.includes("/") ||
      (rows.get(folder) ?? "").split(/, | \(| \+ /).includes(to);
    const silent = Object.entries(allowed).flatMap(([folder, list]) =>
      list.filter((to) => !isTold(folder, to)).map((to) => `${folder} -> ${to}`),
    );
    expect(silent).toEqual([]);
  });

  it("has no folder that the table does not name, and none is empty", () => {
    expect([...new Set(files.map((name) => name.split("/")[0]))].sort()).toEqual(Object.keys(allowed).sort());
  });

  it("imports only what the table allows", () => {
    expect(imports.filter((one) => !isAllowed(one))).toEqual([]);
  });

  it("knows an engine by its interface, but for what RKE alone can do or name", () => {
    const direct = [...new Set(imports.filter(({ to }) => to.startsWith("engines/rke/")).map(({ file }) => file))];
    const others = direct.filter((name) => !ofRkeAlone.some((one) => name === one || name.startsWith(`${one}/`)));
    expect(others).toEqual(["engines/engines.ts"]);
  });

  it("has no cycle between folders", () => {
    const edges = new Map<string, Set<string>>();
    for (const { folder, to } of imports) {
      const target = to.split("/")[0] ?? "";
      if (target in allowed && target !== folder) edges.set(folder, (edges.get(folder) ?? new Set()).add(target));
    }
    const reach = (from: string, seen: ReadonlySet<string>): readonly string[] =>
      [...(edges.get(from) ?? [])].flatMap((next) =>
        seen.has(next) ? [`${from} -> ${next}`] : reach(next, new Set([...seen, next])),
      );
    expect(Object.keys(allowed).flatMap((folder) => reach(folder, new Set([folder])))).toEqual([]);
  });

  it("takes time, randomness, environment and terminal in cli/ and settings alone", () => {
    const impure =
      /\bprocess\.(env|stdout|stderr|stdin|argv|exit|cwd)\b|\bDate\.now\(\)|\bMath\.random\(|\bnew Date\(\)|\bconsole\./;
    const pure = files.filter((name) => !/^(cli|lab|connection|download)\//.test(name));
    expect(pure.filter((name) => impure.test(withoutComments(name)))).toEqual([]);
  });

  it("calls process.exit once", () => {
    const calls = files.flatMap((name) => [...withoutComments(name).matchAll(/process\.exit\(/g)].map(() => name));
    expect(calls).toEqual(["cli/start.ts"]);
  });

  it("asks where it lies only in files as deep as the bundle is, so that both find the same", () => {
    const asking = files.filter((name) => withoutComments(name).includes("import.meta"));
    expect(asking.filter((name) => name.split("/").length !== 2)).toEqual([]);
  });

  it("has small files: the median at most 70 lines, none over 250", () => {
    const sizes = files.map((name) => ({ name, lines: readFileSync(join(src, name), "utf8").split("\n").length - 1 }));
    const sorted = sizes.map((file) => file.lines).sort((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(70);
    expect(sizes.filter((file) => file.lines > 250)).toEqual([]);
  });

  it("says of every export what it promises", () => {
    expect(files.flatMap(undocumented)).toEqual([]);
  });
});

describe("the tests", () => {
  const root = resolve(src, "../test");
  const tests = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const text = (name: string): string => readFileSync(join(root, name), "utf8");

  it("leave no folder behind: what makes one removes it, and test files have theirs from testFolder", () => {
    const making = tests.filter((name) => /\bmkdtemp(Sync)?\(/.test(text(name)));
    expect(making.filter((name) => name.endsWith(".test.ts"))).toEqual([]);
    expect(making.filter((name) => !/\brm(Sync)?\(/.test(text(name)))).toEqual([]);
    expect(tests.filter((name) => /beforeAll\([^\n]*(\n [^\n]*)*testFolder\(/.test(text(name)))).toEqual([]);
  });

  it("of test/unit start no program themselves: what asks a real shell is in test/process", () => {
    const starting = tests.filter((name) => /from "(node:child_process|execa)"/.test(text(name)));
    expect(starting.filter((name) => /^unit\/.*\.test\.ts$/.test(name))).toEqual([]);
  });
});

function withoutComments(name: string): string {
  return readFileSync(join(src, name), "utf8")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "");
}

function undocumented(name: string): readonly string[] {
  const lines = readFileSync(join(src, name), "utf8").split("\n");
  return lines.flatMap((line, index) => {
    const exported = /^export (?:async )?(?:function|class|interface|type|const) (\w+)/.exec(line);
    return exported !== null && !(lines[index - 1] ?? "").trimEnd().endsWith("*/") ? [`${name}: ${exported[1]}`] : [];
  });
}
