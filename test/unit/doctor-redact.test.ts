import { describe, expect, it } from "vitest";
import { createRedactor, secretsIn } from "../../src/cli/doctor/redact.ts";
import { Secret } from "../../src/core/secret.ts";

const secret = 'S3cr/et"pass word+ü&<7>';

/** As encoding/json of Go writes a text. */
function goJson(text: string): string {
  return JSON.stringify(text).replaceAll("&", "\\u0026").replaceAll("<", "\\u003c").replaceAll(">", "\\u003e");
}
const redact = createRedactor([secret, "abc", ""]);

/** A secret as programs write it. */
const forms: Readonly<Record<string, string>> = {
  "as it is": secret,
  "in JSON": JSON.stringify({ value: secret }),
  "in JSON in JSON": JSON.stringify({ line: JSON.stringify(secret).slice(1, -1) }),
  "in a URL": `https://h/?p=${encodeURIComponent(secret)}`,
  "in Go's JSON": goJson(secret),
  "in Go's JSON in JSON": JSON.stringify({ line: JSON.stringify({ stdout: goJson(secret) }) }),
  "in the query of a URL, as Go writes it": new URLSearchParams({ p: secret }).toString(),
  "in base64 for URLs": Buffer.from(secret).toString("base64url"),
  "in hex": Buffer.from(secret).toString("hex"),
  "in base64": Buffer.from(secret).toString("base64"),
  "in base64 after one byte": Buffer.from(`u${secret}`).toString("base64"),
  "in base64 after two bytes, as Docker's auth": Buffer.from(`a:${secret}`).toString("base64"),
  "in base64 amid more": Buffer.from(`user:${secret}:tail`).toString("base64"),
};

describe("a secret that is known", () => {
  it.each(Object.entries(forms))("is gone %s, wherever it stands", (_, form) => {
    for (const text of [form, `x ${form} y`, `${form}${form}`, `"k":"${form}",\n${form}`]) {
      const left = redact(text);
      expect(left).toContain("***");
      expect(left).not.toContain(form);
      for (const decoded of [left, Buffer.from(left, "base64").toString(), decodeSafely(left)])
        expect(decoded).not.toContain(secret.slice(0, 9));
    }
  });

  it.each([`note: 'it''s my secret'`, `echo 'it'\\''s my secret'`, `note: "it's my secret"`])(
    "with a quote in it is gone as YAML and shells write it: %s",
    (text) => expect(createRedactor(["it's my secret"])(text)).not.toMatch(/my|secret/),
  );

  it("of several lines is gone line by line", () => {
    const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAA\nQyNTUxOQAAACDd\n-----END";
    expect(createRedactor([key])("a log line: b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAA.")).toBe("a log line: ***.");
  });

  it("too short to be told from a word is left where nothing says that it is one", () => {
    expect(redact("abc is the alphabet")).toBe("abc is the alphabet");
    expect(redact("password: abc")).toBe("password: ***");
  });
});

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

