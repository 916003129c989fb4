import { windowAround } from "./cut.ts";
import { isEnter, type Room, type Screen } from "./screen.ts";

/** One thing to choose. */
export interface Option<A> {
  readonly value: A;
  readonly label: string;
  /** What it means, beside it. */
  readonly about?: string | undefined;
}

/** A question that is answered by choosing one of a few. */
export interface ChoiceQuestion<A> {
  readonly title: string;
  readonly help: readonly string[];
  readonly options: readonly [Option<A>, ...(readonly Option<A>[])];
  /** Where the cursor begins. */
  readonly proposed: number;
}

function moved(index: number, name: string, count: number): number {
  if (name === "up" || name === "k") return (index + count - 1) % count;
  if (name === "down" || name === "j") return (index + 1) % count;
  const number = /^[1-9]$/.test(name) ? Number(name) - 1 : index;
  return number < count ? number : index;
}

/** The question as a screen. Its state is where the cursor is. */
export function choiceScreen<A>({ title, help, options, proposed }: ChoiceQuestion<A>): Screen<number, A> {
  const start = Math.min(Math.max(0, proposed), options.length - 1);
  const at = (index: number): Option<A> => options[index] ?? options[0];
  return {
    title,
    help,
    keys: "↑↓ choose · enter accept",
    typing: "none",
    start,
    press: (index, key) =>
      isEnter(key) ? { answer: at(index).value } : { state: moved(index, key.name, options.length) },
    draw: (index, _, room) => drawOptions(options, index, room),
    summary: (answer) => options.find(({ value }) => value === answer)?.label ?? "",
  };
}

function drawOptions<A>(options: readonly Option<A>[], chosen: number, { rows, paint }: Room): readonly string[] {
  const { from, to } = windowAround(chosen, options.length, rows);
  return options.slice(from, to).map(({ label, about }, offset) => {
    const own = from + offset === chosen;
    const beside = about === undefined || about === "" ? "" : paint.dim(`  ${about}`);
    return own ? `${paint.cyan("❯ ")}${paint.bold(label)}${beside}` : `  ${label}${beside}`;
  });
}
