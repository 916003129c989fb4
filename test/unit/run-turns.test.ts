import { describe, expect, it } from "vitest";
import { DroverError } from "../../src/core/errors.ts";
import { createTurns } from "../../src/run/turns.ts";

const at = (host: string) => ({ host, step: "docker/configured" }) as const;
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
    await Promise.all(["a", "b", "c"].map((name) => inTurn(at(name), job(name))));
    expect(seen).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  });

  it("are begun on no further host once one failed, and say which one that was", async () => {
    const inTurn = createTurns();
    const begun: string[] = [];
    const job = (name: string) => async () => {
      begun.push(name);
      if (name === "b") throw new DroverError("step/action-failed", "Docker is gone", { remedy: "look" });
    };
    const done = await Promise.allSettled(["a", "b", "c", "d"].map((name) => inTurn(at(name), job(name))));
    expect(begun).toEqual(["a", "b"]);
    expect(done.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "rejected"]);
    expect(done[1]).toMatchObject({ reason: { code: "step/action-failed" } });
    for (const [index, host] of ["c", "d"].entries()) {
      const message = expect.stringContaining("failed on b: Docker is gone");
      const reason = { code: "step/held-back", host, step: "docker/configured", message };
      expect(done[2 + index]).toMatchObject({ reason });
    }
  });

  it("are held back also when they are asked for later, and after a bug of ours", async () => {
    const inTurn = createTurns();
    await expect(inTurn(at("a"), () => Promise.reject(new TypeError("x is not a function")))).rejects.toThrow(
      TypeError,
    );
    await tick();
    await expect(inTurn(at("b"), async () => undefined)).rejects.toMatchObject({
      code: "step/held-back",
      remedy: expect.stringContaining("Put a right (internal/bug)"),
    });
  });

  it("are held back by no stop that was asked for: each host hears of that by itself", async () => {
    const inTurn = createTurns();
    const stopped = () => Promise.reject(new DroverError("cli/cancelled", "stopped as asked", { remedy: "Again." }));
    const done = await Promise.allSettled(["a", "b"].map((name) => inTurn(at(name), stopped)));
    expect(done.map((one) => one.status === "rejected" && one.reason.code)).toEqual(["cli/cancelled", "cli/cancelled"]);
    await expect(inTurn(at("c"), () => Promise.reject(new Error("x")))).rejects.toThrow("x");
    await expect(inTurn(at("d"), async () => undefined)).rejects.toMatchObject({ code: "step/held-back" });
  });

  it("of another stage know nothing of it", async () => {
    await expect(createTurns()(at("a"), () => Promise.reject(new Error("x")))).rejects.toThrow("x");
    await expect(createTurns()(at("b"), async () => undefined)).resolves.toBeUndefined();
  });
});
