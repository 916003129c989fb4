import { describe, expect, it } from "vitest";
import { readInstalled } from "../../src/addons/installed.ts";
import { shownManifest } from "../../src/addons/manifest.ts";
import { addonsOf } from "../../src/addons/registry.ts";
import type { Release } from "../../src/addons/release.ts";
import { complaintsIn, manifestOf } from "../../src/addons/render-probe.ts";
import { sameValues } from "../../src/addons/same-values.ts";
import { secretsIn, shownValues, wantedValues } from "../../src/addons/values.ts";
import { releaseNames } from "../../src/core/addons.ts";
import { record, records, withAddons } from "./support/addon-world.ts";
import { chart, more, plain } from "./support/every-addon.ts";
import { host, list } from "./support/rke-world.ts";

const release: Release = {
  id: "rancher/release",
  title: "",
  name: "rancher",
  namespace: "x",
  chart: { kind: "folder", path: "/c" },
  version: "1.0.0",
  values: { smtp: { host: "mail", password: "from-values" }, list: [{ token: "t0ken" }] },
  sensitiveValues: { db: { login: "s3cret", port: 54321 } },
  adopt: false,
  needs: ["rke/ready"],
  timeoutMinutes: 1,
};

describe("values", () => {
  it.each<[unknown, unknown, boolean]>([
    [{ a: 1, b: { c: [1, 2] } }, { b: { c: [1, 2] }, a: 1 }, true],
    [{ a: null }, {}, true],
    [{ a: [1, 2] }, { a: [2, 1] }, false],
    [{ a: "1" }, { a: 1 }, false],
    [{ a: {} }, {}, false],
  ])("%j and %j are the same: %s", (left, right, same) => {
    expect(sameValues(left, right)).toBe(same);
  });

  it("hide what is known to be secret and what is called like one, and come in a fixed order", () => {
    const shown = shownValues(release, wantedValues(release));
    expect(shown).toEqual({
      db: { login: "(hidden)", port: "(hidden)" },
      list: [{ token: "(hidden)" }],
      smtp: { host: "mail", password: "(hidden)" },
    });
    expect(Object.keys(shown)).toEqual(["db", "list", "smtp"]);
  });

  it("tell all their hidden texts, so that these can be hidden elsewhere", () => {
    expect(secretsIn(release, wantedValues(release)).toSorted()).toEqual(["54321", "from-values", "s3cret", "t0ken"]);
  });
});

describe("variables of a chart's pods", () => {
  const values = {
    env: [
      { name: "DB_PASSWORD", value: "hunter2" },
      { name: "DB_HOST", value: "db.shop" },
    ],
    extraArgs: ["--admin-token=s3same"],
    proxy: "http://ann:o0pen@proxy.lan:3128",
  };
  const rendered = `kind: Deployment
metadata: { name: web }
spec:
  env: [{ name: DB_PASSWORD, value: hunter2 }, { name: DB_HOST, value: db.shop }]
  args: ["--admin-token=s3same", "--v=2"]
  proxies: ["http://ann:o0pen@proxy.lan:3128", "ann/o0pen"]
`;

  it("are hidden in the values by their names, and then in the objects that come of them", () => {
    const given = { ...release, values, sensitiveValues: {} };
    const shown = shownManifest(rendered, secretsIn(given, values)) ?? "";
    for (const text of [JSON.stringify(shownValues(given, values)), shown]) {
      expect(text).not.toMatch(/hunter2|s3same|o0pen/);
      expect(text).toMatch(/DB_HOST[\s\S]*db\.shop/);
    }
    expect(shown).toContain("ann/(hidden)");
  });
});

