import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../scripts/parts/checksum.ts";
import { download } from "../../src/download/download.ts";
import { testFolder } from "../test-folder.ts";
import { type Answer, publisherDouble } from "../unit/support/publisher-double.ts";

// Against a double of a publisher's server: the real ones cannot be told to fail.
let root = "";
beforeEach(() => {
  root = testFolder("download");
});

const program = "0123456789".repeat(2000);
const impatient = { tries: 3, pauseMs: 1, stallMs: 100_000, totalMs: 100_000 };

/** The line is cut after so many bytes of an answer. */
const cut = (bytes: number): Answer => ({ body: program, cutAfter: { bytes, keptIn: join(root, "rke.part") } });

/** Downloads `/rke` from a double that answers so; `begun` is what an earlier run left. */
async function downloaded(
  answers: readonly Answer[],
  options: { begun?: string; sum?: string; totalMs?: number; stallMs?: number } = {},
) {
  await using publisher = await publisherDouble({ "/rke": answers });
  const to = join(root, "rke");
  if (options.begun !== undefined) await writeFile(`${to}.part`, options.begun);
  const { totalMs = impatient.totalMs, stallMs = impatient.stallMs } = options;
  const patience = { ...impatient, totalMs, stallMs };
  const result = await download(
    { url: `${publisher.url}/rke`, sha256: options.sum ?? sha256(program), to },
    { env: {} },
    patience,
  );
  return { result, asked: publisher.asked, content: await readFile(to, "utf8").catch(() => undefined) };
}

describe("a download", () => {
  it("arrives whole under its name, and leaves no other file", async () => {
    const { result, content } = await downloaded([{ body: program }]);
    expect(result).toEqual({ kind: "here" });
    expect(content).toBe(program);
    expect(await readdir(root)).toEqual(["rke"]);
  });

  it("that is cut is taken up where it ended", async () => {
    const { result, asked, content } = await downloaded([cut(7000), { body: program }]);
    expect(result).toEqual({ kind: "here" });
    expect(content).toBe(program);
    expect(asked).toEqual(["/rke", "/rke bytes=7000-"]);
  });

  it("goes on with what an earlier run left", async () => {
    const { asked, content } = await downloaded([{ body: program }], { begun: program.slice(0, 12_345) });
    expect(asked).toEqual(["/rke bytes=12345-"]);
    expect(content).toBe(program);
  });

  it("asks nobody when the earlier run had everything but the name", async () => {
    const { asked, content } = await downloaded([{ body: program }], { begun: program });
    expect(asked).toEqual([]);
    expect(content).toBe(program);
  });

  it("starts anew on a server that knows no ranges", async () => {
    const { content } = await downloaded([{ body: program, ignoresRange: true }], { begun: program.slice(0, 100) });
    expect(content).toBe(program);
  });

  it("starts anew when what was begun is no beginning of the file", async () => {
    const { asked, content } = await downloaded([{ body: program }], { begun: "x".repeat(100) });
    expect(asked).toEqual(["/rke bytes=100-", "/rke"]);
    expect(content).toBe(program);
  });

  it("starts anew when more was begun than the file has", async () => {
    const { asked, content } = await downloaded([{ body: program }], { begun: "x".repeat(30_000) });
    expect(asked).toEqual(["/rke bytes=30000-", "/rke"]);
    expect(content).toBe(program);
  });

  it("that stands still is taken up, too", async () => {
    const { asked, content } = await downloaded([{ body: program, stallAfter: 4000 }, { body: program }], {
      stallMs: 2000,
    });
    expect(content).toBe(program);
    expect(asked).toEqual(["/rke", "/rke bytes=4000-"]);
  });

  it("outlives a server that is overloaded for a moment", async () => {
    const { content } = await downloaded([{ status: 503 }, { status: 429 }, { body: program }]);
    expect(content).toBe(program);
  });
});

