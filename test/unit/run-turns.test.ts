import { describe, expect, it } from "vitest";
import { DroverError } from "../../src/core/errors.ts";
import { createTurns } from "../../src/run/turns.ts";

const tick = () => new Promise((resolve) => setImmediate(resolve));

describe("changes that are made on one host at a time", () => {
  it("begin in the order of asking, each after the one before it", async () => {
    const inTurn = createTurns();
    const seen: string[] = [];
    const job = (name: string) => async () => {
      seen.push(`${name} begins`);
      await tick();
      await tick();
      seen.push(`${name} ends`);
    };
    await Promise.all(["a", "b", "c"].map((name) => inTurn(name, job(name))));
    expect(seen).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  });

  it("are begun on no further host once one failed, and say which one that was", async () => {
    const inTurn = createTurns();
    const begun: string[] = [];
    const job = (name: string) => async () => {
      begun.push(name);
      if (name === "b") throw new DroverError("step/action-failed", "Docker is gone", { remedy: "look" });
    };
    const done = await Promise.allSettled(["a", "b", "c", "d"].map((name) => inTurn(name, job(name))));
    expect(begun).toEqual(["a", "b"]);
    expect(done.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "rejected"]);
    expect(done[1]).toMatchObject({ reason: { code: "step/action-failed" } });
    for (const held of done.slice(2)) {
      expect(held).toMatchObject({
        reason: { code: "step/held-back", message: expect.stringContaining("failed on b: Docker is gone") },
      });
    }
  });

  it("are held back also when they are asked for later, and after a bug of ours", async () => {
    const inTurn = createTurns();
    await expect(inTurn("a", () => Promise.reject(new TypeError("x is not a function")))).rejects.toThrow(TypeError);
    await tick();
    await expect(inTurn("b", async () => undefined)).rejects.toMatchObject({
      code: "step/held-back",
      remedy: expect.stringContaining("Put a right (internal/bug)"),
    });
  });

  it("of another stage know nothing of it", async () => {
    await expect(createTurns()("a", () => Promise.reject(new Error("x")))).rejects.toThrow("x");
    await expect(createTurns()("b", async () => undefined)).resolves.toBeUndefined();
  });
});