describe("secrets that YAML writes otherwise", () => {
  const key = "-----BEGIN KEY-----\nAAAAB3NzaC1yc2EAAAADAQABAAABgQC7\nshort\n-----END KEY-----\n";
  it.each([
    ["a quote", "it's 5: o'clock"],
    ["quotes and a backslash", 'say "hi" \\ now'],
    ["a colon and a hash", "pass: word # one"],
    ["lines", key],
    ["a tab", "a\tsecret"],
    ["what looks like a number", "0123456789"],
  ])("are hidden in every object that they turn up in: those with %s", (_, secret) => {
    const data = {
      plain: secret,
      amid: `user=ann\npassword=${secret}\n`,
      json: JSON.stringify({ password: secret }),
      yaml: `password: '${secret.replaceAll("'", "''")}'\n`,
      indented: secret.replaceAll(/^/gm, "    "),
    };
    const shown = shownManifest(JSON.stringify({ kind: "ConfigMap", metadata: { name: "c" }, data }), [secret]) ?? "";
    expect(shown).not.toMatch(/o'+clock|say|word #|AAAAB3|secret|0123456789/);
    expect(shown).toContain("user=ann");
    expect(shown.match(/\(hidden\)/g)?.length).toBeGreaterThanOrEqual(5);
  });
});

describe("secrets that charts pass on in other forms", () => {
  const secret = "p@ss word/+1";
  it.each([
    ["in a URL", `postgres://u:${encodeURIComponent(secret)}@db/x`],
    ["in a query", `?${new URLSearchParams({ p: secret })}`],
    ["in hex", Buffer.from(secret).toString("hex")],
    ["in base64, at its end", Buffer.from(`user:${secret}`).toString("base64")],
    ["in JSON within JSON", JSON.stringify(JSON.stringify({ p: secret }))],
  ])("are hidden too: %s", (_, text) => {
    const shown = shownManifest(JSON.stringify({ kind: "ConfigMap", metadata: { name: "c" }, data: { text } }), [
      secret,
    ]);
    expect(shown).toContain("(hidden)");
    expect(shown).not.toContain(text);
  });

  it("are hidden whole in base64, and none is too short or odd for it", () => {
    const texts = ["abc", "x", "half \ud800 a character"];
    const data = Object.fromEntries(texts.map((text, i) => [`k${i}`, Buffer.from(text).toString("base64")]));
    const shown =
      shownManifest(JSON.stringify({ kind: "ConfigMap", metadata: { name: "_" }, data }), [...texts, ""]) ?? "";
    expect(shown.match(/k\d: \(hidden\)$/gm)).toHaveLength(3);
  });
});

describe("secrets as templates of charts write them", () => {
  /** What Helm's functions make of a text: `toJson` is Go's, `quote` its `%q`, `squote` and `indent` are of sprig. */
  const ways: readonly (readonly [string, (secret: string) => string])[] = [
    ["toJson", (secret) => JSON.stringify(secret).replace(/[<>&\u2028\u2029]/g, asGoEscapes)],
    ["JSON of others", (secret) => JSON.stringify(secret)],
    ["b64enc", (secret) => Buffer.from(secret).toString("base64")],
    ["squote in YAML", (secret) => `'${secret.replaceAll("'", "''")}'`],
    ["nothing at all", (secret) => secret],
    ["a URL of it", (secret) => `amqp://ann:${secret}@mq/`],
  ];
  const asGoEscapes = (one: string) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;

  it.each([
    "s3cret<with>brackets",
    "pass&word",
    "a<b",
    "line\u2028separator",
    'quote"and&more',
    "back\\slash&",
    "it's>all",
    "$&$1$$",
    "ünïcode-ß",
    "tab\there",
    "(hidden)x",
  ])("are hidden however they are written: %j", (secret) => {
    for (const [way, write] of ways) {
      const data = { "config.json": `{"a": 1, "key": ${write(secret)}, "z": 2}` };
      const manifest = JSON.stringify({ kind: "ConfigMap", metadata: { name: "c" }, data });
      const shown = shownManifest(manifest, [secret]) ?? "";
      expect(shown, way).toContain("(hidden)");
      expect(shown, way).not.toContain(write(secret));
      expect(shown, way).not.toContain(secret);
      expect(shown, way).toMatch(/"?a\\?": 1/);
    }
  });
});

describe("a manifest for people", () => {
  it("has no data of Secrets and no secret text anywhere, and is in a fixed order", () => {
    const manifest = `kind: Service
metadata: { name: s, namespace: n }
---
# only a comment
---
kind: Secret
metadata: { name: z, namespace: n }
data: { a: ${Buffer.from("hush-hush").toString("base64")} }
stringData: { b: hush-hush }
---
kind: ConfigMap
metadata: { name: c }
data: { url: "https://u:hush-hush@h", packed: ${Buffer.from("hush-hush").toString("base64")} }
`;
    const shown = shownManifest(manifest, ["hush-hush"]) ?? "";
    expect(shown.match(/^# .*$/gm)).toEqual(["# ConfigMap c", "# Secret n/z", "# Service n/s"]);
    expect(shown).toContain("url: https://u:(hidden)@h");
    expect(shown).toContain("packed: (hidden)");
    expect(shown).not.toMatch(/hush|aHVza/);
  });

  it("has the name and the keys of each Secret, also of one in a list", () => {
    const secret = (name: string) => ({ kind: "Secret", metadata: { name }, data: { login: "aHVzaA==" } });
    for (const one of [
      secret("s"),
      { kind: "List", items: [secret("s")] },
      { kind: "SecretList", items: [secret("s")] },
    ])
      expect(shownManifest(JSON.stringify(one), [])).toBe(
        "# Secret s\nkind: Secret\nmetadata:\n  name: s\ndata:\n  login: (hidden)\n",
      );
    expect(shownManifest("kind: Secret\nmetadata: { name: s }\ndata: hush\n", [])).not.toContain("hush");
  });

  it("keeps what only has to do with Secrets", () => {
    const kinds = ["SecretStore", "ExternalSecret", "List"].map((kind) => `kind: ${kind}\nmetadata: { name: n }\n`);
    expect(shownManifest(kinds.join("---\n"), [])?.match(/^# .*$/gm)).toHaveLength(3);
  });

  it("is undefined for what is no YAML", () => {
    expect(shownManifest("a: [", [])).toBeUndefined();
  });

  it("is taken from what a dry run prints, without hooks and notes", () => {
    const printed = "NAME: x\nHOOKS:\n---\nkind: Job\nMANIFEST:\n---\nkind: Pod\n\nNOTES:\nMANIFEST:\nhello\n";
    expect(manifestOf(printed)).toBe("\n---\nkind: Pod\n\n");
    expect(manifestOf("MANIFEST:\nkind: Pod\n")).toBe("\nkind: Pod\n");
    expect(manifestOf("Error: x")).toBeUndefined();
  });

  it.each([
    ["none", "", []],
    ["helm's own end", 'Error: UPGRADE FAILED: "x" has no deployed releases\n', []],
    [
      "one",
      "Error: UPGRADE FAILED: values don't meet the specifications of the schema(s) in the following chart(s):\nm:\n- at '': no\n",
      ["at '': no"],
    ],
    [
      "those of helm before 3.18, of two charts",
      "Error: values don't meet the specifications of the schema(s) in the following chart(s):\nm:\n- (root): a is required\n- b: Invalid type\nn:\n- c: no\n",
      ["(root): a is required", "b: Invalid type", "c: no"],
    ],
    [
      "what is wrong within a part that says only that it failed, as of MetalLB 0.14.9",
      "Error: values don't meet the specifications of the schema(s) in the following chart(s):\nmetallb:\n- at '/speaker': 'allOf' failed\n  - at '/speaker/logLevel': value must be one of 'all', 'debug'\n- at '/x': 'anyOf' failed\n  - at '/x': 'allOf' failed\n    - at '/x/y': got string, want number\n  - at '/x': got object, want null\n- at '/z': no\n",
      [
        "at '/speaker/logLevel': value must be one of 'all', 'debug'",
        "at '/x/y': got string, want number",
        "at '/x': got object, want null",
        "at '/z': no",
      ],
    ],
    ["a list above the line", "- a\nError: values don't meet the specifications of the schema(s)\nm:\n", []],
    [
      "a schema that cannot be read",
      "Error: values don't meet the specifications of the schema(s):\nm:\nunable to validate schema\n",
      [],
    ],
  ])("has the complaints of a schema among what helm says: %s", (_, said, complaints) => {
    expect(complaintsIn(said)).toEqual(complaints);
  });
});

describe("helm's records", () => {
  it("are read as helm writes them: the newest revision of each release", () => {
    const all = readInstalled(
      records(
        { revision: 2, version: "v1.0.0", values: { a: 1 }, manifest: "kind: Pod" },
        { revision: 10, status: "pending-upgrade" },
        { name: "rancher", namespace: "cattle-system", owner: "" },
      ),
    );
    expect(all).toMatchObject([
      { name: "cert-manager", revision: "10", status: "pending-upgrade", installedFor: "demo" },
      { name: "rancher", namespace: "cattle-system", installedFor: "", values: {} },
    ]);
    expect(readInstalled(records({ values: { a: 1 }, manifest: "kind: Pod" }))?.[0]).toMatchObject({
      updated: "2026-11-21T05:13:08Z",
      version: "v1.11.5",
      values: { a: 1 },
      manifest: "kind: Pod",
    });
  });

  it("that are cut or filled with something else still tell name and status", () => {
    for (const release of ["", "AAAA", Buffer.from("H4sIAAAA").toString("base64")]) {
      const broken = { ...record(), data: { release } };
      expect(readInstalled(list(broken))).toMatchObject([{ name: "cert-manager", status: "deployed", values: {} }]);
    }
    const note = { kind: "ConfigMap", metadata: { name: "drover", namespace: "x", labels: { name: "drover" } } };
    expect(readInstalled(list(note))).toEqual([]);
    expect(readInstalled("nonsense")).toBeUndefined();
  });

  it("are asked for by the names of all addons that are releases", () => {
    const addons = {
      ...plain,
      ...more,
      monitoring: { ...chart, storage: undefined, retention: "15d", gpu: chart },
    };
    // The exporter of the GPUs' figures comes where there are GPUs.
    const input = withAddons(addons, { hosts: [host("gpu-a", { gpu: true })] });
    const ids = addonsOf(input).flatMap(({ steps }) => steps.map(({ id }) => id));
    const names = ids.filter((id) => id.endsWith("/release")).map((id) => id.slice(0, -"/release".length));
    expect(names.toSorted()).toEqual([...releaseNames]);
  });
});
