import type { HostAnswer } from "../answers.ts";
import { asUser } from "../contacts.ts";
import { inventoryOf } from "../inventory-of.ts";
import type { Known } from "../known.ts";
import { asSentence } from "../question.ts";
import { textScreen } from "../screens/text.ts";
import type { Page, Session } from "../session.ts";

const help = [
  "root, or a user who may use sudo, as for ssh. One user for all; machines for which you gave another one keep it.",
  "The images of Ubuntu's clouds have the user ubuntu, Debian's have debian.",
];

/** The user whom most machines were given with, or the operator's own name. */
export function proposedUser({ answers, operator }: Known): { readonly value: string; readonly because: string } {
  const given = (answers.hosts ?? []).flatMap(({ user }) => user ?? []);
  const counts = new Map<string, number>();
  for (const user of given) counts.set(user, (counts.get(user) ?? 0) + 1);
  const [most] = [...counts].toSorted((a, b) => b[1] - a[1]);
  return most === undefined
    ? { value: operator, because: "as you are called here" }
    : { value: most[0], because: "as the list of machines says" };
}

/** Who logs in. */
export const userPage: Page = {
  id: "user",
  done: (session) => session.known().answers.user !== undefined,
  visit: async (session) => {
    const known = session.known();
    const { user } = known.answers;
    const proposed = user === undefined ? proposedUser(known) : { value: user, because: "as before" };
    const complaint = (answer: string): string | undefined => {
      const value = inventoryOf({ user: answer }, known.base);
      const wrong = session.judge(value).find(({ place }) => place.startsWith("ssh.user"));
      return wrong === undefined ? undefined : asSentence(wrong.message);
    };
    const outcome = await session.ask(
      textScreen({ title: "Who logs in?", help, proposal: proposed.value, because: proposed.because, complaint }),
    );
    if (outcome.kind === "back") return "back";
    await session.set({ user: outcome.answer });
    lookAs(session, outcome.answer);
    return "next";
  },
};

/** From now on this user logs in; machines at which another one has tried are looked at again, unless they were given with one. */
function lookAs(session: Session, user: string): void {
  const before = session.access();
  const access = asUser(before, user);
  session.setAccess(access);
  if (access.user === before.user) return;
  const tried = (host: HostAnswer): boolean => {
    const kind = session.contacts.of(host)?.kind;
    return host.user === undefined && (kind === "logging-in" || kind === "seen" || kind === "failed");
  };
  for (const host of (session.known().answers.hosts ?? []).filter(tried)) session.contacts.look(host, access);
}
