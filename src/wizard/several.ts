/** The parts of an answer that may be several, separated by commas or spaces; none where nothing was answered. */
export function several(answer: string | undefined): readonly string[] {
  return (answer ?? "").split(/[,\s]+/).filter((part) => part !== "");
}