describe("what looks like a secret", () => {
  it.each([
    ["a PEM key", "a\n-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAK\n-----END RSA PRIVATE KEY-----\nb", "MIIEow"],
    [
      "a PEM key on one line",
      '"key": "-----BEGIN EC PRIVATE KEY-----\\nMHcCAQ\\n-----END EC PRIVATE KEY-----\\n"',
      "MHcCAQ",
    ],
    ["a PEM key that was cut", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg", "MIIEvQ"],
    ["a kubeconfig's key", "    client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlF", "TUlJR"],
    ["a JSON Web Token", "got eyJhbGciOiJSUzI1NiIsImtpZCI6Ik.eyJpc3MiOiJrdWJlcm5ldGVzL3.c2lnbmF0dXJl", "c2lnbmF0dXJl"],
    ["Rancher's token", "server token-abc12:tcg9vb4nvxkqjd7x5xkq8xk8c9k2wjsm7t", "tcg9vb4nvx"],
    ["a bootstrap token", "kubeadm join --token 9a08jv.c0izixklcxtmnze7", "c0izixklcxtmnze7"],
    ["a login in a URL", "fetching https://ann:hunter2@charts.example.com/x", "hunter2"],
    ["a proxy's login", "HTTPS_PROXY=http://ann:hunter2@proxy:3128", "hunter2"],
    ["a header", "Authorization: Bearer abcdef123456", "abcdef123456"],
    ["Docker's auth", '"registry.lan": { "auth": "YW5uOmh1bnRlcjI=" }', "YW5uOmh1bnRlcjI"],
    ["an environment variable", "REGISTRY_PASSWORD=hunter2", "hunter2"],
    ["a key in YAML", "  bootstrapPassword: hunter2 and more", "hunter2"],
    ["a quoted one with blanks", 'password: "hunter2 has three words"', "three"],
    ["a flag", "docker login --password hunter2 -u ann", "hunter2"],
    [
      "a line of /etc/shadow",
      "root:$6$rounds=5000$usesomesillystri$D4IrlXatmP7rx3P3InaxBeoomnAihCKRVQAr/36eSrGsFaHBvoQ:19000:0",
      "D4IrlXatmP7",
    ],
    ["GitHub's newer token", "clone with github_pat_11ABCDEFG0_x9YzKq2Lm", "11ABCDEFG0"],
    ["Docker Hub's token", "login -u ann with dckr_pat_Zx81kQw9_t2LmPqRs", "Zx81kQw9"],
    ["NVIDIA's key", "pull nvcr.io with nvapi-Qm3kX9_zR7tLpW2c", "Qm3kX9"],
    ["Hugging Face's token", "download with hf_aBcDeFgHiJkLmNoPqRs", "aBcDeFgHi"],
    ["GitHub's token", "clone with ghp_16C7e42F292c6912E7710c838347Ae178B4a", "16C7e42F292c"],
  ])("%s is hidden", (_, text, inside) => {
    const inJson = JSON.stringify({ line: text });
    for (const form of [text, inJson, JSON.stringify({ stdout: inJson })]) {
      const left = createRedactor([])(form);
      expect(left).not.toContain(inside);
      expect(left).toContain("***");
    }
  });

  it.each([
    "password: env:REGISTRY_PASSWORD",
    "sudoPassword: ask",
    "passphrase: file:/home/ann/secret",
    "PasswordAuthentication no",
    "Setting up passwd (1:4.13+dfsg1-4) ...",
    "worker-1 Ready <none> 3d v1.32.3",
    "rancher/hyperkube@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    '{"kind":"output","host":"a","step":"docker/installed","line":"Get:1 http://deb.debian.org/debian trixie"}',
    "https://charts.example.com:8443/path@v1",
  ])("no ordinary line is taken for one: %s", (text) => expect(createRedactor([])(text)).toBe(text));

  it("comes to an end on text that is made against it", () => {
    for (const evil of [
      "password".repeat(5000),
      "-----BEGIN PRIVATE KEY-----".repeat(5000),
      "a:".repeat(20_000),
      "eyJ".repeat(9000),
    ])
      expect(createRedactor([])(evil).length).toBeLessThanOrEqual(evil.length + 3);
  });
});

describe("the secrets of what was loaded", () => {
  it("are those that are typed so, those under a telling key, and all of secretValues", () => {
    const loaded = {
      hosts: [{ name: "a", login: { password: new Secret("one"), passphrase: "ask" }, keyPath: "/id" }],
      registries: [{ url: "r", password: "two" }],
      addons: { rancher: { tls: { key: "three", certificate: "no" }, secretValues: { smtp: { host: "four" } } } },
    };
    expect(secretsIn(loaded)).toEqual(["one", "ask", "two", "three", "four"]);
  });

  it.each([undefined, null, 7, "text", []])("of %j are none", (value) => expect(secretsIn(value)).toEqual([]));
});
