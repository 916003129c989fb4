import type { Screen } from "../screens/screen.ts";
import type { Session, Turn } from "../session.ts";

/** What is shown while something is under way: nothing to answer but "go on now". */
export function waitScreen(title: string): Screen<undefined, "on"> {
  return {
    title,
    help: ["It goes on by itself. Enter goes on without what is not there yet."],
    keys: "enter go on now",
    typing: "none",
    start: undefined,
    press: (state, key) => (key.name === "return" || key.name === "enter" ? { answer: "on" } : { state }),
    draw: () => [],
    summary: () => "",
  };
}

/** Waits until the machines under way are through, or the operator has seen enough. */
export async function untilSettled(session: Session, title: string): Promise<Turn> {
  const hosts = session.known().answers.hosts ?? [];
  const busy = hosts.some((host) => ["reaching", "logging-in"].includes(session.contacts.of(host)?.kind ?? ""));
  if (!busy) return "next";
  const outcome = await session.askUntil(waitScreen(title), session.contacts.settled());
  return outcome.kind === "back" ? "back" : "next";
}