describe("a download through others", () => {
  it("follows where it is led, as GitHub leads to its storage, and takes up there too", async () => {
    await using storage = await publisherDouble({ "/s": [cut(5000), { body: program }] });
    const moved = { status: 302, headers: { location: `${storage.url}/s` } };
    const { result, asked, content } = await downloaded([moved]);
    expect(result).toEqual({ kind: "here" });
    expect(content).toBe(program);
    expect(asked).toEqual(["/rke", "/rke bytes=5000-"]);
    expect(storage.asked).toEqual(["/s", "/s bytes=5000-"]);
  });

  it("is led by a relative address as well, and not in circles", async () => {
    const { result, asked } = await downloaded([{ status: 302, headers: { location: "/rke" } }]);
    expect(result).toMatchObject({ kind: "not", because: expect.stringContaining("without end") });
    // Three tries of six questions each.
    expect(asked).toHaveLength(18);
  });

  it.each(["http_proxy", "HTTP_PROXY"])("goes by the proxy that %s names", async (name) => {
    // A proxy is asked for the whole address.
    await using proxy = await publisherDouble({ "http://rke.test/rke": [{ body: program }] });
    const wanted = { url: "http://rke.test/rke", sha256: sha256(program), to: join(root, "rke") };
    expect(await download(wanted, { env: { [name]: proxy.url } }, impatient)).toEqual({ kind: "here" });
    expect(proxy.asked).toEqual(["http://rke.test/rke"]);
  });

  it("goes directly to what no_proxy names", async () => {
    await using proxy = await publisherDouble({});
    await using publisher = await publisherDouble({ "/rke": [{ body: program }] });
    const wanted = { url: `${publisher.url}/rke`, sha256: sha256(program), to: join(root, "rke") };
    const env = { http_proxy: proxy.url, no_proxy: "localhost,127.0.0.1" };
    expect(await download(wanted, { env }, impatient)).toEqual({ kind: "here" });
    expect(proxy.asked).toEqual([]);
  });

  it("says so when the proxy does not lead there", async () => {
    await using proxy = await publisherDouble({});
    const wanted = { url: "https://rke.test/rke", sha256: sha256(program), to: join(root, "rke") };
    const result = await download(wanted, { env: { https_proxy: proxy.url } }, { ...impatient, tries: 1 });
    expect(result).toMatchObject({ kind: "not", gone: true, why: "unavailable" });
  });

  it("tells how much is here, counting from what an earlier run left", async () => {
    await using publisher = await publisherDouble({ "/rke": [{ body: program }] });
    const to = join(root, "rke");
    await writeFile(`${to}.part`, program.slice(0, 15_000));
    const told: [number, number | undefined][] = [];
    const onBytes = (here: number, all: number | undefined) => told.push([here, all]);
    await download({ url: `${publisher.url}/rke`, sha256: sha256(program), to }, { env: {}, onBytes }, impatient);
    expect(told.at(-1)).toEqual([20_000, 20_000]);
    expect(told.every(([here]) => here > 15_000)).toBe(true);
  });
});

describe("a download that cannot be had", () => {
  const isNot = async (answers: readonly Answer[], because: RegExp, gone: boolean) => {
    const { result, content, asked } = await downloaded(answers);
    expect(result).toMatchObject({ kind: "not", because: expect.stringMatching(because), gone });
    expect(content).toBeUndefined();
    return asked;
  };

  it("is given up at once when there is no such file, and what was begun is not harmed by the answer", async () => {
    const { result, asked } = await downloaded([{ status: 404, body: "Not Found" }], { begun: "0123" });
    expect(result).toMatchObject({ kind: "not", because: "it answers 404", gone: false });
    expect(asked).toHaveLength(1);
    expect(await readFile(join(root, "rke.part"), "utf8")).toBe("0123");
  });

  it("is refused with another checksum than the published one, and thrown away", async () => {
    const asked = await isNot([{ body: `${program}!` }], /another checksum/, false);
    expect(asked).toHaveLength(1);
    expect(await readdir(root)).toEqual([]);
  });

  it("is refused when it is a web page", async () => {
    await isNot([{ body: "<html>Please log in</html>", type: "text/html; charset=utf-8" }], /web page/, false);
    expect(await readdir(root)).toEqual([]);
  });

  it("is given up after some tries when each is cut, and keeps what came", async () => {
    const asked = await isNot([cut(3000)], /cut|terminated/, true);
    expect(asked).toEqual(["/rke", "/rke bytes=3000-", "/rke bytes=6000-"]);
    expect(await readFile(join(root, "rke.part"), "utf8")).toBe(program.slice(0, 9000));
  });

  it("is given up when it is slow, in the time that it may take in all", async () => {
    const { result } = await downloaded([{ body: program, stallAfter: 10 }], { totalMs: 200 });
    expect(result).toMatchObject({ kind: "not", because: "it is too slow", gone: true });
  });

  it("is told in words when nobody listens", async () => {
    const to = join(root, "rke");
    const result = await download(
      { url: "http://127.0.0.1:1/rke", sha256: sha256(program), to },
      { env: {} },
      impatient,
    );
    expect(result).toMatchObject({ kind: "not", gone: true });
    expect(result).not.toMatchObject({ because: "fetch failed" });
  });
});
