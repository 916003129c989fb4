import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { assertOwnHome, ownHome, removeHome } from "../../src/lab/home.ts";
import { defaultSettings } from "../../src/lab/settings.ts";
import { testFolder } from "../test-folder.ts";

/** A lab whose home holds these files; folders end with a slash. */
function labIn(...paths: readonly string[]) {
  const home = join(testFolder("lab-home"), "home");
  for (const path of paths) {
    mkdirSync(join(home, path, path.endsWith("/") ? "." : ".."), { recursive: true });
    if (!path.endsWith("/")) writeFileSync(join(home, path), "theirs");
  }
  return { ...defaultSettings({}), home };
}

const refused = { code: "lab/taken", message: expect.stringContaining("not of practice hosts") };

describe("the home of a lab", () => {
  it.each([["run/"], ["run/utmp"], ["hosts/a/disk"], ["run/sshd.pid", "etc/passwd"]])(
    "is no folder with %s that is not of a lab, and nothing in it is deleted",
    async (...paths) => {
      const lab = labIn(...paths);
      const before = readdirSync(lab.home, { recursive: true });
      await expect(ownHome(lab)).rejects.toMatchObject(refused);
      await expect(assertOwnHome(lab)).rejects.toMatchObject(refused);
      expect(readdirSync(lab.home, { recursive: true })).toEqual(before);
    },
  );

  it.each([[], ["operator/inventory.yaml"], ["run/known_hosts", "hosts/h1/complete"]])(
    "may be new, have other files, or be of an older lab: %s %s",
    async (...paths) => {
      const lab = labIn(...paths);
      await ownHome(lab);
      await ownHome(lab);
      await assertOwnHome(lab);
    },
  );

  it("goes with all that is the lab's", async () => {
    const lab = labIn();
    await ownHome(lab);
    mkdirSync(join(lab.home, "hosts/h1/root"), { recursive: true });
    writeFileSync(join(lab.home, "run/h1.pid"), "1");
    await removeHome(lab);
    expect(readdirSync(join(lab.home, ".."))).toEqual([]);
    await removeHome(lab);
  });

  it("stays with what else is in it", async () => {
    const lab = labIn("notes.txt");
    await ownHome(lab);
    await removeHome(lab);
    expect(readdirSync(lab.home)).toEqual(["notes.txt"]);
  });

  it("is still the lab's where deleting it was cut short", async () => {
    const lab = labIn();
    await ownHome(lab);
    mkdirSync(join(lab.home, "hosts"));
    await assertOwnHome(lab);
    await removeHome(lab);
    await assertOwnHome(lab);
  });
});
