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
