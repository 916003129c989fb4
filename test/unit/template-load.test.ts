import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadTemplates, templateText } from "../../src/templates/load.ts";
import { hidden, maskSecrets, maskValues } from "../../src/templates/mask.ts";
import { mergePatch } from "../../src/templates/merge-patch.ts";
import { render } from "../../src/templates/render.ts";
import { dumpYaml, parseMapping, parseSkeleton } from "../../src/templates/yaml.ts";
import { testFolder } from "../test-folder.ts";

describe("templates", () => {
  it("are read once, by name, and nothing that is asked for later", () => {
    const folder = testFolder("templates");
    writeFileSync(join(folder, "b.txt"), "two");
    const templates = loadTemplates(folder);
    expect(templateText(templates, "b.txt")).toBe("two");
    writeFileSync(join(folder, "a.txt"), "one");
    mkdirSync(join(folder, "folder"));
    expect([...loadTemplates(folder).keys()]).toEqual(["a.txt", "b.txt"]);
    expect(() => templateText(loadTemplates(folder), "c.txt")).toThrow(
      expect.objectContaining({ code: "template/mismatch", details: ["there are: a.txt, b.txt"] }),
    );
    expect(() => templateText(templates, "a.txt")).toThrow(/there is no template "a\.txt"/);
  });

  it("are filled as a whole: no name without a value, no value without a name", () => {
    expect(render("a {{x}} {{ y }} {{x}}", { x: 1, y: "{{x}}" })).toBe("a 1 {{x}} 1");
    expect(() => render("{{x}} {{z}}", { x: 1 })).toThrow(/"z"/);
    expect(() => render("{{x}}", { x: 1, extra: 2 })).toThrow(/"extra"/);
    expect(() => render("{{toString}}", {})).toThrow(/toString/);
  });

  it("keep braces that are no placeholder", () => {
    expect(render("a { b } {c} $& {{x}}", { x: "$&" })).toBe("a { b } {c} $& $&");
  });
});

describe("a merge patch", () => {
  // The examples of RFC 7396, appendix A, as far as both sides are mappings.
  it.each<[object, object, object]>([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])("of %j with %j is %j", (target, patch, result) => {
    expect(mergePatch({ ...target }, { ...patch })).toEqual(result);
  });

  it("leaves the target as it was", () => {
    const target = { a: { b: 1 } };
    mergePatch(target, { a: { b: 2 } });
    expect(target).toEqual({ a: { b: 1 } });
  });
});

describe("YAML", () => {
  it.each([
    "0644",
    "yes",
    "on",
    "no",
    "1:20",
    "null",
    "~",
    "1_000",
    "0x1f",
    "v1.2",
    "a: b",
    "# c",
    "'",
    '"',
    "",
    "multi\nline\n",
  ])("keeps the text %j a text, also for readers of YAML 1.1", (value) => {
    const written = dumpYaml({ value });
    expect(parseMapping(written)).toEqual({ value });
    if (/^(0644|yes|on|no|1:20|1_000)$/.test(value)) expect(written).toMatch(/['"]/);
  });

  it("is headed by comments and ends with one newline", () => {
    expect(dumpYaml({ a: 1 }, ["one", "", "two"])).toBe("# one\n#\n# two\na: 1\n");
  });

  it("that is no mapping is none", () => {
    expect([parseMapping("- a"), parseMapping("a: b: c"), parseMapping("a"), parseMapping("")]).toEqual([
      undefined,
      undefined,
      undefined,
      {},
    ]);
    expect(() => parseSkeleton("- a", "x.yaml")).toThrow(/x\.yaml/);
  });
});

describe("secrets", () => {
  it("are hidden by the names of their keys, at any depth, and other things are not", () => {
    const shown = maskSecrets({
      private_registries: [{ url: "r", user: "u", password: "p" }],
      services: { etcd: { backup_config: { s3backupconfig: { secret_key: "s", access_key: "a", bucket_name: "b" } } } },
      nodes: [{ ssh_key: "-----BEGIN", taints: [{ key: "gpu", value: "x" }] }],
      secretName: "n",
      token: "",
    });
    expect(JSON.stringify(shown)).not.toMatch(/"p"|"s"|"a"|BEGIN/);
    expect(shown).toMatchObject({ secretName: "n", token: "", nodes: [{ ssh_key: hidden, taints: [{ key: "gpu" }] }] });
    expect(shown).toMatchObject({ private_registries: [{ url: "r", user: "u", password: hidden }] });
  });

  it.each<[string, unknown, unknown]>([
    [
      "a variable of a container",
      [{ name: "DB_PASSWORD", value: "hunter2" }],
      [{ name: "DB_PASSWORD", value: hidden }],
    ],
    [
      "a variable from elsewhere",
      [{ name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "pw" } } }],
      "same",
    ],
    ["a variable that is empty", [{ name: "DB_PASSWORD", value: "" }], "same"],
    ["another variable", [{ name: "DB_HOST", value: "db.shop" }], "same"],
    [
      "a variable of RKE's",
      ["AWS_SECRET_ACCESS_KEY=wJalr/XUtn=", "TZ=UTC"],
      [`AWS_SECRET_ACCESS_KEY=${hidden}`, "TZ=UTC"],
    ],
    ["a flag", ["--admin-password=hunter2", "--v=2"], [`--admin-password=${hidden}`, "--v=2"]],
    ["a flag that names a Secret", ["--default-ssl-certificate=shop/tls", "--secret-name=tls"], "same"],
    [
      "a proxy with a login",
      { proxy: "http://ann:hunter2@proxy.lan:3128" },
      { proxy: `http://ann:${hidden}@proxy.lan:3128` },
    ],
    [
      "a proxy with a login in a variable",
      ["HTTPS_PROXY=http://ann:hunter2@p:1"],
      [`HTTPS_PROXY=http://ann:${hidden}@p:1`],
    ],
    ["a URL without one", { url: "https://charts.shop.example:8443/x@v1", repo: "ssh://git@git.lan/x" }, "same"],
    ["an image by its digest", { image: "registry.lan:5000/web:1@sha256:ab12" }, "same"],
    ["a password of figures alone", { adminPassword: 12345678 }, { adminPassword: hidden }],
    ["a rule about passwords", { passwordMinLength: 12, tokenTTL: 3600, password: true }, "same"],
    ["a list of tokens", { tokens: ["abc", "def"] }, { tokens: hidden }],
    ["a list of the names of Secrets", { imagePullSecrets: ["regcred"], secrets: [{ name: "etcd-certs" }] }, "same"],
    [
      "credentials with a name of their own",
      { credentials: { user: "ann", password: "p" } },
      { credentials: { user: "ann", password: hidden } },
    ],
    ["a key among files", { files: ["-----BEGIN RSA PRIVATE KEY-----\nMII"] }, { files: [hidden] }],
    ["nothing", { password: "", token: null, auth: {} }, "same"],
  ])("are hidden in %s, and nothing else is", (_, given, shown) => {
    expect(maskSecrets(given)).toEqual(shown === "same" ? given : shown);
  });

  it("are hidden where they are known to be", () => {
    expect(maskValues({ a: { b: 1, c: 2 }, d: 3 }, { a: { b: "x" } })).toEqual({ a: { b: hidden, c: 2 }, d: 3 });
    expect(maskValues({ a: { b: 1 } }, { a: "whole" })).toEqual({ a: hidden });
  });
});
