import { describe, expect, it } from "vitest";
import { aboutLong, secondsLeft, slowness } from "../../scripts/parts/estimate.ts";

describe("slowness", () => {
  it("is 1 until enough was measured to say anything", () => {
    expect(slowness([])).toBe(1);
    expect(slowness([{ weight: 10, took: 100 }])).toBe(1);
  });

  it("is what was taken by what was expected", () => {
    expect(
      slowness([
        { weight: 100, took: 150 },
        { weight: 100, took: 250 },
      ]),
    ).toBe(2);
  });

  it("is not carried away by a stalled or a cached part", () => {
    expect(slowness([{ weight: 20, took: 10_000 }])).toBe(8);
    expect(slowness([{ weight: 300, took: 0.1 }])).toBe(0.05);
  });
});

describe("seconds left", () => {
  it("are the weights ahead and what the current part still needs", () => {
    expect(secondsLeft({ done: [], current: { weight: 100, elapsed: 40 }, ahead: [10, 20] })).toBe(90);
  });

  it("follow the speed of this machine", () => {
    const done = [{ weight: 100, took: 200 }];
    expect(secondsLeft({ done, current: { weight: 100, elapsed: 40 }, ahead: [10, 20] })).toBe(220);
  });

  it("never become negative when a part takes longer than expected", () => {
    expect(secondsLeft({ done: [], current: { weight: 100, elapsed: 500 }, ahead: [] })).toBe(5);
  });
});

it("a length of time is told in seconds while it is short, in minutes then", () => {
  expect(aboutLong(0.4)).toBe("0 s");
  expect(aboutLong(89)).toBe("89 s");
  expect(aboutLong(90)).toBe("2 min");
  expect(aboutLong(1140)).toBe("19 min");
});
