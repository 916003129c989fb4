import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { DroverError } from "../../src/core/errors.ts";
import { createSecretResolver } from "../../src/inventory/secrets.ts";
import { testFolder } from "../test-folder.ts";

const folder = testFolder("secrets");

/** A resolver over real files and a real shell, as the command line makes it. */
const resolve = createSecretResolver({
  env: { PASSWORD: "hunter2", EMPTY: "", LINES: "a\nb\n" },
  readFile: (path) => readFile(path, "utf8"),
  run: async (command) => (await promisify(execFile)("/bin/sh", ["-c", command])).stdout,
});

/** What a reference fails with, which must be inventory/secret-unresolved and speak of no secret. */
async function failure(reference: string): Promise<DroverError> {
  const thrown: unknown = await resolve(reference).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof DroverError)) throw new Error(`${reference} was not refused`, { cause: thrown });
  expect(thrown.code).toBe("inventory/secret-unresolved");
  expect(thrown.remedy).not.toBe("");
  expect(`${thrown.message}${thrown.remedy}${thrown.details.join()}${String(thrown.cause)}`).not.toContain("hunter2");
  return thrown;
}

describe("a secret", () => {
  it("comes from a variable", async () => {
    expect(await resolve("env:PASSWORD")).toBe("hunter2");
  });

  it("comes from a file, without the line break at its end", async () => {
    const path = join(folder, "password");
    await writeFile(path, " hunter2 \n");
    expect(await resolve(`file:${path}`)).toBe(" hunter2 ");
    await writeFile(path, "hunter2\r\n");
    expect(await resolve(`file:${path}`)).toBe("hunter2");
  });

  it("comes from a command, whose colons are its own", async () => {
    expect(await resolve("cmd:printf '%s\\n' a:b | tr a c")).toBe("c:b");
  });

  it("keeps line breaks inside, and loses one at its end only", async () => {
    expect(await resolve("env:LINES")).toBe("a\nb");
    expect(await resolve("cmd:printf 'a\\n\\n'")).toBe("a\n");
  });
});

describe("a reference that leads nowhere", () => {
  it("is a variable that is not set", async () => {
    expect((await failure("env:MISSING")).message).toBe("the variable MISSING is not set");
  });

  it("is a file that is not there, or a folder", async () => {
    expect((await failure(`file:${folder}/nothing`)).message).toBe(`the file ${folder}/nothing cannot be read`);
    expect((await failure(`file:${folder}`)).message).toBe(`the file ${folder} cannot be read`);
  });

  it("is a command that fails, and neither it nor what it printed is told", async () => {
    expect((await failure("cmd:echo hunter2; echo hunter2 >&2; exit 3")).message).toBe("its command failed");
    expect((await failure("cmd:kill -9 $$ # hunter2")).message).toBe("its command failed");
  });

  it.each(["env:EMPTY", "cmd:true", "cmd:echo"])("is %s, which is empty", async (reference) => {
    expect((await failure(reference)).message).toBe("it leads to nothing but an empty text");
  });

  it.each(["hunter2", "vault:hunter2", "constructor:hunter2", "", ":x"])(
    "is %j, which is no reference",
    async (reference) => {
      expect((await failure(reference)).message).toBe("this is not a reference");
    },
  );
});
