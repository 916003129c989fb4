import { describe, expect, it } from "vitest";
import { askPublishers, type Offer, offersLine } from "../../scripts/parts/ask-publishers.ts";
import { catalog } from "../../scripts/parts/catalog.ts";
import type { Part } from "../../scripts/parts/part.ts";
import { type Published, publishedImage, publisherOf } from "../../scripts/parts/publishers.ts";
import { publishedChecksum } from "../../src/download/published-checksum.ts";
import { whyNoFile, whyNotReached } from "../../src/download/web-answer.ts";
import { publisherDouble } from "../unit/support/publisher-double.ts";

const one = "1".repeat(64);
const two = "2".repeat(64);

describe("a published list of checksums", () => {
  it("gives the number beside the name", () => {
    expect(publishedChecksum(`${one}  rke_darwin-amd64\n${two}  rke_linux-amd64\n`, "rke_linux-amd64")).toBe(two);
  });

  it("may be the number alone, as dl.k8s.io has it", () => {
    expect(publishedChecksum(`${one}\n`, "kubectl")).toBe(one);
    expect(publishedChecksum(one.toUpperCase().replaceAll("1", "A"), "kubectl")).toBe("a".repeat(64));
  });

  it("may mark binary files with a star, or name them with their folder", () => {
    expect(publishedChecksum(`${one} *rke_linux-amd64`, "rke_linux-amd64")).toBe(one);
    expect(publishedChecksum(`${one}  dist/rke_linux-amd64`, "rke_linux-amd64")).toBe(one);
  });

  it("says nothing of another file, nor when it is no list", () => {
    expect(publishedChecksum(`${one}  other\n`, "rke")).toBeUndefined();
    expect(publishedChecksum(`${one}\n${two}\n`, "rke")).toBeUndefined();
    expect(publishedChecksum("<html>", "rke")).toBeUndefined();
    expect(publishedChecksum("", "rke")).toBeUndefined();
    expect(publishedChecksum(`${one.slice(1)}  rke`, "rke")).toBeUndefined();
  });
});

describe("the table of publishers", () => {
  const published = catalog.flatMap((part) => (part.published === undefined ? [] : [{ part, at: part.published }]));
  const files = published.flatMap(({ part, at }) => (at.kind === "file" ? [{ part, at }] : []));

  it("has the programs of the control machine and every image", () => {
    expect(files.map(({ part }) => part.id).sort()).toEqual(["crane", "helm", "kubectl", "rke"]);
    const images = catalog.filter((part) => part.id.startsWith("image-"));
    // Stand-ins are nobody's: they are always built.
    const own = images.filter((part) => part.published?.kind !== "image").map(({ id }) => id);
    expect(own).toEqual(["image-object-store"]);
  });

  it("names the version of the part in every address, over https alone", () => {
    for (const { part, at } of files) {
      expect(at.url).toContain(part.version);
      expect(at.checksums).toContain(part.version);
      expect([at.url, at.checksums].every((url) => url.startsWith("https://"))).toBe(true);
    }
  });

  it("puts a file where the part that is built puts it", () => {
    expect(files.map(({ at }) => at.file).sort()).toEqual(["bin/crane", "bin/helm", "bin/kubectl", "bin/rke"]);
  });

  it("leads Rancher's images to Docker Hub and cert-manager's to quay.io", () => {
    expect(publisherOf(publishedImage("rancher/mirrored-pause:3.7"))).toBe("docker.io");
    expect(publisherOf(publishedImage("library/traefik:v3.6.12"))).toBe("docker.io");
    expect(publisherOf(publishedImage("jetstack/cert-manager-webhook:v1.11.5"))).toBe("quay.io");
    expect(() => publishedImage("somebody/else:1")).toThrow(RangeError);
  });
});

/** Parts as far as publishers are asked about them, at a double's address. */
const fileAt = (url: string): Published => ({ kind: "file", url, checksums: `${url}.sha256`, file: "bin/x" });
const imageAt = (url: string): Published => ({
  kind: "image",
  registry: "r.test",
  api: `${url}/v2/`,
  reference: "a/b:1",
});
const part = (id: string, published?: Published): Pick<Part, "id" | "published"> =>
  published === undefined ? { id } : { id, published };
const registryHeaders = { "docker-distribution-api-version": "registry/2.0" };

