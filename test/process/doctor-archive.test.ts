import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tar } from "../../src/cli/doctor/tar.ts";
import { runHere } from "../cli/run-here.ts";
import { newKey } from "../ssh/new-key.ts";
import { testFolder } from "../test-folder.ts";

/** What the tar of this machine makes of an archive: its files with their texts. */
function unpacked(dir: string, archive: string): Readonly<Record<string, string>> {
  const out = join(dir, "out");
  mkdirSync(out);
  execFileSync("tar", ["-xf", join(dir, archive), "-C", out]);
  const names = readdirSync(out, { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(join(out, name)).isFile(),
  );
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(out, name), "utf8")]));
}

const folder = "drover-doctor-20261121-120000";

describe("an archive", () => {
  it("keeps the files of a host apart whose name is as long as names may be", () => {
    const dir = testFolder("archive");
    const files = ["answers.json", "system.txt"].map((name) => `hosts/${"h".repeat(63)}/${name}`);
    const entries = files.map((name) => ({ name, content: Buffer.from(`this is ${name}`) }));
    writeFileSync(join(dir, "a.tar"), tar(folder, entries, 0));
    expect(unpacked(dir, "a.tar")).toEqual(
      Object.fromEntries(files.map((name) => [`${folder}/${name}`, `this is ${name}`])),
    );
  });

  it("gives back every length of file as it was, and names of other scripts", () => {
    const dir = testFolder("archive");
    const lengths = [0, 1, 511, 512, 513, 1024, 70_000];
    const entries = lengths.map((length) => ({ name: `größe-${length}`, content: Buffer.alloc(length, "x") }));
    writeFileSync(join(dir, "a.tar"), tar(folder, entries, Date.UTC(2026, 0, 1)));
    const found = unpacked(dir, "a.tar");
    for (const length of lengths) expect(found[`${folder}/größe-${length}`]?.length).toBe(length);
    const listed = execFileSync("tar", ["-tvf", "a.tar", "--utc"], { cwd: dir, encoding: "utf8" });
    expect(listed.split("\n")[0]).toMatch(/^-rw------- 0\/0 +0 2026-01-01 00:00 /);
  });

  it("refuses a name that does not fit, rather than cut it", () => {
    for (const name of ["x".repeat(101), "ß".repeat(51)])
      expect(() => tar(folder, [{ name, content: Buffer.alloc(0) }], 0)).toThrow("too long");
  });

  it("is made of whole blocks and ends with two empty ones", () => {
    for (const length of [0, 1, 511, 512, 513]) {
      const archive = tar(folder, [{ name: "a", content: Buffer.alloc(length, "x") }], 0);
      expect(archive.length).toBe(512 + Math.ceil(length / 512) * 512 + 1024);
      expect(archive.subarray(-1024).every((byte) => byte === 0)).toBe(true);
    }
  });
});

it("drover doctor tells of two hosts with long names that begin alike in files of their own", async () => {
  const dir = testFolder("archive");
  writeFileSync(join(dir, "id"), newKey().private, { mode: 0o600 });
  const names = ["1", "2"].map((end) => `${"h".repeat(62)}${end}`);
  const roles = ["[controlplane, etcd, worker]", "[worker]"];
  const hosts = names.map(
    (name, index) => `  - { name: ${name}, address: 127.0.0.${index + 1}, port: 1, roles: ${roles[index]} }`,
  );
  writeFileSync(
    join(dir, "inventory.yaml"),
    ["version: 1", "cluster: { name: test }", "ssh: { user: root, key: ./id }", "hosts:", ...hosts, ""].join("\n"),
  );
  const { thrown, stdout } = await runHere(dir, ["doctor", "-o", "d.tar.gz"]);
  expect(thrown).toBeUndefined();
  const found = unpacked(dir, "d.tar.gz");
  for (const name of names) {
    const file = `drover-doctor-20260101-000000/hosts/${name}.error.txt`;
    expect(found[file], Object.keys(found).join()).toContain("ssh/unreachable");
    expect(stdout).toContain(file);
  }
});
