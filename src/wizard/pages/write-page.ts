import { choiceScreen } from "../screens/choice.ts";
import type { Page, Session } from "../session.ts";

/** What the last page needs from outside. */
export interface Writing {
  /** The file's name, as the operator knows it. */
  readonly file: string;
  /** The lines to look at: the new file, or what changes in the old one. Undefined: nothing would change. */
  readonly preview: (session: Session) => readonly string[] | undefined;
  /** What is still wrong with it, in sentences. */
  readonly problems: (session: Session) => readonly string[];
  readonly write: (session: Session) => Promise<void>;
}

const help = [
  "The inventory is all that Drover needs: keep it, and the folder .drover beside it, where your team can find it.",
  "It holds no password. Nothing has been changed on any machine, unless you let a key in.",
];

/** The inventory: shown, then written. */
export function writePage(writing: Writing): Page {
  return {
    id: "write",
    done: () => false,
    visit: async (session) => {
      const preview = writing.preview(session);
      if (preview === undefined) session.say(`${writing.file} says all this already; nothing was written.`);
      if (preview === undefined) return "next";
      const problems = writing.problems(session);
      for (const line of [...preview, ...problems]) session.say(line);
      const back = { value: false, label: "go back", about: "to change an answer" } as const;
      const write = { value: true, label: "write it" } as const;
      const outcome = await session.ask(
        choiceScreen<boolean>({
          title: problems.length > 0 ? "It cannot be used like this." : `Write ${writing.file}?`,
          help,
          options: problems.length > 0 ? [back] : [write, back],
          proposed: 0,
        }),
      );
      if (outcome.kind === "back" || !outcome.answer) return "back";
      await writing.write(session);
      return "next";
    },
  };
}