describe("asking publishers", () => {
  it("tells the published checksum of a file, and that a registry is there", async () => {
    await using publisher = await publisherDouble({
      "/rke.sha256": [{ body: one, type: "text/plain" }],
      "/v2/": [{ status: 401, headers: registryHeaders }],
    });
    const parts = [part("rke", fileAt(`${publisher.url}/rke`)), part("i", imageAt(publisher.url)), part("pause")];
    expect([...(await askPublishers(parts))]).toEqual([
      ["rke", { kind: "file", sha256: one }],
      ["i", { kind: "image" }],
    ]);
  });

  it("asks a registry once for all its images", async () => {
    await using publisher = await publisherDouble({ "/v2/": [{ headers: registryHeaders }] });
    const offers = await askPublishers(["a", "b", "c"].map((id) => part(id, imageAt(publisher.url))));
    expect([...offers.values()]).toEqual([{ kind: "image" }, { kind: "image" }, { kind: "image" }]);
    expect(publisher.asked).toEqual(["/v2/"]);
  });

  it("takes neither a missing list nor a web page nor a list without the file for an offer", async () => {
    await using publisher = await publisherDouble({
      "/page.sha256": [{ body: "<html>", type: "text/html" }],
      "/other.sha256": [{ body: `${one}  something-else`, type: "text/plain" }],
      "/v2/": [{ body: "<html>log in</html>", type: "text/html" }],
    });
    const names = ["missing", "page", "other"];
    const parts = [
      ...names.map((name) => part(name, fileAt(`${publisher.url}/${name}`))),
      part("i", imageAt(publisher.url)),
    ];
    const offers = await askPublishers(parts);
    expect([...offers.values()].map((offer) => (offer.kind === "none" ? offer.because : offer.kind))).toEqual([
      "it answers 404",
      expect.stringContaining("web page"),
      "it publishes no checksum",
      "what answers there is no registry",
    ]);
  });

  it("ends in the time that it has, whoever is silent", async () => {
    await using publisher = await publisherDouble({ "/rke.sha256": [{ body: one, stallAfter: 10 }] });
    const offers = await askPublishers([part("rke", fileAt(`${publisher.url}/rke`))], 300);
    expect(offers.get("rke")).toEqual({ kind: "none", because: "it is too slow" });
  });
});

describe("the line that says which way is taken", () => {
  const parts = [part("rke", fileAt("https://github.test/rke")), part("i", imageAt("https://r.test")), part("pause")];

  it("names who answers when all do", () => {
    const offers = new Map([
      ["rke", { kind: "file", sha256: one } as const],
      ["i", { kind: "image" } as const],
    ]);
    expect(offersLine(parts, offers)).toBe("taken ready-made from github.test, r.test, checksums verified");
  });

  it("says why when nobody does", () => {
    const none = { kind: "none", because: "its name is not known here" } as const;
    const line = offersLine(parts, new Map(["rke", "i"].map((id) => [id, none])));
    expect(line).toMatch(
      /^no publisher can be reached, so all is built .*\(github.test, r.test: its name is not known here\)$/,
    );
  });

  it("tells both when some do", () => {
    const none = { kind: "none", because: "it answers 503" } as const;
    const line = offersLine(
      parts,
      new Map<string, Offer>([
        ["rke", none],
        ["i", { kind: "image" } as const],
      ]),
    );
    expect(line).toBe(
      "taken ready-made from r.test, checksums verified; what others publish is built (github.test: it answers 503)",
    );
  });
});

describe("an answer", () => {
  it("that leads from https to http is no file", () => {
    const answer = new Response("x");
    Object.defineProperty(answer, "url", { value: "http://elsewhere.test/rke" });
    expect(whyNoFile("https://github.test/rke", answer)?.because).toBe("it leads away from https");
    expect(whyNoFile("http://127.0.0.1/rke", answer)).toBeUndefined();
  });

  it("that never came is told by its cause", () => {
    const cause = Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" });
    expect(whyNotReached(new TypeError("fetch failed", { cause }))).toBe("its name is not known here");
    expect(whyNotReached(Object.assign(new Error("x"), { code: "EWHAT" }))).toBe("EWHAT");
    expect(whyNotReached("words")).toBe("words");
  });
});
