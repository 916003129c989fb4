/** `npm run check` sets this for an answer within seconds; `npm test` tries everything. */
const isQuick = process.env["DROVER_TESTS"] === "quick";

/** How often a property is tried with random input. */
export function rounds(all: number): number {
  return isQuick ? Math.ceil(all / 10) : all;
}

/** The cases that a property is tried on: the first, and then every tenth when it must be quick. */
export function someOf<T>(all: readonly T[]): readonly T[] {
  return isQuick ? all.filter((_, index) => index % 10 === 0) : all;
}
