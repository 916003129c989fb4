import { expect, test } from "vitest";
import { packagesNotIn } from "../../src/lab/packages.ts";

test("a package that dpkg calls installed is not missing", () => {
  expect(packagesNotIn("ii  dnsmasq-base\nii  nftables\n", ["dnsmasq-base", "nftables"])).toEqual([]);
});

test("a removed package whose configuration is left is missing", () => {
  expect(packagesNotIn("rc  docker-registry\nii  nftables\n", ["docker-registry", "nftables"])).toEqual([
    "docker-registry",
  ]);
});

test("a package that dpkg has never heard of is missing", () => {
  expect(packagesNotIn("", ["debootstrap"])).toEqual(["debootstrap"]);
});

test("a package is not taken for installed because its name begins like another", () => {
  expect(packagesNotIn("ii  dnsmasq-base\n", ["dnsmasq"])).toEqual(["dnsmasq"]);
});

test.each([
  ["held, which apt-get would refuse to change", "hi  nftables\n", []],
  ["only unpacked", "iU  nftables\n", ["nftables"]],
  ["half configured", "iF  nftables\n", ["nftables"]],
  ["in need of being installed anew", "iiR nftables\n", ["nftables"]],
  ["known and not there", "un  nftables\n", ["nftables"]],
])("a package that is %s is told by its state", (_, answer, missing) => {
  expect(packagesNotIn(answer, ["nftables"])).toEqual(missing);
});
