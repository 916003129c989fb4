import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { helmFailures } from "../../src/addons/helm-failures.ts";
import { makeChart } from "../../src/addons/manifest-chart.ts";
import type { ManifestSource, Release } from "../../src/addons/release.ts";
import { testFolder } from "../test-folder.ts";
import { withAddons } from "../unit/support/addon-world.ts";

/** The chart that is made of manifests, by the real shell, awk and kubectl, and what the real helm makes of it. */
const bin = join(process.env["DROVER_CACHE"] ?? join(homedir(), ".cache", "drover"), "bin");
const isHere = existsSync(join(bin, "helm")) && existsSync(join(bin, "kubectl"));
const folder = testFolder("manifests");
const temporary = join(folder, "tmp");
mkdirSync(temporary);

const { cluster, paths, templates } = withAddons({});
const tools = { ...cluster.tools, kubectl: join(bin, "kubectl") };
const release = { name: "olm", version: "v0.46.0", namespace: "olm" } as Release;

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** Runs a command with `$chart` made; what it prints, and the exit code. */
function withChart(part: ManifestSource["part"], from: ManifestSource["from"], command: string) {
  const script = `${makeChart({ cluster: { ...cluster, tools }, paths, templates } as never, { kind: "manifests", from, part }, release).text}\n${command}`;
  try {
    const env = { PATH: process.env["PATH"] ?? "", TMPDIR: temporary, HOME: folder };
    return { code: 0, out: execFileSync("/bin/sh", ["-c", script], { env, encoding: "utf8", stdio: "pipe" }) };
  } catch (thrown) {
    const { status, stdout } = thrown as { status: number; stdout: string };
    return { code: status, out: stdout };
  }
}

const rendered = (part: ManifestSource["part"], ...from: ManifestSource["from"]) =>
  withChart(part, from, `${join(bin, "helm")} template olm "$chart" -n olm`).out;
const titles = (yaml: string) => [...yaml.matchAll(/^kind: (\S+)$/gm)].map(([, kind]) => kind);

const kind =
  "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: subscriptions.operators.coreos.com\n";
const own = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: olm\n  labels: {a: b}\n";
const other = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: operators\n";
const subject =
  "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata:\n  name: b\n  namespace: olm\nsubjects:\n- kind: ServiceAccount\n  name: olm\n";
const braces =
  'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  text: "{{ .Values.nothing.at.all }} $& \\\\1 %s"\n';

describe.skipIf(!isHere)("manifests", () => {
  it.each<[string, (word: string) => string]>([
    ["as they are", (word) => word],
    ["in double quotes", (word) => `"${word}"`],
    ["in single quotes", (word) => `'${word}'`],
    ["with a comment behind them", (word) => `${word} # of OLM`],
    ["far from their key", (word) => `   ${word}`],
  ])("may have their kinds and names written %s", (style, written) => {
    const one = (kind: string, name: string, more = "") =>
      `apiVersion: ${written(kind === "CustomResourceDefinition" ? "apiextensions.k8s.io/v1" : "v1")}\nkind: ${written(kind)}\nmetadata:\n  name: ${written(name)}\n${more}`;
    const documents = [
      one("CustomResourceDefinition", "a.x.io"),
      one("Namespace", "olm"),
      one("Namespace", "operators"),
    ];
    // A ConfigMap of the namespace's own name is no namespace.
    const path = file(
      `styles/${style.replaceAll(" ", "-")}.yaml`,
      [...documents, one("ConfigMap", "olm")].join("---\n"),
    );
    const kindsIn = (part: ManifestSource["part"]) =>
      [...rendered(part, path).matchAll(/^kind: *["']?(\w+)/gm)].map(([, found]) => found);
    expect(kindsIn("kinds")).toEqual(["CustomResourceDefinition"]);
    expect(kindsIn("rest")).toEqual(["Namespace", "ConfigMap"]);
  });

  const all = file(
    "all.yaml",
    `# a comment\n---\n${own}---\n${kind}---\n${other}--- # next\n${subject}---\n\n---\n${braces}`,
  );

  it("are two releases: their kinds, and what comes after", () => {
    expect(titles(rendered("kinds", all))).toEqual(["CustomResourceDefinition"]);
    expect(titles(rendered("rest", all)).toSorted()).toEqual(["ConfigMap", "Namespace", "RoleBinding"]);
  });

  it("come without the release's own namespace, which is Drover's, and with every other", () => {
    const text = rendered("rest", all);
    expect(text).toContain("name: operators");
    expect(text).not.toMatch(/kind: Namespace\nmetadata:\n {2}name: olm\n/);
    // A name further inside an object is none of the object's own.
    expect(text).toContain("kind: RoleBinding");
  });

  it("are taken as they are: nothing in them is a template, a pattern or a format", () => {
    expect(rendered("rest", all)).toContain('text: "{{ .Values.nothing.at.all }} $& \\\\1 %s"');
  });

  it("may be several files, have the line ends of Windows, and a kind in quotes", () => {
    const windows = file("windows.yaml", `${kind}---\n${other}`.replaceAll("\n", "\r\n"));
    const quoted = file("quoted.yaml", kind.replace("CustomResourceDefinition", '"CustomResourceDefinition"'));
    const text = rendered("kinds", windows, quoted);
    expect(text).not.toContain("\r");
    expect(text.match(/CustomResourceDefinition/g)).toHaveLength(2);
    expect(titles(rendered("rest", windows, quoted))).toEqual(["Namespace"]);
  });

  it("may be a kustomization", () => {
    file("kustom/kustomization.yaml", "namespace: olm\nresources: [c.yaml]\nnamePrefix: made-\n");
    file("kustom/c.yaml", braces);
    expect(rendered("rest", join(folder, "kustom"))).toContain("name: made-c");
  });

  it("have the version of the release, without a v, as Helm records it", () => {
    const { out } = withChart("rest", [all], 'cat "$chart/Chart.yaml"; ls "$chart"');
    expect(JSON.parse(out.slice(0, out.indexOf("}") + 1))).toEqual({
      apiVersion: "v2",
      name: "olm",
      version: "0.46.0",
    });
    expect(
      out
        .slice(out.indexOf("}") + 1)
        .trim()
        .split("\n"),
    ).toEqual(["Chart.yaml", "charts", "templates"]);
  });

  it.each<[string, () => string]>([
    ["that are not there", () => join(folder, "none.yaml")],
    ["that are a page of HTML", () => file("page.yaml", "<html><body>Sign in</body></html>")],
    ["that are empty", () => file("empty.yaml", "")],
    ["of a folder that is no kustomization", () => dirname(file("plain/a.txt", "x"))],
    ["of a server that nobody runs", () => "http://127.0.0.1:1/olm.yaml"],
  ])("%s stop it before helm is called, with the place in the message", (_, place) => {
    const from = place();
    const { code, out } = withChart("rest", [all, from], "echo helm was called");
    expect(code).toBe(1);
    expect(out).not.toContain("helm was called");
    const failure = helmFailures(release).find(({ pattern }) => pattern.test(out));
    expect(failure?.code).toBe("addon/chart-not-found");
    expect(failure?.pattern.exec(out)?.[1]).toContain(from);
  });

  it("leave nothing behind, however it ends", () => {
    withChart("rest", [join(folder, "none.yaml")], "true");
    expect(readdirSync(temporary)).toEqual([]);
  });
});
