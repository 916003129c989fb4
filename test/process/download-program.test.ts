import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../scripts/parts/checksum.ts";
import { fetchProgram, type WantedProgram } from "../../src/download/program.ts";
import { testFolder } from "../test-folder.ts";
import { type Answer, publisherDouble } from "../unit/support/publisher-double.ts";

// Against a double of a publisher's server: the real ones cannot be told to fail. Files, tar and disks are real.

let root = "";
beforeEach(() => {
  root = testFolder("program");
});

const program = `#!/bin/sh\necho "rke version v1.8.4"\n${"#".repeat(20_000)}\n`;
const impatient = { tries: 2, pauseMs: 1, stallMs: 100_000, totalMs: 100_000 };
const list = (sum: string, name = "rke") => [
  { body: `${"0".repeat(64)}  other\n${sum}  ${name}\n`, type: "text/plain" },
];
const at = () => join(root, "cache", "rke-v1.8.4");

/** The line is cut after so many bytes of an answer. */
const cut = (bytes: number): Answer => ({
  body: program,
  cutAfter: { bytes, keptIn: join(`${at()}.download`, "rke.part") },
});

/** Fetches `/rke` of a double that answers so. */
async function fetched(
  answers: Readonly<Record<string, readonly Answer[]>>,
  more: Partial<WantedProgram> = {},
): Promise<{ readonly error: unknown; readonly asked: readonly string[] }> {
  await using publisher = await publisherDouble(answers);
  const url = `${publisher.url}${more.member === undefined ? "/rke" : "/helm.tar.gz"}`;
  const wanted = { url, checksums: `${publisher.url}/sums`, to: at(), ...more };
  const error = await fetchProgram(wanted, { env: {} }, impatient).catch((thrown: unknown) => thrown);
  return { error, asked: publisher.asked };
}

