import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inventoryAt, Workplace } from "./drover.ts";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
  place.write("inventory.yaml", inventoryAt([1]));
});
afterEach(() => place.remove());

describe("--quiet", () => {
  it("leaves out progress, and never an error", async () => {
    const loud = await place.drover("up", "--yes");
    const quiet = await place.drover("up", "--yes", "--quiet");
    expect(loud.stdout).toContain("up: cluster test");
    expect([quiet.code, quiet.stdout]).toEqual([1, ""]);
    expect(quiet.stderr).toContain("Error ssh/unreachable");
  });
});

describe("variables of the environment", () => {
  it("stand for options, and are checked like them", async () => {
    const bad = await place.droverWith({ DROVER_CONCURRENCY: "many" }, "plan");
    expect([bad.code, bad.stderr]).toEqual([3, expect.stringContaining("DROVER_CONCURRENCY")]);
    expect((await place.droverWith({ DROVER_WAIT: "-1" }, "plan")).code).toBe(3);
    expect((await place.droverWith({ DROVER_WAIT: "0", DROVER_CONCURRENCY: "2" }, "plan")).code).toBe(1);
  });

  it("give way to what is typed", async () => {
    expect((await place.droverWith({ DROVER_INVENTORY: "absent.yaml" }, "plan")).stderr).toContain("absent.yaml");
    const typed = await place.droverWith({ DROVER_INVENTORY: "absent.yaml" }, "plan", "-i", "inventory.yaml");
    expect(typed.stderr).toContain("ssh/unreachable");
  });

  it("are named in the help of the commands that read them", async () => {
    expect((await place.drover("plan", "--help")).stdout.replaceAll(/\s+/g, " ")).toContain("env: DROVER_CONCURRENCY");
  });
});
