import { describe, expect, it } from "vitest";
import { withSettings } from "../../src/cli/addons/settings.ts";
import { DroverError } from "../../src/core/errors.ts";

const set = (...assignments: readonly string[]) => withSettings({}, assignments);

describe("a setting on the command line", () => {
  it.each<[string, unknown]>([
    ["replicas=2", { replicas: 2 }],
    ["hostname=rancher.example.com", { hostname: "rancher.example.com" }],
    ["addresses=[192.0.2.200-192.0.2.220, 2001:db8::/64]", { addresses: ["192.0.2.200-192.0.2.220", "2001:db8::/64"] }],
    ["values.auditLog.level=1", { values: { auditLog: { level: 1 } } }],
    ["values.image.tag='1.10'", { values: { image: { tag: "1.10" } } }],
    ["values.day=2026-11-21", { values: { day: "2026-11-21" } }],
    ["values.query=a=b&c=d", { values: { query: "a=b&c=d" } }],
    ["values.empty=", { values: { empty: "" } }],
    ["values.text=|-\n  one\n  two", { values: { text: "one\ntwo" } }],
    ["values.map={a: {b: [1, 2]}}", { values: { map: { a: { b: [1, 2] } } } }],
    ["values.kebab-case.snake_case=true", { values: { "kebab-case": { snake_case: true } } }],
    ["values.0=first", { values: { "0": "first" } }],
  ])("%j is read as YAML at its place", (assignment, settings) => {
    expect(set(assignment)).toEqual(settings);
  });

  it("comes over what is there, in their order, and null takes it away", () => {
    const current = { replicas: 3, values: { a: 1, b: { c: 2 } }, addresses: ["a", "b"] };
    const after = withSettings(current, ["values.b.d=4", "replicas=1", "replicas=2", "values.a=null", "addresses=[c]"]);
    expect(after).toEqual({ replicas: 2, values: { b: { c: 2, d: 4 } }, addresses: ["c"] });
    expect(current.values).toEqual({ a: 1, b: { c: 2 } });
    expect(withSettings(current, ["values=~"])).toEqual({ replicas: 3, addresses: ["a", "b"] });
  });

  it.each([
    "",
    "=",
    "replicas",
    "=2",
    " replicas=2",
    "replicas =2",
    ".values=1",
    "values.=1",
    "values..a=1",
    "values.a.=1",
    "values[0]=1",
    "-x=1",
    "values.a b=1",
  ])("%j is none, and no key without a name is made of it", (assignment) => {
    expect(() => set(assignment)).toThrow(`"${assignment}" is not of the form key=value`);
  });

  it.each(["a=[1", "a=b: c: d", "a='", "a=!!js/function x", "a=# only a comment", "a=x\n---\ny"])(
    "%j has a value that is no YAML, which is said with an example",
    (assignment) => {
      const thrown = (() => {
        try {
          return set(assignment);
        } catch (error) {
          return error;
        }
      })();
      expect(thrown).toBeInstanceOf(DroverError);
      expect(thrown).toMatchObject({ code: "cli/usage", remedy: expect.stringContaining("--set hostname=") });
    },
  );
});
