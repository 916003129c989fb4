import { complaintAbout, type Question, toAnswer, toText } from "../question.ts";
import { choiceScreen, type Option } from "../screens/choice.ts";
import type { Outcome } from "../screens/screen.ts";
import { textScreen } from "../screens/text.ts";
import type { Page, Session } from "../session.ts";

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
      complaint: (answer) => complaintAbout(question, answer, known, session.judge),
    }),
  );
}

/** A page that asks one question with one answer. `answered` may do more with the answer than keep it. */
export function questionPage(question: Question, answered?: (session: Session, answer: string) => Promise<void>): Page {
  return {
    id: question.id,
    done: (session) =>
      session.known().answers[question.id] !== undefined || question.relevant?.(session.known()) === false,
    visit: async (session, from) => {
      if (question.relevant?.(session.known()) === false) return from;
      const outcome = await ask(question, session);
      if (outcome.kind === "back") return "back";
      await session.set(toAnswer(question.id, outcome.answer));
      await answered?.(session, outcome.answer);
      return "next";
    },
  };
}
