import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { createAsk } from "../../src/cli/ask.ts";
import type { Context } from "../../src/cli/context.ts";

/** A double of a terminal on which somebody types; what is drawn goes nowhere. */
function terminal() {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  // As of process.stdout: no question ends it.
  stdout.end = () => stdout;
  let drawn = "";
  stdout.on("data", (chunk: Buffer) => {
    drawn += chunk.toString("utf8");
  });
  const context = { stdin, stdout, env: {} } as unknown as Context;
  return { ask: createAsk(context, async () => undefined), stdin, drawn: () => drawn };
}

describe("questions that several hosts ask at once", () => {
  it("are asked one after the other, each with its own answer", async () => {
    const { ask, stdin, drawn } = terminal();
    const answers = ["one", "two"].map((name) => ask.text(`Code of ${name}?`, "Pass it."));
    for (const name of ["one", "two"]) {
      await expect.poll(drawn).toContain(`Code of ${name}?`);
      expect(drawn().includes("Code of two?")).toBe(name === "two");
      stdin.write(`${name}-1\r`);
    }
    expect(await Promise.all(answers)).toEqual(["one-1", "two-1"]);
  });

  it("are none any more once somebody pressed Ctrl-C at one of them", async () => {
    const { ask, stdin, drawn } = terminal();
    const answers = [
      ask.secret("Password of ada?", "Name it."),
      ask.confirm("Trust it?", "Pin it."),
      ask.secret("Password of bob?", "Name it."),
    ].map((answer) => answer.catch((thrown: unknown) => thrown));
    await expect.poll(drawn).toContain("Password of ada?");
    stdin.write("\u0003");
    for (const error of await Promise.all(answers)) expect(error).toMatchObject({ code: "cli/cancelled" });
    await expect(ask.text("And now?", "Pass it.")).rejects.toMatchObject({ code: "cli/cancelled" });
    expect(drawn()).not.toMatch(/Trust|bob|now/);
  });
});
