import { describe, expect, it } from "vitest";
import { compareVersions, upgradePath } from "../../src/engines/rke/day-two/upgrade-path.ts";
import {
  helmFits,
  helmFor,
  kubectlFits,
  kubectlFor,
  linesFor,
  releaseFor,
  rkeReleases,
} from "../../src/engines/rke/versions.ts";
import { randomNumbers } from "../unit/support/random-numbers.ts";

const below = randomNumbers(29);
const version = () => `v1.${27 + below(6)}.${below(13)}-rancher${1 + below(2)}-${1 + below(3)}`;
const minorOf = (one: string) => Number(one.split(".")[1]);
const listed = () => Array.from({ length: below(12) }, version);

describe("the way from any version to any other", () => {
  const tries = Array.from({ length: 2000 }, () => {
    const known = listed();
    const from = version();
    const to = below(4) === 0 || known.length === 0 ? version() : (known[below(known.length)] ?? version());
    return { from, to, known, path: upgradePath(from, to, known) };
  });

  it("is there exactly if the goal is listed, not older, and each minor version between is listed too", () => {
    for (const { from, to, known, path } of tries) {
      const between = Array.from(
        { length: Math.max(0, minorOf(to) - minorOf(from) - 1) },
        (_, at) => minorOf(from) + 1 + at,
      );
      const isThere =
        known.includes(to) &&
        compareVersions(to, from) >= 0 &&
        between.every((minor) => known.some((one) => minorOf(one) === minor));
      expect([from, to, known, path.kind]).toEqual([from, to, known, isThere ? "path" : "none"]);
    }
  });

  it("takes one step for each minor version, each the newest that is listed, and ends at the goal", () => {
    for (const { from, to, known, path } of tries) {
      if (path.kind === "none") continue;
      expect(path.hops.at(-1) ?? from).toBe(to);
      expect(path.hops.map(minorOf)).toEqual(
        compareVersions(from, to) === 0
          ? []
          : minorOf(from) === minorOf(to)
            ? [minorOf(to)]
            : Array.from({ length: minorOf(to) - minorOf(from) }, (_, at) => minorOf(from) + 1 + at),
      );
      for (const hop of path.hops.slice(0, -1))
        expect(known.filter((one) => minorOf(one) === minorOf(hop) && compareVersions(one, hop) > 0)).toEqual([]);
    }
  });

  it("is that to the newest where none is named, whatever else rke lists", () => {
    for (let round = 0; round < 300; round += 1) {
      const [known, from] = [listed(), version()];
      const newest = known.toSorted(compareVersions).at(-1);
      const path = upgradePath(from, undefined, [...known, "latest", "v1.40", "v2"]);
      expect(path).toEqual(
        newest === undefined
          ? expect.objectContaining({ because: "rke lists no version of Kubernetes" })
          : upgradePath(from, newest, known),
      );
    }
  });
});

describe("the order of versions", () => {
  it("is one: turned around it is the opposite, and what lies between stays between", () => {
    for (let round = 0; round < 1000; round += 1) {
      const [a, b, c] = [version(), version(), version()];
      expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a))).toBe(0);
      expect(compareVersions(a, b) === 0).toBe(a === b);
      if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
        expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
    }
  });
});

describe("the programs for any version that a release of rke lists", () => {
  const all = [...new Set(rkeReleases.flatMap(({ kubernetes }) => kubernetes))];

  it.each(all)("%s fit it and each other", (wanted) => {
    const release = releaseFor(wanted) ?? expect.fail("no release");
    expect(rkeReleases.find(({ rke }) => rke === release)?.kubernetes).toContain(wanted);
    expect(linesFor(wanted)).toContain(release.slice(1, 4));
    // kubectl is of the very patch of the cluster.
    expect(wanted.startsWith(`${kubectlFor(wanted)}-rancher`)).toBe(true);
    expect(kubectlFits(kubectlFor(wanted) ?? "", wanted)).toBe(true);
    expect(helmFits(helmFor(wanted))).toBe(true);
  });

  it("are of the newest release that lists it: no later one does", () => {
    for (const wanted of all) {
      const at = rkeReleases.findIndex(({ rke }) => rke === releaseFor(wanted));
      expect(rkeReleases.slice(at + 1).filter(({ kubernetes }) => kubernetes.includes(wanted))).toEqual([]);
    }
  });
});
