import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { createInterrupt, stoppingMessage } from "../../src/cli/interrupt.ts";

/** A double of the process: signals by hand, and what is written to stderr. */
function world() {
  const written: string[] = [];
  const source = Object.assign(new EventEmitter(), { stderr: { write: (text: string) => written.push(text) } });
  let time = 0;
  const interrupt = createInterrupt(source as unknown as NodeJS.Process, () => time);
  const press = (afterMs = 1000): void => {
    time += afterMs;
    source.emit("SIGINT");
  };
  return { written, interrupt, press };
}

describe("Ctrl-C", () => {
  it("once asks the run to stop, and says so where nobody else does", () => {
    const { written, interrupt, press } = world();
    expect(interrupt.stopping()).toBe(false);
    press();
    expect(interrupt.stopping()).toBe(true);
    expect(written.join("")).toContain(stoppingMessage);
  });

  it("once is told to the view that draws, and not written over it", () => {
    const { written, interrupt, press } = world();
    let told = 0;
    interrupt.onFirst(() => {
      told += 1;
    });
    press();
    press();
    expect(told).toBe(1);
    expect(written).toEqual([]);
  });

  it("twice leaves at once", async () => {
    const { interrupt, press } = world();
    press();
    press();
    await expect(interrupt.insisted).rejects.toMatchObject({ code: "cli/cancelled" });
  });

  it("that a parent passes on a second time counts once", async () => {
    const { interrupt, press } = world();
    press();
    press(5);
    await expect(Promise.race([interrupt.insisted, Promise.resolve("goes on")])).resolves.toBe("goes on");
  });

  it("that a parent passes on is not counted after the second one either, which leaves", async () => {
    const { interrupt, press, written } = world();
    for (const wait of [1000, 5, 1000, 5]) press(wait);
    await expect(interrupt.insisted).rejects.toMatchObject({ code: "cli/cancelled" });
    expect(written).toHaveLength(1);
  });

  it.each([10, 33, 100, 250, 299, 300])(
    "pressed every %s ms, by a hammering or a resting finger, leaves",
    async (ms) => {
      const { interrupt, press } = world();
      for (let count = 0; count < 50; count += 1) press(ms);
      await expect(interrupt.insisted).rejects.toMatchObject({ code: "cli/cancelled" });
    },
  );

  it("as SIGTERM counts like one of the terminal: service managers stop programs so", async () => {
    const source = Object.assign(new EventEmitter(), { stderr: { write: () => true } });
    let time = 0;
    const interrupt = createInterrupt(source as unknown as NodeJS.Process, () => time);
    for (const signal of ["SIGTERM", "SIGINT"]) {
      time += 1000;
      source.emit(signal);
    }
    await expect(interrupt.insisted).rejects.toMatchObject({ code: "cli/cancelled" });
  });

  it("is told to all who listen, in their order, and to none who has stopped listening", () => {
    const { interrupt, press } = world();
    const heard: string[] = [];
    interrupt.onFirst(() => heard.push("view"));
    const undo = interrupt.onFirst(() => heard.push("gone"));
    interrupt.onFirst(() => heard.push("wait"));
    undo();
    press();
    expect(heard).toEqual(["view", "wait"]);
  });

  it("is written again once the view has gone", () => {
    const { written, interrupt, press } = world();
    interrupt.onFirst(() => undefined)();
    press();
    expect(written).toHaveLength(1);
  });
});
