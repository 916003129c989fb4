import { cp, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { type CacheFolders, cacheFolders, partsCache } from "../../scripts/parts/cache.ts";
import { fetchImage } from "../../scripts/parts/fetch-image.ts";
import type { Fetched } from "../../scripts/parts/fetch-part.ts";
import { checksumsOf } from "../../scripts/parts/manifest.ts";
import { imageName, tagFile } from "../../scripts/parts/registry-files.ts";
import { withRegistry } from "../../scripts/parts/registry-server.ts";
import { testFolder } from "../test-folder.ts";

// The real crane copies between two real registries; only the publisher's address is a double's, and so are its faults.
const parts = cacheFolders(partsCache(process.env));
const reference = "rancher/mirrored-pause:3.7";

let own: CacheFolders;
beforeEach(async () => {
  own = cacheFolders(testFolder("fetch"));
  await cp(join(parts.root, "bin", "crane"), join(own.root, "bin", "crane"));
});

/** What stands between crane and the publisher: passes on, or does something else with an answer of these bytes. */
type Fault = (asked: IncomingMessage, answer: ServerResponse, bytes: Buffer) => boolean;

/** Copies the image from a registry with the parts' images, behind a fault. */
async function fetched(image: string, fault: Fault = () => false): Promise<Fetched> {
  return await withRegistry(parts.registry, join(own.build, "publisher"), async (address) => {
    await using front = await inFrontOf(address, fault);
    const published = { kind: "image", registry: front.address, api: "", reference: image } as const;
    return await fetchImage(published, { cache: own, log: join(own.logs, "image.log"), say: () => undefined });
  });
}

async function inFrontOf(address: string, fault: Fault) {
  const server = createServer((asked, answer) => {
    const onward = request(
      `http://${address}${asked.url}`,
      { method: asked.method, headers: asked.headers },
      (came) => {
        const chunks: Buffer[] = [];
        came.on("data", (chunk: Buffer) => chunks.push(chunk));
        came.on("end", () => {
          const bytes = Buffer.concat(chunks);
          if (fault(asked, answer, bytes)) return;
          answer.writeHead(came.statusCode ?? 500, came.headers).end(bytes);
        });
      },
    );
    // A crane that gives up leaves questions behind, which the registry's end cuts.
    onward.on("error", () => answer.destroy());
    onward.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const isBlob = (asked: IncomingMessage) => asked.method === "GET" && /\/blobs\//.test(asked.url ?? "");

describe("an image from its publisher's registry", () => {
  it("is copied by digest, whole, under its own name, with its source", async () => {
    const came = await fetched(reference);
    if (came.kind !== "fetched") throw new Error(came.because);
    const digest = await readFile(join(parts.registry, tagFile(imageName(reference))), "utf8");
    expect(came.source).toEqual({
      url: expect.stringMatching(/^127\.0\.0\.1:\d+\/rancher\/mirrored-pause:3\.7$/),
      sha256: digest.slice("sha256:".length),
    });
    expect(await readFile(join(own.registry, tagFile(imageName(reference))), "utf8")).toBe(digest);
    const sums = await checksumsOf(own.root, came.files);
    expect(Object.values(sums).every((sum) => sum !== undefined)).toBe(true);
    expect(came.files.filter((file) => file.includes("/blobs/")).length).toBeGreaterThanOrEqual(3);
  });

  it("is asked for by its digest, so that a tag that moves meanwhile changes nothing", async () => {
    const asked: string[] = [];
    await fetched(reference, (request) => {
      asked.push(`${request.method} ${request.url}`);
      return false;
    });
    const manifests = asked.filter((line) => line.startsWith("GET") && line.includes("/manifests/"));
    expect(manifests.at(-1)).toMatch(/manifests\/sha256:[0-9a-f]{64}$/);
  });

  it("is not taken when a blob is not what its digest says", async () => {
    const came = await fetched(reference, (asked, answer, bytes) => {
      if (!isBlob(asked)) return false;
      const other = Buffer.from(bytes);
      other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
      answer.writeHead(200, { "content-length": other.length }).end(other);
      return true;
    });
    expect(came).toMatchObject({ kind: "not", because: expect.stringMatching(/digest|verif|mismatch|invalid/i) });
    await expect(readFile(join(own.registry, tagFile(imageName(reference))))).rejects.toThrow("ENOENT");
  });

  it("is taken after a line that was cut once in the middle of a layer", async () => {
    let cuts = 0;
    const came = await fetched(reference, (asked, answer, bytes) => {
      if (!isBlob(asked) || cuts++ > 0) return false;
      answer.writeHead(200, { "content-length": bytes.length });
      answer.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => setTimeout(() => answer.destroy(), 30));
      return true;
    });
    expect(cuts).toBeGreaterThan(1);
    expect(came.kind).toBe("fetched");
  });

  it("that the registry does not have is told so, and others of that registry are still asked for", async () => {
    expect(await fetched("rancher/mirrored-pause:9.9")).toMatchObject({
      kind: "not",
      because: expect.stringContaining("MANIFEST_UNKNOWN"),
      gone: false,
    });
  });

  it("is given up, like all others of that registry, when it asks for patience", async () => {
    const came = await fetched(reference, (_asked, answer) => {
      const errors = [{ code: "TOOMANYREQUESTS", message: "You have reached your pull rate limit" }];
      answer.writeHead(429, { "content-type": "application/json" }).end(JSON.stringify({ errors }));
      return true;
    });
    expect(came).toMatchObject({ kind: "not", because: expect.stringContaining("TOOMANYREQUESTS"), gone: true });
  });
});
