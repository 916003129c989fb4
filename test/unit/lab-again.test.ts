import { beforeEach, expect, test } from "vitest";
import { DroverError } from "../../src/core/errors.ts";
import { again, tryingAgain } from "../../src/lab/again.ts";

const failure = new DroverError("lab/failed", "apt-get install failed", { remedy: "x", details: ["a", "no route"] });
const said: string[] = [];
const paused: number[] = [];
const tell = (error: DroverError, seconds: number) => void said.push(tryingAgain(error, seconds));
const pause = async (ms: number) => void paused.push(ms);

/** Work that fails so often, and then gives a word. */
function failing(times: number, error: Error = failure) {
  let tries = 0;
  return {
    tries: () => tries,
    work: async () => {
      if (++tries <= times) throw error;
      return "done";
    },
  };
}

beforeEach(() => {
  said.length = 0;
  paused.length = 0;
});

test("work that is done at once is done once, without a pause or a word", async () => {
  const { work, tries } = failing(0);
  expect(await again(work, tell, pause)).toBe("done");
  expect([tries(), said, paused]).toEqual([1, [], []]);
});

test.each([1, 2, 3])("work that fails %i times is done after as many pauses, each longer", async (times) => {
  const { work, tries } = failing(times);
  expect(await again(work, tell, pause)).toBe("done");
  expect(tries()).toBe(times + 1);
  expect(paused).toEqual([2000, 20_000, 60_000].slice(0, times));
});

test("each failure is told with its last line, before its pause", async () => {
  await again(failing(1).work, tell, async () => {
    expect(said).toEqual(["apt-get install failed (no route); trying again in 2 s"]);
  });
  const mute = new DroverError("lab/failed", "it failed", { remedy: "x" });
  expect(tryingAgain(mute, 60)).toBe("it failed (no output); trying again in 60 s");
});

test("work that never works throws what the fourth try threw, without a further pause", async () => {
  const { work, tries } = failing(9);
  await expect(again(work, tell, pause)).rejects.toBe(failure);
  expect([tries(), paused.length]).toEqual([4, 3]);
});

test("a defect of ours is thrown at once", async () => {
  const { work, tries } = failing(9, new TypeError("bug"));
  await expect(again(work, tell, pause)).rejects.toThrow(TypeError);
  expect([tries(), said]).toEqual([1, []]);
});
