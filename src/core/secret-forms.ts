/** All forms in which these secrets may stand in files, each once and none empty, the longest first: a form may hold another one. Pure. */
export function secretForms(secrets: readonly string[]): readonly string[] {
  return [...new Set(secrets.flatMap(formsOf))].filter((form) => form !== "").sort((a, b) => b.length - a.length);
}

/** As it is, line by line, in single quotes of YAML or a shell, in JSON, in a URL, in hex, in base64 also amid other text. */
function formsOf(secret: string): readonly string[] {
  const whole = secret.trim().toWellFormed();
  const lines = whole.split("\n").filter((line) => line.trim().length >= 16);
  const bytes = Buffer.from(whole);
  return [
    secret,
    whole,
    ...lines.flatMap((line) => [line, line.trim()]),
    whole.replaceAll("'", "''"),
    whole.replaceAll("'", "'\\''"),
    // A line of output in a journal may itself be JSON, and hold some.
    ...[inJson, inGoJson].flatMap((write) => [write(whole), inJson(write(whole)), inJson(inJson(write(whole)))]),
    encodeURIComponent(whole),
    inQuery(whole),
    bytes.toString("hex"),
    ...[secret, whole].map((text) => Buffer.from(text).toString("base64")),
    ...[0, 1, 2].flatMap((before) => {
      const form = base64Within(bytes, before);
      return [form, form.replaceAll("+", "-").replaceAll("/", "_")];
    }),
  ];
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** As Docker, kubectl and all else of Go write JSON (encoding/json, HTMLEscape). */
function inGoJson(text: string): string {
  return inJson(text).replace(/[<>&\u2028\u2029]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** As Go and browsers write it in the query of a URL. */
function inQuery(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1);
}

/** Those characters of base64 that depend on the secret alone, if so many bytes (modulo 3) come before it. */
function base64Within(bytes: Buffer, before: number): string {
  const encoded = Buffer.concat([Buffer.alloc(before), bytes])
    .toString("base64")
    .replace(/=+$/, "");
  const start = Math.ceil((before * 8) / 6);
  const end = Math.floor(((before + bytes.length) * 8) / 6);
  return end - start < 6 ? "" : encoded.slice(start, end);
}
