import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadInventory } from "../../src/inventory/load.ts";
import { createSecretResolver } from "../../src/inventory/secrets.ts";
import { testFolder } from "../test-folder.ts";
import { minimal, mistakesOf } from "./inventory-support.ts";

const folder = testFolder("credentials");

const ann = { registry: "ghcr.io", user: "ann", password: "env:TOKEN" };
const readText = (path: string): Promise<string> => readFile(path, "utf8");
const mistakes = (registryCredentials: unknown) => mistakesOf({ ...minimal, addons: { registryCredentials } });
const mistakesIn = (login: object) => mistakes({ namespaces: ["a"], logins: [{ ...ann, ...login }] });

async function loaded(registryCredentials: unknown, env: Readonly<Record<string, string>> = {}) {
  const path = join(folder, "inventory.yaml");
  await writeFile(path, JSON.stringify({ ...minimal, addons: { registryCredentials } }));
  const resolveSecret = createSecretResolver({ env, readFile: readText, run: async () => "" });
  return (await loadInventory({ path, readFile: readText, home: "/home/me", resolveSecret })).addons
    .registryCredentials;
}

describe("logins for the pods of namespaces, in the inventory", () => {
  it("are read with their passwords, from variables and from files of several lines", async () => {
    await writeFile(join(folder, "key.json"), '{\n  "type": "service_account"\n}\n');
    const google = { registry: "europe-docker.pkg.dev", user: "_json_key", password: "file:key.json" };
    expect(await loaded({ namespaces: ["team-a"], logins: [ann, google] }, { TOKEN: "t0ken" })).toEqual({
      version: "1.0.0",
      namespaces: ["team-a"],
      logins: [
        { ...ann, password: "t0ken" },
        { ...google, password: '{\n  "type": "service_account"\n}' },
      ],
    });
  });

  it("that lead to no password are named by their place in the list", async () => {
    const logins = [{ registry: "docker.io", user: "b", password: "env:THERE" }, ann];
    await expect(loaded({ namespaces: ["a"], logins }, { THERE: "x" })).rejects.toMatchObject({
      code: "inventory/secret-unresolved",
      message: expect.stringMatching(/^addons\.registryCredentials\.logins\[1\]\.password: the variable TOKEN/),
    });
  });

  it.each(["docker.io", "ghcr.io", "gcr.io", "eu.gcr.io", "10.0.0.5:5000", "registry.example.com:5000", "localhost"])(
    "may be for %s",
    (registry) => {
      expect(mistakesIn({ registry })).toEqual([]);
    },
  );

  it.each([
    ["https://ghcr.io", "must not have a scheme"],
    ["ghcr.io/acme", "must be host or host:port, without a path"],
    ["GHCR.io", "must be host or host:port"],
    ["", "must be host"],
    ["ghcr.io:", "must be host or host:port"],
    ["a b", "must be host or host:port"],
    ["$(id)", "must be host or host:port"],
    ["-u", "must be host or host:port"],
  ])("may not be for '%s'", (registry, why) => {
    expect(mistakesIn({ registry }).join()).toContain(why);
  });

  it.each([
    "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
    "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com",
    "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
    "123456789012.dkr-ecr.eu-west-1.on.aws",
  ])("are refused for Amazon's %s, with the reason and what to do instead", (registry) => {
    const [found = "", ...more] = mistakesIn({ registry });
    expect(found).toMatch(
      /^addons\.registryCredentials\.logins\[0\]\.registry: is Amazon's.*12 hours.*External Secrets/,
    );
    expect(more).toEqual([]);
  });

  it("are not mistaken for Amazon's by a part of the name", () => {
    expect(mistakesIn({ registry: "dkr.ecr.amazonaws.com.example.org" })).toEqual([]);
    expect(mistakesIn({ registry: "public.ecr.aws" })).toEqual([]);
  });

  it("hold no password as plain text", () => {
    expect(mistakesIn({ password: "hush" }).join()).toMatch(/logins\[0\]\.password/);
    expect(mistakesIn({ password: "hush" }).join()).not.toContain("hush");
  });

  it.each<[object, RegExp]>([
    [{ namespaces: [], logins: [ann] }, /namespaces: must name at least one namespace/],
    [{ namespaces: ["a", "a"], logins: [ann] }, /namespaces: must not name a namespace twice/],
    [{ namespaces: ["Team A"], logins: [ann] }, /namespaces\[0\]/],
    [{ namespaces: ["a"], logins: [] }, /logins: must hold at least one login/],
    [{ namespaces: ["a"], logins: [ann, { ...ann, user: "bob" }] }, /two logins for one registry/],
    [{ namespaces: ["a"] }, /logins/],
    [{ logins: [ann] }, /namespaces/],
  ])("are refused as %j", (given, why) => {
    expect(mistakes(given).join("\n")).toMatch(why);
  });
});
