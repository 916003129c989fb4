import { DroverError } from "../../../src/core/errors.ts";
import { complaints } from "../../../src/inventory/write/complaints.ts";
import { paint } from "../../../src/view/paint.ts";
import type { Answers, HostAnswer } from "../../../src/wizard/answers.ts";
import { type Access, createContacts, type ShownKey, seenBy } from "../../../src/wizard/contacts.ts";
import type { Known } from "../../../src/wizard/known.ts";
import { type Looked, lookedTogether } from "../../../src/wizard/looked.ts";
import type { Outcome, Screen } from "../../../src/wizard/screens/screen.ts";
import type { Seen } from "../../../src/wizard/seen.ts";
import type { Session, World } from "../../../src/wizard/session.ts";
import { seen } from "./known-hosts.ts";

/** A machine as ssh finds it. */
export interface Machine {
  /** Its key is in known_hosts; true where nothing is said. */
  readonly trusted?: boolean;
  /** What a login gives: what is on the machine, or a code of why not; and the key file that opened it. */
  readonly login?: (access: Access) => Seen | DroverError;
  readonly key?: string;
}

/** What a person does at a question: its title, then keys; `=text` types the text and presses Enter, `esc` goes back. */
export type Play = readonly [title: string | RegExp, ...keys: readonly string[]];

/** An interview to come. */
export interface Start {
  readonly answers?: Answers;
  /** By address; nothing answers at any other. */
  readonly machines?: Readonly<Record<string, Machine>>;
  readonly plays?: readonly Play[];
  readonly world?: Partial<World>;
  readonly known?: Partial<Known>;
  readonly access?: Partial<Access>;
}

/** A failure of a machine, as logins end. */
export function failure(code: "ssh/auth-failed" | "sudo/denied" | "ssh/unreachable" | "ssh/key-unreadable") {
  return new DroverError(code, `${code} it is`, { remedy: "Plug it in." });
}

const never = (): never => {
  throw new Error("nobody asks for this here");
};

/** Presses keys on the real screen until there is an answer. */
function played<S, A>(screen: Screen<S, A>, keys: readonly string[]): Outcome<A> {
  let state = screen.start;
  for (const key of keys) {
    if (key === "esc") return { kind: "back" };
    const [name, text] = key.startsWith("=") ? ["return", key.slice(1)] : [key, ""];
    const next = screen.press(state, { name, shift: false, ctrl: false, quick: false }, text);
    if ("answer" in next) return { kind: "answer", answer: next.answer };
    state = next.state;
  }
  throw new Error(`not answered by ${keys.join(" ")}: ${screen.title} ${screen.draw(state, "", room).join("\n")}`);
}

const room = { columns: 120, rows: 40, paint: paint(false) };

/**
 * A session of the wizard with its real screens and contacts. A double of three things: the person, whose keys are given;
 * the terminal, of which the questions are kept; and the machines.
 */
export function interview({ answers: first = {}, machines = {}, plays = [], world, known: more, access: own }: Start) {
  let answers = first;
  let looked: Looked | undefined;
  let access: Access = { user: "ann", ...own };
  const left = [...plays];
  const [said, looks]: [string[], string[]] = [[], []];
  const asked: { readonly title: string; readonly lines: readonly string[] }[] = [];
  const contacts = createContacts({
    showKey: async ({ address }): Promise<ShownKey> => {
      const machine = machines[address];
      if (machine === undefined) throw failure("ssh/unreachable");
      return { key: `ssh-ed25519 ${address}`, fingerprint: `SHA256:${address}`, trusted: machine.trusted ?? true };
    },
    look: async (host, by) => {
      const { user, ...secrets } = by;
      looks.push([`${user}@${host.address}`, ...Object.entries(secrets).map((each) => each.join("="))].join(" "));
      const found = machines[host.address]?.login?.(by) ?? seen();
      if (found instanceof DroverError) throw found;
      return { seen: found, key: machines[host.address]?.key };
    },
  });
  const known = (): Known => ({
    answers,
    seen: (answers.hosts ?? []).map((host) => seenBy(contacts.of(host))),
    kubernetesVersions: [{ version: "v1.32.3-rancher1-1", about: "the newest" }],
    base: {},
    operator: "ann",
    looked,
    ...more,
  });
  const ask = async <S, A>(screen: Screen<S, A>): Promise<Outcome<A>> => {
    asked.push({ title: screen.title, lines: screen.draw(screen.start, "", room) });
    const [title, ...keys] = left.shift() ?? [""];
    if (title === "" || !(typeof title === "string" ? screen.title === title : title.test(screen.title)))
      throw new Error(`nobody expected the question ${screen.title}`);
    return played(screen, keys);
  };
  const session: Session = {
    known,
    set: async (change) => {
      answers = { ...answers, ...change };
    },
    addLooked: (now) => {
      looked = lookedTogether(looked, now);
    },
    contacts,
    world: {
      readFile: never,
      sshConfig: async () => [],
      keys: async () => [],
      ownKey: never,
      spreadKey: never,
      whoAnswers: async () => [],
      ...world,
    },
    judge: complaints,
    access: () => access,
    setAccess: (next) => {
      access = next;
    },
    ask,
    askUntil: async (screen, happened) => {
      if (left[0]?.[0] === screen.title) return ask(screen);
      await happened;
      return { kind: "happened" };
    },
    say: (line) => {
      said.push(line);
    },
  };
  /** Reaches all machines and looks at those whose key is trusted, as the pages before would have. */
  const met = async (): Promise<void> => {
    const hosts: readonly HostAnswer[] = answers.hosts ?? [];
    contacts.want(hosts);
    await contacts.settled();
    for (const host of hosts) contacts.look(host, access);
    await contacts.settled();
  };
  return { session, met, said, looks, asked, left, answers: () => answers, access: () => access };
}
