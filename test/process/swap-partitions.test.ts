import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { swapPartitions } from "../../src/steps/os/swap-partitions.ts";
import { testFolder } from "../test-folder.ts";

/** A host's files in a folder: what udev wrote down of its disks, and the kernel's links to them. */
const dir = testFolder("partitions");
const folders = {
  udev: join(dir, "run/udev/data"),
  block: join(dir, "sys/dev/block"),
  etc: join(dir, "etc/systemd/system"),
};

const swapType = "E:ID_PART_ENTRY_TYPE=0657fd6d-a4ab-43c4-84e5-0933c84b4f4f";

function partition(number: string, name: string, ...lines: readonly string[]): void {
  writeFileSync(
    join(folders.udev, `b${number}`),
    ["S:disk/by-diskseq/1-part2", "I:10549302", ...lines, "G:systemd", ""].join("\n"),
  );
  symlinkSync(`../../devices/pci0000:00/0000:00:05.0/virtio2/block/vda/${name}`, join(folders.block, number));
}

function asked() {
  const input = swapPartitions.sh.text.replaceAll(/\/(etc\/systemd|run\/udev|sys\/dev)\//g, `${dir}/$1/`);
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-s"], { input, encoding: "utf8" });
  expect(stderr).toBe("");
  return swapPartitions.parse({ code: status ?? 1, stdout, stderr });
}

beforeAll(() => {
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
});

describe("the question after partitions that systemd would swap to", () => {
  it("finds nothing where udev knows no disks", () => {
    expect(asked()).toEqual({ targetMasked: false, devices: [] });
  });

  it("names those of the type for swap, but for one that is marked as to be left alone", () => {
    partition("254:1", "vda1", "E:ID_PART_ENTRY_TYPE=4f68bce3-e8cd-4db1-96e7-fbcaf984b709");
    partition("254:2", "vda2", "E:ID_FS_TYPE=swap", swapType);
    partition("254:3", "vda3", "E:ID_PART_ENTRY_FLAGS=0x8000000000000000", swapType);
    partition("259:7", "nvme0n1p7", "E:ID_PART_ENTRY_FLAGS=0x4", swapType);
    expect(asked()).toEqual({ targetMasked: false, devices: ["/dev/vda2", "/dev/nvme0n1p7"] });
  });

  it("tells that swap.target is masked: then none of them comes", () => {
    symlinkSync("/dev/null", join(folders.etc, "swap.target"));
    expect(asked()).toEqual({ targetMasked: true, devices: ["/dev/vda2", "/dev/nvme0n1p7"] });
  });
});
