import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { DroverError } from "../../src/core/errors.ts";
import { loadInventory } from "../../src/inventory/load.ts";

const folder = `${import.meta.dirname}/inventory`;
const cases = readdirSync(folder).flatMap((name) => (name.endsWith(".yaml") ? [name.replace(/\.yaml$/, "")] : []));

/** Everything that an error of the inventory tells, as text. */
async function errorText(path: string): Promise<string> {
  const thrown: unknown = await loadInventory({
    path,
    readFile: (file) => readFile(file, "utf8"),
    home: "/home/me",
    resolveSecret: async () => "",
  }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof DroverError)) throw new Error(`${path} did not fail as it should`, { cause: thrown });
  return [thrown.code, thrown.message, ...thrown.details, `-> ${thrown.remedy}`, ""].join("\n");
}

describe("what is told of a bad inventory", () => {
  it.each(cases)("%s", async (name) => {
    const text = (await errorText(`${folder}/${name}.yaml`)).replaceAll(folder, "FOLDER");
    expect(text).not.toContain("hunter2");
    await expect(text).toMatchFileSnapshot(`inventory/${name}.golden.txt`);
  });

  it("missing", async () => {
    const text = (await errorText(`${folder}/missing.yaml`)).replaceAll(folder, "FOLDER");
    await expect(text).toMatchFileSnapshot("inventory/missing.golden.txt");
  });
});
