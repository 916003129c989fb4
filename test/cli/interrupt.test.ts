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

  it("is written again once the view has gone", () => {
    const { written, interrupt, press } = world();
    interrupt.onFirst(() => undefined)();
    press();
    expect(written).toHaveLength(1);
  });
});
