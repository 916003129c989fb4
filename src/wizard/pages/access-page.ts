import { count } from "../../view/wrap.ts";
import type { HostAnswer } from "../answers.ts";
import { label } from "../board.ts";
import { type Access, asUser } from "../contacts.ts";
import { choiceScreen, type Option } from "../screens/choice.ts";
import { textScreen } from "../screens/text.ts";
import type { FoundKey, Page, Session, Turn } from "../session.ts";
import { offerKey } from "./spread-key.ts";
import { untilSettled } from "./waiting.ts";

type Way =
  | { readonly kind: "password" | "sudo" | "user" | "file" | "leave" }
  | { readonly kind: "passphrase"; readonly key: FoundKey };

const help = [
  "Tried so far: the agent and the keys in ~/.ssh that have no passphrase. What you type now is kept in memory alone,",
  "never on disk. With a password, Drover can make a key and let it in on all machines: then it is needed once.",
];

const sudoHelp = [
  "Drover logs in as this user and becomes root by sudo, which wants the user's password on these machines. What you type",
  "now is kept in memory alone, never on disk. Each run asks for it once, for all machines.",
  "The list beside tells how to do without it.",
];

function failedWith(session: Session, ...codes: readonly string[]): readonly HostAnswer[] {
  return (session.known().answers.hosts ?? []).filter((host) => {
    const contact = session.contacts.of(host);
    return contact?.kind === "failed" && codes.includes(contact.code);
  });
}

function waysIn(keys: readonly FoundKey[]): readonly [Option<Way>, ...Option<Way>[]] {
  const locked = keys.filter(({ encrypted }) => encrypted);
  return [
    { value: { kind: "password" }, label: "a password", about: "once; a key can be made and spread then" },
    ...locked.map((key) => ({
      value: { kind: "passphrase", key } as const,
      label: key.path,
      about: "with its passphrase",
    })),
    { value: { kind: "file" }, label: "another key file" },
    { value: { kind: "user" }, label: "another user" },
    { value: { kind: "leave" }, label: "not now", about: "go on without knowing what these machines are" },
  ];
}

interface Typed {
  readonly title: string;
  readonly help: readonly string[];
  readonly secret: boolean;
}

async function typed(session: Session, asked: Typed): Promise<string | undefined> {
  const question = { ...asked, proposal: undefined, because: undefined, complaint: () => undefined };
  const outcome = await session.ask(textScreen(question));
  return outcome.kind === "answer" ? outcome.answer : undefined;
}

/** The access with what the chosen way wants, or undefined if the operator thought better of it. */
async function accessBy(way: Way, session: Session): Promise<Access | undefined> {
  const access = session.access();
  const texts = {
    password: `Password of ${access.user}`,
    sudo: `Password of ${access.user} for sudo`,
    user: "Who logs in?",
    file: "Which key file?",
  };
  if (way.kind === "leave") return undefined;
  if (way.kind === "passphrase") {
    const passphrase = await typed(session, { title: `Passphrase of ${way.key.path}`, help, secret: true });
    return passphrase === undefined ? undefined : { ...access, key: way.key.path, passphrase };
  }
  const text = await typed(session, {
    title: texts[way.kind],
    help: way.kind === "sudo" ? sudoHelp : help,
    secret: way.kind === "password" || way.kind === "sudo",
  });
  if (text === undefined) return undefined;
  if (way.kind === "password") return { ...access, password: text, sudoPassword: text };
  if (way.kind === "sudo") return { ...access, sudoPassword: text };
  if (way.kind === "file") return { ...access, key: text };
  return asUser(access, text);
}

async function lookAgain(session: Session, hosts: readonly HostAnswer[], access: Access): Promise<Turn> {
  session.setAccess(access);
  if (access.user !== session.known().answers.user) await session.set({ user: access.user });
  for (const host of hosts) session.contacts.look(host, access);
  return untilSettled(session, "Logging in");
}

/** One round with those that let nobody in; true if there may be another. */
async function solveLogin(session: Session, hosts: readonly HostAnswer[]): Promise<boolean | "back"> {
  const title = `${hosts.length === 1 ? `${label(hosts[0] ?? { address: "" })} does` : `${count(hosts.length, "machine")} do`} not let ${session.access().user} in. With what then?`;
  const outcome = await session.ask(
    choiceScreen({ title, help, options: waysIn(await session.world.keys()), proposed: 0 }),
  );
  if (outcome.kind === "back") return "back";
  if (outcome.answer.kind === "leave") return false;
  const access = await accessBy(outcome.answer, session);
  if (access !== undefined) await lookAgain(session, hosts, access);
  return true;
}

async function solveSudo(session: Session, hosts: readonly HostAnswer[]): Promise<boolean | "back"> {
  const { user, sudoPassword } = session.access();
  const how = sudoPassword === undefined ? "" : "with that password ";
  const title = `${user} cannot become root ${how}on ${count(hosts.length, "machine")}. What then?`;
  const options: readonly [Option<Way>, ...Option<Way>[]] = [
    { value: { kind: "sudo" }, label: "a password for sudo" },
    { value: { kind: "user" }, label: "another user" },
    { value: { kind: "leave" }, label: "not now", about: "go on without knowing what these machines are" },
  ];
  const outcome = await session.ask(choiceScreen({ title, help: sudoHelp, options, proposed: 0 }));
  if (outcome.kind === "back") return "back";
  if (outcome.answer.kind === "leave") return false;
  const access = await accessBy(outcome.answer, session);
  if (access !== undefined) await lookAgain(session, hosts, access);
  return true;
}

/** Logins: waited for, and solved where they fail. */
export const accessPage: Page = {
  id: "access",
  done: () => false,
  visit: async (session, from) => {
    if (from === "back") return "back";
    if ((await untilSettled(session, "Looking at the machines")) === "back") return "back";
    for (let going: boolean | "back" = true; going === true; ) {
      const [shut, rootless] = [
        failedWith(session, "ssh/auth-failed", "ssh/key-unreadable"),
        failedWith(session, "sudo/denied"),
      ];
      if (shut.length > 0) going = await solveLogin(session, shut);
      else if (rootless.length > 0) going = await solveSudo(session, rootless);
      else going = false;
      if (going === "back") return "back";
    }
    return offerKey(session);
  },
};
