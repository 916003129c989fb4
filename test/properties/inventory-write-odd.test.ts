import { describe, expect, it } from "vitest";
import { editInventory, plainInventory } from "../../src/inventory/write/edit.ts";
import { readYaml } from "../../src/inventory/yaml/read-yaml.ts";
import { randomNumbers } from "../unit/support/random-numbers.ts";

const read = (text: string) => readYaml({ name: "i", folder: "/", text })?.value;
const edit = (source: string, after: Readonly<Record<string, unknown>>) => editInventory(source, after, new Map());

const files = {
  "of Windows": "version: 1\r\nssh:\r\n  user: a # who\r\nhosts:\r\n  - {name: h}\r\n",
  "with a mark of byte order": "\ufeffversion: 1\nssh:\n  user: a # who\nhosts:\n  - {name: h}\n",
  "with both": "\ufeffversion: 1\r\nssh:\r\n  user: a # who\r\nhosts:\r\n  - {name: h}\r\n",
  "with marks of a document": "---\nversion: 1\nssh:\n  user: a # who\nhosts:\n- name: h\n...\n",
  "that is JSON": '{"version":1,"ssh":{"user":"a"},"hosts":[{"name":"h"}]}',
  "whose last line does not end": "version: 1\nhosts: [{name: h}]\nssh:\n  user: a # who",
  "that ends with a comment": "version: 1\nhosts: [name: h]\nssh:\n  user: a # who\n# end",
  "with keys in quotes": '"version": 1\n\'hosts\':\n  - "name": h\n"ssh":\n  \'user\': a # who\n',
  "with tabs before comments": "version: 1\t# one\nhosts:\n  - name: h\t# it\nssh:\n  user: a\t# who\n",
  "with a text over several lines": "version: 1\nhosts:\n  - name: h\nssh:\n  user: >-\n    a\n",
  "with the version last": "ssh: {user: a}\nhosts:\n  - name: h\nversion: 1\n",
};
const before = { version: 1, ssh: { user: "a" }, hosts: [{ name: "h" }] };

const changes = {
  "another value": { ...before, ssh: { user: "b" } },
  "another key": { ...before, ssh: { user: "a", key: "~/k: #x" } },
  "another part": { ...before, rke: { network: { plugin: "flannel" } } },
  "one more host": { ...before, hosts: [{ name: "h" }, { name: "i", roles: ["etcd"] }] },
  "no ssh": { version: 1, hosts: [{ name: "h" }] },
  "no host": { ...before, hosts: [] },
  "an empty part": { ...before, ssh: {}, addons: { certManager: {} } },
  "texts that look like other things": {
    ...before,
    ssh: { user: "1_000", key: "0x1F", a: "no", b: "~", c: "2024-01-01" },
  },
  "texts of several lines": { ...before, ssh: { user: "a", values: "x: 1\n  y: 2\n\n# z\n" } },
};

describe("an inventory that is edited is what was meant, for the reader that will read it", () => {
  it.each(Object.entries(files))("%s", (_, source) => {
    expect(read(source)).toEqual(before);
    for (const [what, after] of Object.entries(changes)) {
      const text = edit(source, after);
      expect(read(text), what).toEqual(after);
      expect(text.startsWith("\ufeff"), what).toBe(source.startsWith("\ufeff"));
      expect(/\r/.test(text), what).toBe(/\r/.test(source));
      if (/\r/.test(source)) expect(text, what).not.toMatch(/[^\r]\n/);
      if (source.includes("# who") && "ssh" in after && Object.keys(after.ssh).length > 0)
        expect(text, what).toContain("# who");
    }
    expect(edit(source, before)).toBe(source);
  });

  it.each(["", "# nothing yet\n", "\ufeff"])("from next to nothing: %j", (source) => {
    for (const after of Object.values(changes)) expect(read(edit(source, after))).toEqual(after);
  });

  it("keeps line ends that are mixed as they are", () => {
    expect(edit("version: 1\r\nssh:\n  user: a\n", { version: 1, ssh: { user: "b" } })).toBe(
      "version: 1\r\nssh:\n  user: b\n",
    );
  });
});

/** A text as YAML has it in one of its styles. */
const styles = [
  "plain",
  "1",
  "0o17",
  "1e3",
  "no",
  "null",
  "'it''s'",
  '"\\t\\u00e9\\\\"',
  "!!str 5",
  "|\n    a\n    b",
  ">-\n    a\n    b",
  "[1, {a: b}]",
  "{a: [], b: ~}",
  "2024-01-01",
  "1_000",
  "<<",
  "=",
  "a#b",
  "é: ü",
];

it("both readers of YAML say the same of any value in any style", () => {
  const below = randomNumbers(99);
  for (let round = 0; round < 400; round += 1) {
    const lines = Array.from({ length: 1 + below(5) }, (_, index) => {
      const style = styles[below(styles.length)] ?? "";
      return `k${index}: ${style === "é: ü" ? "{é: ü}" : style}${style.includes("\n") ? "" : [" # c", "", "\n", "\r"][below(3)]}\n`;
    });
    const text = lines.join("");
    expect(plainInventory(text), text).toEqual(read(text));
  }
});
