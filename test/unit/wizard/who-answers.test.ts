import { describe, expect, it } from "vitest";
import type { Answers, HostAnswer } from "../../../src/wizard/answers.ts";
import type { Contacts } from "../../../src/wizard/contacts.ts";
import type { Known } from "../../../src/wizard/known.ts";
import { freeOf, type Looked, lookedTogether } from "../../../src/wizard/looked.ts";
import { askWhoAnswers, learnWhoAnswers } from "../../../src/wizard/pages/ask-who-answers.ts";
import type { Session, World } from "../../../src/wizard/session.ts";
import { nic, seen } from "./known-hosts.ts";

const machine = (address: string, ...roles: NonNullable<HostAnswer["roles"]>): HostAnswer => ({
  address,
  name: `h${address.split(".").at(-1)}`,
  roles,
});

const [worker, first, second] = [
  machine("10.0.0.1", "worker"),
  machine("10.0.0.2", "controlplane", "etcd"),
  machine("10.0.0.3", "controlplane"),
];

const never = (): never => {
  throw new Error("nobody asks for this here");
};
const noContacts: Contacts = {
  want: never,
  again: never,
  trust: never,
  look: never,
  of: never,
  settled: never,
  onChange: never,
};

interface Asked {
  readonly host: string;
  readonly addresses: readonly string[];
}

/** A session of machines that were seen in two networks. A double of the wizard's: only what looking at addresses needs. */
function sessionOf(hosts: readonly HostAnswer[], answering: readonly string[] | Error, answers: Answers = {}) {
  const asked: Asked[] = [];
  let looked: Looked | undefined;
  let current: Answers = { ...answers, hosts: [...hosts] };
  const whoAnswers: World["whoAnswers"] = (host, _access, addresses) => {
    asked.push({ host: host.address, addresses });
    return answering instanceof Error ? Promise.reject(answering) : Promise.resolve(answering);
  };
  const known = (): Known => ({
    answers: current,
    seen: hosts.map(({ address }) =>
      seen({
        defaultNic: "eno1",
        nics: [nic("eno1", `${address}/24`), nic("ib0", `${address.replace("10.0.0", "10.9.0")}/24`)],
      }),
    ),
    kubernetesVersions: [],
    base: {},
    operator: "ann",
    looked,
  });
  const session: Session = {
    known,
    set: (change) => {
      current = { ...current, ...change };
      return Promise.resolve();
    },
    addLooked: (now) => {
      looked = lookedTogether(looked, now);
    },
    contacts: noContacts,
    world: { readFile: never, sshConfig: never, keys: never, ownKey: never, spreadKey: never, whoAnswers },
    judge: () => [],
    access: () => ({ user: "root" }),
    setAccess: never,
    ask: never,
    askUntil: async (_screen, happened) => {
      await happened;
      return { kind: "happened" };
    },
    say: never,
  };
  return { session, asked };
}

describe("looking for free addresses", () => {
  it("asks once for all questions, from a controlplane machine, and keeps who answered", async () => {
    const { session, asked } = sessionOf([worker, first, second], ["10.0.0.250"]);
    expect(await askWhoAnswers(session)).toBe("next");
    expect(await askWhoAnswers(session)).toBe("next");
    expect(asked.map(({ host }) => host)).toEqual(["10.0.0.2"]);
    expect(new Set(asked[0]?.addresses).size).toBe(60);
    expect(asked[0]?.addresses).toHaveLength(60);
    expect(session.known().looked?.taken).toEqual(["10.0.0.250"]);
  });

  it("asks anew only for what nobody was asked after, when somebody went back and chose another network", async () => {
    const { session, asked } = sessionOf([first, second], []);
    await askWhoAnswers(session);
    await session.set({ internalNetwork: "10.9.0.0/24" });
    await askWhoAnswers(session);
    await askWhoAnswers(session);
    expect(asked).toHaveLength(2);
    expect(asked[1]?.addresses.every((address) => address.startsWith("10.9.0."))).toBe(true);
    expect(freeOf(["10.0.0.254", "10.9.0.254", "10.7.0.1"], session.known().looked)).toEqual([
      "10.0.0.254",
      "10.9.0.254",
    ]);
  });

  it("knows nothing where the machine could not ask, and goes on", async () => {
    const { session } = sessionOf([first, second], new Error("no bash there"));
    expect(await askWhoAnswers(session)).toBe("next");
    expect(session.known().looked).toBeUndefined();
  });

  it("goes back where somebody would rather, and asks nothing of machines that were not named", async () => {
    const { session } = sessionOf([first, second], []);
    const hasty: Session = { ...session, askUntil: () => Promise.resolve({ kind: "back" }) };
    expect(await askWhoAnswers(hasty)).toBe("back");
    expect(learnWhoAnswers(sessionOf([], []).session)).toBeUndefined();
  });
});

describe("what is known of addresses", () => {
  it("is free only where it was asked after and nobody answered", () => {
    const looked = { asked: ["a", "b", "c"], taken: ["b", "stranger"] };
    expect(freeOf(["c", "b", "a", "d"], looked)).toEqual(["c", "a"]);
    expect(freeOf(["b"], looked)).toEqual([]);
    expect(freeOf(["d"], looked)).toBeUndefined();
    expect(freeOf(["a"], undefined)).toBeUndefined();
    expect(freeOf([], looked)).toBeUndefined();
  });

  it("adds up over looks", () => {
    const one = { asked: ["a"], taken: ["a"] };
    expect(lookedTogether(undefined, one)).toBe(one);
    expect(lookedTogether(one, { asked: ["b"], taken: [] })).toEqual({ asked: ["a", "b"], taken: ["a"] });
  });
});
