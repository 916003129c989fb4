/** Text from a host, fit for one line of a message: no control characters, no escape codes, at most 200 characters. */
export function printable(text: string): string {
  const oneLine = text.replace(/[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, " ").trim();
  return oneLine.length > 200 ? `${oneLine.slice(0, 199)}…` : oneLine;
}
