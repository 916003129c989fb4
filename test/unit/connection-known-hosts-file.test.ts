import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { addKnownHost, readKnownHosts } from "../../src/connection/known-hosts-file.ts";
import { testFolder } from "../test-folder.ts";

const file = () => join(testFolder("known-hosts"), "ssh", "known_hosts");

describe("a known_hosts file", () => {
  it("that is not there is empty, and is made for its owner alone", async () => {
    const path = file();
    expect(await readKnownHosts(path)).toBe("");
    await addKnownHost(path, "a ssh-ed25519 AAAA");
    expect(readFileSync(path, "utf8")).toBe("a ssh-ed25519 AAAA\n");
    expect([statSync(path).mode & 0o777, statSync(join(path, "..")).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  it("keeps what others wrote, whether or not its last line has an end", async () => {
    for (const text of ["b ssh-rsa BBBB", "b ssh-rsa BBBB\n", "# mine\n\nb ssh-rsa BBBB"]) {
      const path = file();
      mkdirSync(join(path, ".."));
      writeFileSync(path, text, { mode: 0o644 });
      await addKnownHost(path, "a ssh-ed25519 AAAA");
      expect(readFileSync(path, "utf8")).toBe(`${text.replace(/\n$/, "")}\na ssh-ed25519 AAAA\n`);
      expect(statSync(path).mode & 0o777).toBe(0o644);
    }
  });

  it("has every line whole where several runs write at once", async () => {
    const path = file();
    const lines = Array.from({ length: 40 }, (_, n) => `host-${n} ssh-ed25519 ${"A".repeat(60)}`);
    await addKnownHost(path, "first ssh-ed25519 AAAA");
    await Promise.all(lines.map((line) => addKnownHost(path, line)));
    const written = readFileSync(path, "utf8").split("\n").filter(Boolean);
    expect(written.toSorted()).toEqual(["first ssh-ed25519 AAAA", ...lines].toSorted());
  });

  it("that is a folder cannot be read, and that is told with its path", async () => {
    const path = testFolder("known-hosts");
    await expect(readKnownHosts(path)).rejects.toMatchObject({
      code: "ssh/host-key-unknown",
      message: `${path} cannot be read`,
      remedy: expect.stringContaining("pin the host keys"),
    });
  });

  it("that cannot be made is told, not called a defect of Drover", async () => {
    // A link that leads nowhere: nobody can write through it, not even root.
    const path = join(testFolder("known-hosts"), "known_hosts");
    symlinkSync("nowhere/known_hosts", path);
    await expect(addKnownHost(path, "a ssh-ed25519 AAAA")).rejects.toMatchObject({
      code: "ssh/host-key-unknown",
      message: `${path} cannot be written`,
      details: [expect.stringContaining("ENOENT")],
    });
  });
});