describe("a program from its publisher", () => {
  const whole = { "/sums": list(sha256(program)), "/rke": [{ body: program }] };

  it("runs once it was verified, and leaves nothing else but the note of its sha256", async () => {
    expect((await fetched(whole)).error).toBeUndefined();
    expect(execFileSync(at(), { encoding: "utf8" })).toBe("rke version v1.8.4\n");
    expect(statSync(at()).mode & 0o777).toBe(0o755);
    expect(readFileSync(`${at()}.sha256`, "utf8").trim()).toBe(sha256(program));
    expect(existsSync(`${at()}.download`)).toBe(false);
  });

  it("is not executable, and not in its place, as long as it is not whole", async () => {
    const { error } = await fetched({ ...whole, "/rke": [cut(4000)] });
    expect(error).toMatchObject({ code: "cluster/tool-unavailable", remedy: expect.stringContaining("proxy") });
    expect(existsSync(at())).toBe(false);
    expect(statSync(join(`${at()}.download`, "rke.part")).mode & 0o111).toBe(0);
  });

  it("is taken up where an earlier run was cut", async () => {
    await fetched({ ...whole, "/rke": [cut(4000)] });
    const { error, asked } = await fetched(whole);
    expect(error).toBeUndefined();
    expect(asked).toEqual(["/sums", "/rke bytes=8000-"]);
    expect(readFileSync(at(), "utf8")).toBe(program);
  });

  it("that is there for another cluster is not asked for again, and no network is needed", async () => {
    await fetched(whole);
    const { error, asked } = await fetched({});
    expect(error).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it("that somebody changed in the cache is fetched again", async () => {
    await fetched(whole);
    writeFileSync(at(), "#!/bin/sh\necho mine\n");
    expect((await fetched(whole)).error).toBeUndefined();
    expect(readFileSync(at(), "utf8")).toBe(program);
  });

  it("that somebody changed together with the note beside it does not pass for the recorded one", async () => {
    await fetched(whole);
    writeFileSync(at(), "#!/bin/sh\necho mine\n");
    writeFileSync(`${at()}.sha256`, sha256("#!/bin/sh\necho mine\n"));
    expect((await fetched(whole, { sha256: sha256(program) })).error).toBeUndefined();
    expect(readFileSync(at(), "utf8")).toBe(program);
  });

  it("comes out of an archive, alone", async () => {
    mkdirSync(join(root, "linux-amd64"));
    for (const name of ["helm", "README.md"]) writeFileSync(join(root, "linux-amd64", name), program);
    chmodSync(join(root, "linux-amd64", "helm"), 0o644);
    execFileSync("tar", ["-czf", join(root, "a.tgz"), "-C", root, "linux-amd64"]);
    const archive = readFileSync(join(root, "a.tgz"));
    const sum = createHash("sha256").update(archive).digest("hex");
    const answers = { "/sums": list(sum, "helm.tar.gz"), "/helm.tar.gz": [{ body: archive }] };
    expect((await fetched(answers, { member: "linux-amd64/helm" })).error).toBeUndefined();
    expect(execFileSync(at(), { encoding: "utf8" })).toContain("v1.8.4");
    expect(readFileSync(`${at()}.sha256`, "utf8").trim()).toBe(sha256(program));
    rmSync(at());
    const { error } = await fetched(answers, { member: "linux-arm64/helm" });
    expect(error).toMatchObject({ code: "cluster/tool-unavailable", message: expect.stringContaining("Not found") });
  });
});

describe("a program that cannot be trusted", () => {
  it("is thrown away if it is not what its publisher's list says", async () => {
    const { error } = await fetched({ "/sums": list("1".repeat(64)), "/rke": [{ body: program }] });
    expect(error).toMatchObject({ code: "cluster/tool-changed", message: expect.stringContaining("another checksum") });
    expect(existsSync(at())).toBe(false);
  });

  it("is not even fetched if its publisher now lists another file than the one recorded", async () => {
    const answers = { "/sums": list(sha256(program)), "/rke": [{ body: program }] };
    const { error, asked } = await fetched(answers, { sha256: "2".repeat(64) });
    expect(error).toMatchObject({
      code: "cluster/tool-changed",
      details: [`recorded: ${"2".repeat(64)}`, `now:      ${sha256(program)}`],
      remedy: expect.stringContaining("tools.lock"),
    });
    expect(asked).toEqual(["/sums"]);
  });
});

describe("a program that is not to be had", () => {
  const page = { body: "<html>Please log in</html>", type: "text/html; charset=utf-8" };
  it.each<[string, Readonly<Record<string, readonly Answer[]>>, string]>([
    ["no list of checksums", { "/rke": [{ body: program }] }, "it answers 404"],
    ["a login page for a list", { "/sums": [page] }, "web page"],
    ["a list without it", { "/sums": list(sha256(program), "rke_windows") }, "lists no sha256 of rke"],
    ["a list without end", { "/sums": [{ body: "x".repeat(1_100_000), type: "text/plain" }] }, "too long"],
    ["no such file", { "/sums": list(sha256(program)) }, "it answers 404"],
    ["a login page for a program", { "/sums": list(sha256(program)), "/rke": [page] }, "web page"],
  ])("%s is told, with what to do", async (_, answers, because) => {
    const { error } = await fetched(answers);
    expect(error).toMatchObject({
      code: "cluster/tool-unavailable",
      message: expect.stringContaining(because),
      remedy: expect.stringMatching(/put it in PATH/),
    });
    expect(existsSync(at())).toBe(false);
  });

  it("no network is told in words", async () => {
    const wanted = { url: "http://127.0.0.1:1/rke", checksums: "http://127.0.0.1:1/sums", to: at() };
    const error = await fetchProgram(wanted, { env: {} }, impatient).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "cluster/tool-unavailable",
      message: "http://127.0.0.1:1/sums cannot be had: it takes no connection",
    });
  });

  it("a full disk is called one, and what came is kept for the next run", async () => {
    // A real file system of 64 KiB, in a mount namespace of its own, which ends with the process.
    const script = `mount -t tmpfs -o size=64k none ${root} && exec ${process.execPath} --input-type=module -e "$0"`;
    const code = `
      import { createServer } from "node:http";
      import { readdirSync } from "node:fs";
      import { fetchProgram } from "${join(import.meta.dirname, "../../src/download/program.ts")}";
      const server = createServer((asked, answer) => answer.end(asked.url === "/sums" ? "3".repeat(64) + "  rke" : "y".repeat(500_000)));
      server.listen(0, "127.0.0.1", async () => {
        const url = "http://127.0.0.1:" + server.address().port;
        const wanted = { url: url + "/rke", checksums: url + "/sums", to: "${root}/rke" };
        await fetchProgram(wanted, { env: {} }).catch((thrown) => console.log(thrown.code, thrown.message, readdirSync("${root}/rke.download")));
        process.exit(0);
      });`;
    const { stdout, stderr } = spawnSync("/bin/sh", ["-c", 'exec unshare -m /bin/sh -c "$0" "$1"', script, code], {
      encoding: "utf8",
    });
    expect(stderr).not.toContain("mount:");
    expect(stdout).toMatch(/^host\/disk-full .*the disk is full/);
    expect(stdout).toContain("rke.part");
  });

  it.each<[string, Buffer, RegExp]>([
    ["no archive", Buffer.from("PK: not what tar and gzip make"), /not in gzip format/],
    [
      "an archive that ends in the middle",
      gzipSync(Buffer.alloc(100_000, "x")).subarray(0, 40),
      /unexpected end|not look like a tar archive/,
    ],
    ["an archive of nothing", gzipSync(Buffer.alloc(10_240)), /Not found in archive/],
  ])("%s, though its publisher lists it, is told in tar's words", async (_, archive, words) => {
    const sum = createHash("sha256").update(archive).digest("hex");
    const answers = { "/sums": list(sum, "helm.tar.gz"), "/helm.tar.gz": [{ body: archive }] };
    const { error } = await fetched(answers, { member: "linux-amd64/helm" });
    expect(error).toMatchObject({ code: "cluster/tool-unavailable", message: expect.stringMatching(words) });
    expect(existsSync(at())).toBe(false);
  });

  it("a disk that the archive still fits on, and not what is in it, is called full", async () => {
    const folder = join(root, "linux-amd64");
    mkdirSync(folder);
    writeFileSync(join(folder, "helm"), "y".repeat(500_000));
    execFileSync("tar", ["-czf", join(root, "a.tgz"), "-C", root, "linux-amd64"]);
    const archive = readFileSync(join(root, "a.tgz"));
    const disk = join(root, "disk");
    mkdirSync(disk);
    // As above: a real file system of 64 KiB, which ends with the process.
    const script = `mount -t tmpfs -o size=64k none ${disk} && exec ${process.execPath} --input-type=module -e "$0"`;
    const code = `
      import { createServer } from "node:http";
      import { readFileSync } from "node:fs";
      import { fetchProgram } from "${join(import.meta.dirname, "../../src/download/program.ts")}";
      const archive = readFileSync("${root}/a.tgz");
      const list = "${createHash("sha256").update(archive).digest("hex")}  helm.tar.gz";
      const server = createServer((asked, answer) => answer.end(asked.url === "/sums" ? list : archive));
      server.listen(0, "127.0.0.1", async () => {
        const url = "http://127.0.0.1:" + server.address().port;
        const wanted = { url: url + "/helm.tar.gz", checksums: url + "/sums", to: "${disk}/helm", member: "linux-amd64/helm" };
        await fetchProgram(wanted, { env: {} }).catch((thrown) => console.log(thrown.code, thrown.message));
        process.exit(0);
      });`;
    const { stdout, stderr } = spawnSync("/bin/sh", ["-c", 'exec unshare -m /bin/sh -c "$0" "$1"', script, code], {
      encoding: "utf8",
    });
    expect(stderr).not.toContain("mount:");
    expect(archive.length).toBeLessThan(32_000);
    expect(stdout).toMatch(/^host\/disk-full .*tar: /);
  });

  it("a place that cannot be written to is told, not called a defect", async () => {
    mkdirSync(`${at()}.sha256`, { recursive: true });
    const { error } = await fetched({ "/sums": list(sha256(program)), "/rke": [{ body: program }] });
    expect(error).toMatchObject({ code: "host/disk-full", message: expect.stringContaining("rke-v1.8.4.sha256") });
    expect(existsSync(at())).toBe(false);
  });

  it("a cache that is no folder is told", async () => {
    writeFileSync(join(root, "cache"), "a file");
    const { error } = await fetched({});
    expect(error).toMatchObject({ code: "host/disk-full", remedy: expect.stringContaining("XDG_CACHE_HOME") });
  });
});
