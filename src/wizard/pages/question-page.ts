import { complaintAbout, type Question, toAnswer, toText } from "../question.ts";
import { choiceScreen, type Option } from "../screens/choice.ts";
import type { Outcome } from "../screens/screen.ts";
import { textScreen } from "../screens/text.ts";
import type { Page, Session, Turn } from "../session.ts";

function ask(question: Question, session: Session): Promise<Outcome<string>> {
  const known = session.known();
  const before = toText(known.answers[question.id]);
  const proposal = before === undefined ? question.propose(known) : { value: before, because: "as before" };
  const [first, ...rest] = question.options?.(known) ?? [];
  if (first !== undefined) {
    const options: readonly [Option<string>, ...Option<string>[]] = [first, ...rest];
    const proposed = options.findIndex(({ value }) => value === proposal?.value);
    return session.ask(choiceScreen({ title: question.title, help: question.help, options, proposed }));
  }
  return session.ask(
    textScreen({
      title: question.title,
      help: question.help,
      proposal: proposal?.value,
      because: proposal?.because,
      optional: question.optional === true,
      complaint: (answer) => complaintAbout(question, meant(question, answer), known, session.judge),
    }),
  );
}

/** Where something is proposed, Enter takes it; that there shall be nothing is said in a word. */
function meant({ optional }: Question, answer: string): string {
  return optional === true && answer.toLowerCase() === "none" ? "" : answer;
}

/** What belongs to a question beyond asking it. */
export interface Around {
  /** Finds out what its proposal needs; `back` if somebody would rather go back meanwhile. */
  readonly before?: (session: Session) => Promise<Turn>;
  /** Does more with the answer than keep it. */
  readonly after?: (session: Session, answer: string) => Promise<void>;
}

/** A page that asks one question with one answer. */
export function questionPage(question: Question, { before, after }: Around = {}): Page {
  return {
    id: question.id,
    done: (session) => session.known().answers[question.id] !== undefined,
    visit: async (session, from) => {
      if (question.relevant?.(session.known()) === false) return from;
      if ((await before?.(session)) === "back") return "back";
      const outcome = await ask(question, session);
      if (outcome.kind === "back") return "back";
      await session.set(toAnswer(question.id, meant(question, outcome.answer)));
      await after?.(session, outcome.answer);
      return "next";
    },
  };
}
