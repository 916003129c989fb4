import { describe, expect, it } from "vitest";
import { secretForms } from "../../src/core/secret-forms.ts";
import { randomNumbers } from "./support/random-numbers.ts";
import { rounds } from "./support/thoroughness.ts";

const letters = [..."abcXYZ0189", ..."'\"\\/+=&<>% :@#", "ü", "日", "🙂", "\n", "\t", "\u2028"];

function randomSecret(below: (below: number) => number): string {
  return Array.from({ length: 8 + below(30) }, () => letters[below(letters.length)] ?? "").join("");
}

const json = (text: string): string => JSON.stringify(text).slice(1, -1);

/** encoding/json of Go, and kubectl's and Docker's output with it. */
function goJson(text: string): string {
  const escaped: Readonly<Record<string, string>> = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
  };
  return [...json(text)].map((one) => escaped[one] ?? one).join("");
}

/** What programs make of a secret where they write it down. */
const writers: Readonly<Record<string, (secret: string) => string>> = {
  "a file that holds nothing else": (secret) => secret,
  "a line of a log": (secret) => `login with ${secret.trim()} failed`,
  JSON: (secret) => `{"a":"${json(secret.trim())}"}`,
  "JSON within JSON": (secret) => json(`{"a":"${json(secret.trim())}"}`),
  "the journal's line of a program that prints JSON within JSON": (secret) => json(json(`"${json(secret.trim())}"`)),
  "JSON of Go": (secret) => `{"a":"${goJson(secret.trim())}"}`,
  "JSON of Go, as a line of the journal": (secret) => json(`{"a":"${goJson(secret.trim())}"}`),
  YAML: (secret) => `a: '${secret.trim().replaceAll("'", "''")}'`,
  "a shell's word": (secret) => `echo '${secret.trim().replaceAll("'", "'\\''")}'`,
  "a URL": (secret) => `https://ann:${encodeURIComponent(secret.trim())}@host/`,
  "the query of a URL": (secret) => `?${new URLSearchParams({ p: secret.trim() })}`,
  hex: (secret) => Buffer.from(secret.trim()).toString("hex"),
  "a Secret of Kubernetes": (secret) => Buffer.from(secret).toString("base64"),
  "Docker's auth": (secret) => Buffer.from(`ann:${secret.trim()}`).toString("base64"),
  "a header": (secret) => Buffer.from(`me:${secret.trim()}`).toString("base64"),
  "base64 amid more": (secret) => Buffer.from(`x${secret.trim()}tail`).toString("base64"),
  "base64 for URLs amid more": (secret) => Buffer.from(`{"p":"${secret.trim()}"}`).toString("base64url"),
};

const seeds = Array.from({ length: rounds(300) }, (_, index) => index + 1);

describe("the forms in which a secret may stand somewhere", () => {
  it.each(Object.entries(writers))("hold that of %s", (_, write) => {
    for (const seed of seeds) {
      const secret = randomSecret(randomNumbers(seed));
      const written = write(secret);
      const found = secretForms([secret]).some((form) => form.length >= 6 && written.includes(form));
      expect(found, `seed ${seed}: ${JSON.stringify(secret)}`).toBe(true);
    }
  });

  it("are each there once, none empty, and the longest first: one that holds another is gone whole", () => {
    for (const seed of seeds) {
      const below = randomNumbers(seed);
      const secrets = [randomSecret(below), randomSecret(below), "", "x"];
      const forms = secretForms(secrets);
      expect(new Set(forms).size, `seed ${seed}`).toBe(forms.length);
      expect(forms, `seed ${seed}`).not.toContain("");
      expect(forms.map(({ length }) => length)).toEqual(forms.map(({ length }) => length).toSorted((a, b) => b - a));
    }
  });

  it("are found in base64 wherever the secret begins, and whatever comes after it", () => {
    for (const seed of seeds) {
      const below = randomNumbers(seed);
      const secret = randomSecret(below).trim();
      const alone = secretForms([secret]);
      const before = "abc".slice(0, below(4));
      const around = [Buffer.from(`${before}${secret}1`), Buffer.from(`${before}${secret}~~~`)];
      const kept = around.map((bytes) => alone.filter((form) => bytes.toString("base64").includes(form)).length > 0);
      expect(kept, `seed ${seed}`).toEqual([true, true]);
    }
  });

  const line = "b3BlbnNzaC1rZXkt";

  it.each<[string, string, readonly string[], readonly string[]]>([
    ["a line of 16 characters", `head\n${line}\ntail`, [line], ["head", "tail"]],
    ["no line of 15", `head\n${line.slice(1)}\ntail`, [], [line.slice(1)]],
    ["a line without the blanks around it", `head\n  ${line}\t\ntail`, [line, `  ${line}\t`], []],
    ["no line that is long by its blanks alone", `head\n${" ".repeat(20)}x\ntail`, [], [`${" ".repeat(20)}x`, "x"]],
    ["itself, with the newline of its file and without", "hunter2!\n", ["hunter2!\n", "hunter2!"], []],
    ["no piece of base64 that is too short to be told from a word", "abc", ["abc", "YWJj"], ["FiY", "hYm"]],
  ])("of a secret are %s", (_, secret, some, none) => {
    const forms = secretForms([secret]);
    for (const form of some) expect(forms).toContain(form);
    for (const form of none) expect(forms).not.toContain(form);
  });

  it("can be had of what is no text at all", () => {
    expect(secretForms(["a\ud800b-secret"])).toContain(encodeURIComponent("a\ufffdb-secret"));
    expect(secretForms([])).toEqual([]);
    expect(secretForms([""])).toEqual([]);
  });
});
