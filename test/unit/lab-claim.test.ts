import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assertNotTaken, type Claim, claimLab, releaseLab, whatIsTaken } from "../../src/lab/claim.ts";
import { testFolder } from "../test-folder.ts";

let folder = "";
beforeEach(() => {
  folder = join(testFolder("claim"), "labs");
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

const one: Claim = { home: "/var/lib/one", bridge: "drover0", net: "10.77.0" };
const two: Claim = { home: "/var/lib/two", bridge: "drover9", net: "10.79.0" };

describe("two labs", () => {
  it("live side by side when they share neither bridge nor network nor home", async () => {
    await claimLab(one, folder);
    await claimLab(two, folder);
    expect((await readdir(folder)).sort()).toEqual(["drover0", "drover9"]);
  });

  it.each([
    ["the bridge drover0", { ...two, bridge: one.bridge }],
    ["the network 10.77.0.0/24", { ...two, net: one.net }],
    ["/var/lib/one, on the bridge drover0,", { ...two, home: one.home }],
  ])("cannot share %s: the second is refused, told the owner, and writes nothing", async (what, second) => {
    await claimLab(one, folder);
    expect(whatIsTaken(second, one)).toBe(what);
    await expect(claimLab(second, folder)).rejects.toMatchObject({
      code: "lab/taken",
      message: `${what} belongs to the practice hosts in /var/lib/one`,
      remedy: expect.stringContaining("DROVER_LAB=/var/lib/one drover lab down"),
    });
    expect(await readdir(folder)).toEqual(["drover0"]);
  });
});

describe("a lab", () => {
  it("may be claimed again by its owner", async () => {
    await claimLab(one, folder);
    await claimLab(one, folder);
    await assertNotTaken(one, folder);
  });

  it("is free for others when its owner has let it go, who learns whether others are left", async () => {
    await claimLab(one, folder);
    await claimLab(two, folder);
    expect(await releaseLab(one, folder)).toBe(true);
    await claimLab({ ...one, home: "/elsewhere" }, folder);
    expect(await releaseLab(one, folder)).toBe(true);
    expect(await releaseLab(two, folder)).toBe(false);
  });

  it("is nobody's where nothing was written down, or nothing that can be read", async () => {
    await assertNotTaken(one, folder);
    expect(await releaseLab(one, folder)).toBe(false);
    await claimLab(two, folder);
    await writeFile(join(folder, "drover0"), "");
    await assertNotTaken(one, folder);
  });
});
