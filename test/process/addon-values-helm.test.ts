import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { wantedValues } from "../../src/addons/values.ts";
import { dumpYaml } from "../../src/templates/yaml.ts";
import { testFolder } from "../test-folder.ts";
import { environmentIn, helm, releaseOf, writeChart } from "../unit/support/helm-world.ts";

/** What the real helm reads of the values that Drover hands it on stdin: it reads YAML 1.1, Drover writes 1.2. */
const folder = testFolder("values-helm");
const chart = writeChart({ folder }, { "templates/all.yaml": "read: {{ .Values | toJson | b64enc }}\n" });

function readByHelm(values: object): unknown {
  const given = dumpYaml(wantedValues(releaseOf(chart, { values: values as Readonly<Record<string, unknown>> })));
  const args = ["template", "x", chart.path, "-f", "-"];
  const said = execFileSync(helm, args, { input: given, encoding: "utf8", env: environmentIn(folder), stdio: "pipe" });
  const [, read = ""] = /^read: (\S+)$/m.exec(said) ?? [];
  return JSON.parse(Buffer.from(read, "base64").toString());
}

/** Texts that mean something else to YAML of one kind or the other, or that end lines, quotes and comments. */
const odd = [
  ...["no", "No", "NO", "on", "oN", "off", "yes", "y", "n", "true", "TRUE", "~", "null", "Null", "=", "<<"],
  ...["0123", "0o17", "0x1f", "0b11", "1_000", "0_1", "1e3", "1.", ".5", "+1", "-1", ".inf", "-.inf", ".NaN", "1e"],
  ...["12:30:45", "190:20:30", "2026-11-22", "2026-11-22T00:00:00Z", "1,000", "9".repeat(30)],
  ...["a: b", "a:", "# x", "a #b", "- a", "*a", "&a", "!x", "%a", "@a", "`a", "|", "> x", "? x", "{", "[", "{}", "..."],
  ...[
    "a\nb",
    "a\n",
    "\n",
    "a\r\nb",
    "  a",
    "a ",
    "\ta",
    "'",
    '"',
    "it's",
    "\\n",
    "a\u0007b",
    "\u2028",
    "\u0085",
    "ä😀",
  ],
  ...["{{ .Values.x }}", "$(id)", "`id`", "%s", "\ufeffx", `${"long ".repeat(100)}line`],
];

describe.skipIf(!existsSync(helm))("values reach a chart exactly as the inventory has them", () => {
  it("with texts of every kind, alone, in lists and within others", () => {
    const values = { texts: odd, nested: Object.fromEntries(odd.map((text, index) => [`k${index}`, { text }])) };
    expect(readByHelm(values)).toEqual(values);
  });

  it("with keys of every kind", () => {
    const values = { all: Object.fromEntries(odd.map((key, index) => [key, index])) };
    expect(readByHelm(values)).toEqual(values);
  });

  it("with numbers, truths, and collections that are empty", () => {
    const values = { n: [0, 1, -1, 1.5, 1e21, 1e-7, 2 ** 53, 10_000_000], t: [true, false], none: [[], {}, ""] };
    expect(readByHelm(values)).toEqual(values);
  });

  it("with secrets among them, which take the place of others", () => {
    const given = releaseOf(chart, {
      values: { db: { user: "ann", password: "old" } },
      sensitiveValues: { db: { password: "no" } },
    });
    expect(readByHelm(wantedValues(given))).toEqual({ db: { user: "ann", password: "no" } });
  });
});
