import { describe, expect, it } from "vitest";
import { createDesk } from "../../src/connection/secret-desk.ts";

/** A person who types these words, and what they were asked. */
function person(...words: readonly (string | undefined)[]) {
  const questions: string[] = [];
  const ask = async (question: string) => {
    questions.push(question);
    await Promise.resolve();
    return words[questions.length - 1];
  };
  return { questions, ask };
}

const question = (again: boolean) => (again ? "Again:" : "Password:");
/** What accepts one word alone, and counts what it was tried with. */
function lock(word: string) {
  const tried: string[] = [];
  const attempt = async (secret: string) => {
    tried.push(secret);
    return secret === word ? `opened by ${secret}` : undefined;
  };
  return { tried, attempt };
}

describe("a secret that several hosts want", () => {
  it("is asked for once, and mistyped on one host alone", async () => {
    const { ask, questions } = person("barley", "sesame");
    const desk = createDesk(ask);
    const locks = Array.from({ length: 5 }, () => lock("sesame"));
    const opened = await Promise.all(locks.map(({ attempt }) => desk("login ada", question, attempt)));
    expect(opened).toEqual(Array.from({ length: 5 }, () => "opened by sesame"));
    expect(questions).toEqual(["Password:", "Again:"]);
    expect(locks.map(({ tried }) => tried.length)).toEqual([2, 1, 1, 1, 1]);
  });

  it("is tried three times at most, whoever asks, and then nobody is locked out for it", async () => {
    const { ask, questions } = person("one", "two", "three", "four");
    const desk = createDesk(ask);
    const locks = Array.from({ length: 3 }, () => lock("sesame"));
    for (const { attempt } of locks) expect(await desk("login ada", question, attempt)).toBeUndefined();
    expect(questions).toHaveLength(3);
    expect(locks.map(({ tried }) => tried)).toEqual([["one", "two", "three"], [], []]);
  });

  it("that one host does not take is not asked for again: it was right elsewhere", async () => {
    const { ask, questions } = person("sesame");
    const desk = createDesk(ask);
    expect(await desk("login ada", question, lock("sesame").attempt)).toBe("opened by sesame");
    expect(await desk("login ada", question, lock("barley").attempt)).toBeUndefined();
    expect(await desk("login ada", question, lock("sesame").attempt)).toBe("opened by sesame");
    expect(questions).toHaveLength(1);
  });

  it("is another one for another user, who is asked about by himself", async () => {
    const { ask, questions } = person("sesame", "barley");
    const desk = createDesk(ask);
    expect(await desk("login ada", question, lock("sesame").attempt)).toBe("opened by sesame");
    expect(await desk("login bob", question, lock("barley").attempt)).toBe("opened by barley");
    expect(questions).toHaveLength(2);
  });

  it("may be empty, as a password may", async () => {
    expect(await createDesk(person("").ask)("login ada", question, lock("").attempt)).toBe("opened by ");
  });

  it("is given up at once where nothing is typed, and by all who wait for it", async () => {
    const { ask, questions } = person(undefined, "sesame");
    const desk = createDesk(ask);
    const opened = await Promise.all([1, 2].map(() => desk("login ada", question, lock("sesame").attempt)));
    expect([opened, questions.length]).toEqual([[undefined, undefined], 1]);
  });

  it("is none where nobody can be asked", async () => {
    const { tried, attempt } = lock("sesame");
    expect(await createDesk(undefined)("login ada", question, attempt)).toBeUndefined();
    expect(tried).toEqual([]);
  });

  it("that could not be tried, as a host went away, is asked for by the next", async () => {
    const { ask, questions } = person("sesame", "sesame");
    const desk = createDesk(ask);
    const lost = () => Promise.reject(new Error("the line is gone"));
    const [first, second] = await Promise.allSettled([
      desk("login ada", question, lost),
      desk("login ada", question, lock("sesame").attempt),
    ]);
    expect([first.status, second]).toEqual(["rejected", { status: "fulfilled", value: "opened by sesame" }]);
    expect(questions).toHaveLength(2);
  });
});
