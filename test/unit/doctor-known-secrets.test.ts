import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { knownSecrets } from "../../src/cli/doctor/known-secrets.ts";
import { createRedactor } from "../../src/cli/doctor/redact.ts";
import { testFolder } from "../test-folder.ts";

const [first, second] = ["MIIEowIBAAKCAQEAxq1mR0mDzGJr7", "q2k9Zt0vVJ3Tt8yXxHk1oLwq9pVbN"];
const pem = `-----BEGIN RSA PRIVATE KEY-----\n${first}\n${second}\n-----END RSA PRIVATE KEY-----\n`;
const sealing = "c2VhbGluZy1rZXktb2YtZXRjZA==";
const encryption = { kind: "EncryptionConfiguration", resources: [{ aescbc: { keys: [{ secret: sealing }] } }] };

let dir: string;
beforeEach(() => {
  dir = testFolder("known");
});

function put(name: string, text: string): void {
  mkdirSync(join(dir, ".drover", name, ".."), { recursive: true });
  writeFileSync(join(dir, ".drover", name), text);
}

const known = (env = {}) => knownSecrets(join(dir, "inventory.yaml"), env, undefined);
const redacted = (text: string) => createRedactor(known())(text);

describe("the secrets that lie beside an inventory", () => {
  const state = JSON.stringify({
    desiredState: {
      certificatesBundle: { "kube-ca": { certificatePEM: "-----BEGIN CERTIFICATE-----\nMIIC\n", keyPEM: pem } },
      encryptionConfig: JSON.stringify(encryption),
    },
  });

  it("are those of RKE's state: its keys line by line, and the key that secrets are sealed with", () => {
    put("prod/cluster.rkestate", state);
    for (const word of [first, second, sealing]) {
      expect(redacted(`rke says ${word}, alone on its line`)).toBe("rke says ***, alone on its line");
    }
    expect(redacted(Buffer.from(`<${sealing}>`).toString("base64"))).toContain("***");
  });

  it("do not hide what makes the keys of others known as such", () => {
    put("prod/cluster.rkestate", state);
    const foreign = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAA\n-----END OPENSSH PRIVATE KEY-----";
    expect(redacted(foreign)).toBe("-----BEGIN OPENSSH PRIVATE KEY-----***-----END OPENSSH PRIVATE KEY-----");
    const certificate = "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----";
    expect(redacted(certificate)).toBe(certificate);
  });

  it("are those of every cluster there, though the inventory names one of them at most", () => {
    put("prod/kube_config_cluster.yml", "users:\n- user:\n    token: opaque-9931-of-prod\n");
    put("old/kube_config_cluster.yml", "users:\n- user:\n    token: opaque-4417-of-old\n");
    put("plan.key", `${"5e".repeat(32)}\n`);
    expect(known()).toEqual(expect.arrayContaining(["opaque-9931-of-prod", "opaque-4417-of-old", "5e".repeat(32)]));
    expect(redacted("opaque-4417-of-old and opaque-9931-of-prod")).toBe("*** and ***");
  });

  it("are those of variables that say so, and no others", () => {
    expect(known({ REGISTRY_PASSWORD: "hunter2", SHELL: "/bin/sh", GITHUB_TOKEN: undefined })).toContain("hunter2");
    expect(known({ SHELL: "/bin/sh" }).join("")).toBe("");
  });

  it.each([
    ["is a folder", () => mkdirSync(join(dir, ".drover/prod/cluster.rkestate"), { recursive: true })],
    ["is no text", () => put("prod/cluster.rkestate", "\u0000[:\ufffd")],
    ["is empty", () => put("prod/cluster.rkestate", "")],
    ["ends within a key", () => put("prod/cluster.rkestate", state.slice(0, state.indexOf(second) + 9))],
  ])("break nothing where RKE's state %s", (_, make) => {
    make();
    expect(redacted("nothing is secret here")).toBe("nothing is secret here");
  });

  it("of a state that was cut within a key are what is left of it", () => {
    put("prod/cluster.rkestate", state.slice(0, state.indexOf(second) + 20));
    expect(redacted(`${first} ${second}`)).toBe(`*** ***${second.slice(20)}`);
  });
});
