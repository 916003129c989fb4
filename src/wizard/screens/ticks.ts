import type { Option } from "./choice.ts";
import { windowAround } from "./cut.ts";
import { isEnter, type Key, type Screen } from "./screen.ts";

/** A question that is answered by ticking any of several. */
export interface TicksQuestion<A> {
  readonly title: string;
  readonly help: readonly string[];
  readonly options: readonly Option<A>[];
  readonly ticked: (value: A) => boolean;
}

interface Ticks {
  readonly index: number;
  readonly on: ReadonlySet<number>;
}

function toggled(on: ReadonlySet<number>, index: number): ReadonlySet<number> {
  const next = new Set(on);
  if (!next.delete(index)) next.add(index);
  return next;
}

function pressed({ index, on }: Ticks, { name }: Key, count: number): Ticks {
  if (count === 0) return { index, on };
  if (name === "up" || name === "k") return { index: (index + count - 1) % count, on };
  if (name === "down" || name === "j") return { index: (index + 1) % count, on };
  if (name === "space") return { index, on: toggled(on, index) };
  if (name !== "a") return { index, on };
  return { index, on: on.size === count ? new Set() : new Set(Array.from({ length: count }, (_, each) => each)) };
}

/** The question as a screen. */
export function ticksScreen<A>({ title, help, options, ticked }: TicksQuestion<A>): Screen<Ticks, readonly A[]> {
  const on = new Set(options.flatMap(({ value }, index) => (ticked(value) ? [index] : [])));
  const chosen = (ticks: Ticks) => options.filter((_, index) => ticks.on.has(index)).map(({ value }) => value);
  return {
    title,
    help,
    keys: "↑↓ move · space tick · a all · enter accept",
    typing: "none",
    alone: true,
    start: { index: 0, on },
    press: (state, key) => (isEnter(key) ? { answer: chosen(state) } : { state: pressed(state, key, options.length) }),
    draw: (state, _, { rows, paint }) => {
      const { from, to } = windowAround(state.index, options.length, rows);
      return options.slice(from, to).map(({ label, about }, offset) => {
        const here = from + offset === state.index ? paint.cyan("❯") : " ";
        const tick = state.on.has(from + offset) ? paint.green("◉") : "◯";
        return `${here}${tick} ${label}${about === undefined ? "" : paint.dim(`  ${about}`)}`;
      });
    },
    summary: (answer) =>
      options
        .filter(({ value }) => answer.includes(value))
        .map(({ label }) => label)
        .join(", ") || "none",
  };
}
