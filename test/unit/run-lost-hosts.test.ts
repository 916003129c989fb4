import { describe, expect, it } from "vitest";
import { DroverError, SeveralFailed } from "../../src/core/errors.ts";
import type { Event } from "../../src/core/events.ts";
import { goOnWithout, type Lost, throwIfLost, withLost, without } from "../../src/run/lost-hosts.ts";
import { hostNamed, stage } from "./support/run-world.ts";

const failure = (message: string) => new DroverError("ssh/connection-lost", message, { remedy: "Look." });
const lost = (name: string, ...messages: readonly string[]): Lost => ({
  host: hostNamed(name),
  failures: messages.map(failure),
});
const [a, b, c] = [lost("a", "a is gone"), lost("b", "b is gone", "b is full"), lost("c", "c is gone")];

/** The messages of what is thrown, in order; undefined if nothing is. */
function thrownBy(call: () => void): readonly string[] | undefined {
  try {
    call();
    return undefined;
  } catch (thrown) {
    return thrown instanceof SeveralFailed ? thrown.failures.map(({ message }) => message) : [String(thrown)];
  }
}

describe("a run that may lose hosts", () => {
  const goOn = (now: readonly Lost[], before: readonly Lost[], maxFail: number, stopping = false) => {
    const events: Event[] = [];
    const thrown = thrownBy(() =>
      goOnWithout(now, before, { maxFail, stopping: () => stopping, emit: (event) => events.push(event) }),
    );
    return { thrown, told: events.map((event) => (event.kind === "note" ? `${event.host}: ${event.message}` : "")) };
  };

  it("counts hosts, not what went wrong on them, and those from before too", () => {
    expect(goOn([b], [], 1).thrown).toBeUndefined();
    expect(goOn([b], [a], 2).thrown).toBeUndefined();
    expect(goOn([b], [a], 1).thrown).toEqual(["a is gone", "b is gone", "b is full"]);
    expect(goOn([a], [], 0).thrown).toEqual(["a is gone"]);
  });

  it("says of each host that was lost now why it is left out, once", () => {
    expect(goOn([b, c], [a], 3).told).toEqual([
      "b: left out from here on: b is gone; b is full",
      "c: left out from here on: c is gone",
    ]);
    expect(goOn([b], [a], 1).told).toEqual([]);
  });

  it("goes on as it was asked to where none was lost, even where it is to stop", () => {
    expect(goOn([], [a, b, c], 0, true)).toEqual({ thrown: undefined, told: [] });
    expect(goOn([a], [], 5, true).thrown).toEqual(["a is gone"]);
  });

  it("tells in the end of all that it lost", () => {
    expect(thrownBy(() => throwIfLost([a, b]))).toEqual(["a is gone", "b is gone", "b is full"]);
    expect(thrownBy(() => throwIfLost([]))).toBeUndefined();
  });

  it("leaves the cluster alone once it has lost one, and is the same as before where it has not", () => {
    const stages = [stage("one"), { ...stage("two"), on: "control" as const }, stage("three")];
    const pipeline = { cluster: "test", hosts: [a.host, b.host, c.host], stages };
    expect(without(pipeline, [])).toBe(pipeline);
    const rest = without(pipeline, [b]);
    expect(rest.hosts.map(({ name }) => name)).toEqual(["a", "c"]);
    expect(rest.stages.map(({ id }) => id)).toEqual(["one", "three"]);
    expect(without(rest, [b, a]).hosts.map(({ name }) => name)).toEqual(["c"]);
  });

  it("adds what it lost before to what ends it, without telling anything twice, and to hosts' failures alone", () => {
    const ends = new SeveralFailed([...b.failures]);
    expect(
      thrownBy(() => {
        throw withLost(ends, [a]);
      }),
    ).toEqual(["a is gone", "b is gone", "b is full"]);
    expect(withLost(ends, [b])).toBe(ends);
    expect(withLost(ends, [])).toBe(ends);
    const asked = failure("nobody to ask");
    expect(withLost(asked, [a])).toBe(asked);
  });
});
