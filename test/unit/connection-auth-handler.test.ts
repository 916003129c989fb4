import type { AnyAuthMethod, AuthenticationType, KeyboardInteractiveAuthMethod, ParsedKey, Prompt } from "ssh2";
import { describe, expect, it } from "vitest";
import { type AnswerPrompt, authHandler } from "../../src/connection/auth-handler.ts";
import type { Offer } from "../../src/connection/credentials.ts";

const key: Offer = { kind: "key", key: {} as ParsedKey };
const agent: Offer = { kind: "agent", agent: "/run/agent.sock" };
const password: Offer = { kind: "password", password: "swordfish" };

type Said = AuthenticationType | AnyAuthMethod | false;

/** What is tried on an sshd that refuses everything, and says each time what it would still take. */
function tried(
  offers: readonly Offer[],
  answers: readonly { readonly left: readonly AuthenticationType[] | null; readonly partial?: boolean }[],
  answer?: AnswerPrompt,
): readonly Said[] {
  const handler = authHandler({ username: "ada", offers, answer });
  return answers.map(({ left, partial = false }) => {
    let said: Said = false;
    handler(left as AuthenticationType[], partial, (method) => {
      said = method as Said;
    });
    return said;
  });
}

const names = (all: readonly Said[]) => all.map((one) => (typeof one === "object" ? one.type : one));
const all = ["publickey", "password", "keyboard-interactive"] as const;

describe("what is offered to an sshd", () => {
  it.each<[string, readonly Offer[], readonly (readonly AuthenticationType[] | null)[], readonly unknown[]]>([
    ["a key at once, without the question what it takes", [key], [null, all], ["publickey", false]],
    [
      "one thing after the other",
      [key, agent, password],
      [null, all, all, all],
      ["publickey", "agent", "password", false],
    ],
    ["a password once it said which way it takes one", [password], [null, all, all], ["none", "password", false]],
    [
      "a password by questions, if only so",
      [password],
      [null, ["keyboard-interactive"]],
      ["none", "keyboard-interactive"],
    ],
    ["a wrong password in one of the two ways, not in both", [password], [null, all, all], ["none", "password", false]],
    [
      "no key where it takes none",
      [key, agent, password],
      [null, ["password"], ["password"]],
      ["publickey", "password", false],
    ],
    ["no password where it takes none", [key, password], [null, ["publickey"]], ["publickey", false]],
    ["nothing but the question, where there is nothing", [], [null, all], ["none", false]],
    ["nothing more to one that takes nothing any more", [key, agent], [null, []], ["publickey", false]],
  ])("%s", (_, offers, lefts, wanted) => {
    const said = tried(
      offers,
      lefts.map((left) => ({ left })),
      async () => "never asked for",
    );
    expect(names(said)).toEqual(wanted);
  });
});

const partly = [{ left: null }, { left: ["keyboard-interactive"], partial: true }] as const;

describe("a second factor", () => {
  it("is asked for after a key that was right, once", () => {
    const said = tried([key], [...partly, { left: ["keyboard-interactive"], partial: true }], async () => "123456");
    expect(names(said)).toEqual(["publickey", "keyboard-interactive", false]);
  });

  it.each<[string, Parameters<typeof tried>[1], AnswerPrompt | undefined]>([
    ["nobody can be asked", partly, undefined],
    ["the key was wrong", [{ left: null }, { left: ["keyboard-interactive"] }], async () => "123456"],
    ["sshd wants another key", [{ left: null }, { left: ["publickey"], partial: true }], async () => "123456"],
  ])("is none where %s", (_, answers, answer) => {
    expect(names(tried([key], answers, answer))).toEqual(["publickey", false]);
  });
});

/** What is answered to sshd's questions. */
async function answered(offers: readonly Offer[], prompts: readonly Prompt[], answer?: AnswerPrompt) {
  const isKey = offers[0]?.kind === "key";
  const said = tried(offers, [{ left: null }, { left: ["keyboard-interactive"], partial: isKey }], answer);
  const method = said[1] as KeyboardInteractiveAuthMethod;
  return new Promise<readonly string[]>((resolve) => {
    method.prompt("", "", "", [...prompts], (answers) => resolve(answers));
  });
}

describe("sshd's questions", () => {
  const hidden = { prompt: "Password: ", echo: false };
  const code = { prompt: "Code: ", echo: false };
  const shown = { prompt: "Site: ", echo: true };

  it.each<[string, readonly Offer[], readonly Prompt[], readonly string[]]>([
    ["the first hidden one gets the password", [password], [hidden], ["swordfish"]],
    [
      "only that one: a code that is asked for with it is a person's",
      [password],
      [hidden, code],
      ["swordfish", "for Code: "],
    ],
    ["one that shows what is typed never gets it", [password], [shown, hidden], ["for Site: ", "swordfish"]],
    ["all are a person's where there is no password", [key], [hidden, code], ["for Password: ", "for Code: "]],
    ["none at all is an answer too: sshd may only want to say something", [password], [], []],
  ])("%s", async (_, offers, prompts, wanted) => {
    expect(await answered(offers, prompts, async (prompt) => `for ${prompt}`)).toEqual(wanted);
  });

  it("that nobody can answer are answered as far as it goes, which sshd takes for a refusal", async () => {
    expect(await answered([password], [hidden, code])).toEqual(["swordfish"]);
    expect(await answered([password], [shown, hidden])).toEqual([]);
  });

  it("are answered with nothing where a person presses Ctrl-C, and it is no uncaught error", async () => {
    const answer = () => Promise.reject(new Error("cancelled"));
    expect(await answered([password], [hidden, code], answer)).toEqual([]);
  });

  it("tell whether what is typed may be seen", async () => {
    const seen: boolean[] = [];
    const answer: AnswerPrompt = async (_, echo) => {
      seen.push(echo);
      return "x";
    };
    await answered([key], [shown, code, { prompt: "What?" }], answer);
    expect(seen).toEqual([true, false, false]);
  });
});
