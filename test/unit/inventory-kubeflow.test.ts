import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadInventory } from "../../src/inventory/load.ts";
import { createSecretResolver } from "../../src/inventory/secrets.ts";
import { testFolder } from "../test-folder.ts";
import { minimal, mistakesOf } from "./inventory-support.ts";

const folder = testFolder("kubeflow");

const kubeflow = { email: "ann@example.com", password: "env:WORD" };
const certManager = {};
const readText = (path: string): Promise<string> => readFile(path, "utf8");
const mistakes = (addons: unknown) => mistakesOf({ ...minimal, addons }).join("\n");

async function loaded(more: object, WORD: string) {
  const path = join(folder, "inventory.yaml");
  await writeFile(path, JSON.stringify({ ...minimal, addons: { certManager, kubeflow: { ...kubeflow, ...more } } }));
  const resolveSecret = createSecretResolver({ env: { WORD }, readFile: readText, run: async () => `${WORD}\n` });
  return (await loadInventory({ path, readFile: readText, home: "/home/me", resolveSecret })).addons.kubeflow;
}

describe("Kubeflow in the inventory", () => {
  it("is its user, and where the distribution comes from", async () => {
    expect(await loaded({}, "correct horse")).toEqual({
      version: "1.10.2",
      source: "https://github.com/kubeflow/manifests",
      adopt: false,
      email: "ann@example.com",
      password: "correct horse",
    });
    expect(await loaded({ source: "./mirror/" }, "correct horse")).toMatchObject({ source: join(folder, "mirror") });
  });

  it("has its password from a file or a command, without the last line's end", async () => {
    await writeFile(join(folder, "word"), "correct horse\n");
    expect(await loaded({ password: "file:word" }, "")).toMatchObject({ password: "correct horse" });
    expect(await loaded({ password: "cmd:pass show kubeflow" }, "by command")).toMatchObject({
      password: "by command",
    });
  });

  it.each([
    ["12341234", "leads to the password that Kubeflow's makers publish"],
    ["seven-7", "leads to a password of less than 8 characters"],
    ["a".repeat(73), "of more than 72 bytes"],
    ["ä".repeat(37), "of more than 72 bytes"],
    ["one line\nand another", "of several lines"],
  ])("refuses the password %j, and does not show it", async (word, why) => {
    const error = await loaded({}, word).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "inventory/invalid", remedy: expect.stringContaining("8 to 72") });
    expect(String(error)).toContain("addons.kubeflow.password");
    expect(String(error)).toContain(why);
    if (word !== "12341234") expect(JSON.stringify(error)).not.toContain(word);
  });

  it("takes passwords of up to 72 bytes", async () => {
    expect(await loaded({}, "a".repeat(72))).toMatchObject({ password: "a".repeat(72) });
  });

  it.each([
    ["no user", {}, "addons.kubeflow.email"],
    ["a password in the clear", { ...kubeflow, password: "correct horse" }, "must say where the password is"],
    ["no address of e-mail", { ...kubeflow, email: "ann" }, "must be an e-mail address"],
    ["a v in its version", { ...kubeflow, version: "v1.10.2" }, "without a v"],
    ["another key", { ...kubeflow, values: {} }, "values"],
  ])("is refused with %s", (_, keys, why) => {
    const told = mistakes({ certManager, kubeflow: keys });
    expect(told).toContain(why);
    expect(told).not.toContain("correct horse");
  });

  it("needs cert-manager, which its distribution would bring a second time", () => {
    expect(mistakes({ kubeflow })).toContain("add `certManager: {}`");
    expect(mistakes({ kubeflow, certManager })).toBe("");
  });

  it("is refused beside its own pipelines, with the way to remove them", () => {
    const told = mistakes({ kubeflow, certManager, kubeflowPipelines: {} });
    expect(told).toContain("addons.kubeflowPipelines");
    expect(told).toContain("drover addons disable kubeflowPipelines");
    expect(mistakes({ kubeflowPipelines: {} })).toBe("");
  });
});
