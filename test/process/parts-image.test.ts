import { lstat, mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../scripts/parts/checksum.ts";
import { packLayer, readLayer } from "../../scripts/parts/layer.ts";
import { describeImage, writeLayout } from "../../scripts/parts/oci-layout.ts";
import { blobFile, registryFiles, tagFile } from "../../scripts/parts/registry-files.ts";
import { fileSha256 } from "../../src/download/file-checksum.ts";
import { testFolder } from "../test-folder.ts";

let root = "";
beforeEach(async () => {
  root = testFolder("image");
  await mkdir(join(root, "files"));
  await writeFile(join(root, "files", "program"), "#!/bin/sh\n", { mode: 0o755 });
});

const pack = (name: string) => packLayer(join(root, "files"), join(root, name));

describe("a layer", () => {
  it("is named by the checksum of its file", async () => {
    const layer = await pack("layer.tar.gz");
    expect(layer.digest).toBe(`sha256:${await fileSha256(layer.file)}`);
    expect(layer.size).toBe((await lstat(layer.file)).size);
    expect(layer.diffId).not.toBe(layer.digest);
  });

  it("is the same for the same files, whenever they were written", async () => {
    const first = await pack("one.tar.gz");
    await utimes(join(root, "files", "program"), 1, 1);
    expect((await pack("two.tar.gz")).digest).toBe(first.digest);
  });

  it("is read back from the file beside it", async () => {
    const layer = await pack("layer.tar.gz");
    expect(await readLayer(layer.file)).toEqual(layer);
  });
});

describe("an image", () => {
  it("has a config with its way to start, a PATH and its layers", async () => {
    const layer = await pack("layer.tar.gz");
    const image = describeImage({ Entrypoint: ["/program"], Volumes: { "/data": {} } }, [layer]);
    expect(JSON.parse(image.config.text)).toMatchObject({
      architecture: "amd64",
      os: "linux",
      config: { Entrypoint: ["/program"], Volumes: { "/data": {} }, Env: [expect.stringMatching(/^PATH=.*\/bin$/)] },
      rootfs: { diff_ids: [layer.diffId] },
    });
  });

  it("has a manifest that names config and layers by digest and size", async () => {
    const layer = await pack("layer.tar.gz");
    const image = describeImage({}, [layer]);
    expect(image.manifest.digest).toBe(`sha256:${sha256(image.manifest.text)}`);
    expect(JSON.parse(image.manifest.text)).toMatchObject({
      schemaVersion: 2,
      config: { digest: image.config.digest, size: image.config.text.length },
      layers: [{ digest: layer.digest, size: layer.size }],
    });
  });

  it("is written as a folder in which every blob has the name of its content", async () => {
    const layer = await pack("layer.tar.gz");
    const image = describeImage({}, [layer]);
    await writeLayout(join(root, "layout"), image, [layer]);
    const blobs = join(root, "layout", "blobs", "sha256");
    const names = await readdir(blobs);
    expect(names).toHaveLength(3);
    for (const name of names) expect(await fileSha256(join(blobs, name))).toBe(name);
    const index = JSON.parse(await readFile(join(root, "layout", "index.json"), "utf8"));
    expect(index.manifests[0].digest).toBe(image.manifest.digest);
  });
});

describe("the files of an image in a registry", () => {
  const name = { repository: "rancher/pause", tag: "3.7" };
  const manifest = `sha256:${"a".repeat(64)}`;
  const layer = `sha256:${"b".repeat(64)}`;
  const files = registryFiles(name, { manifest, blobs: [layer] });

  it("are the blobs, under their own checksum", () => {
    expect(files[blobFile(layer)]).toBe("b".repeat(64));
    expect(blobFile(layer)).toBe(`docker/registry/v2/blobs/sha256/bb/${"b".repeat(64)}/data`);
  });

  it("are the links of tag, revision and layers, whose content is a digest", () => {
    expect(files[tagFile(name)]).toBe(sha256(manifest));
    const links = Object.keys(files).filter((file) => file.endsWith("/link"));
    expect(links).toHaveLength(3);
    expect(links.every((file) => file.startsWith("docker/registry/v2/repositories/rancher/pause/"))).toBe(true);
  });
});
