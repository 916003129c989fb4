import type { Failure } from "../core/events.ts";

/** Where sshd was looked for, addresses and fingerprints: what differs from host to host where the reason is the same. */
const ofOneHost = /\S+ port \d+|\b\d{1,3}(?:\.\d{1,3}){3}\b|SHA256:[\w+/=-]+/g;

/** A text that is the same on all hosts of which the same is said. */
function general(text: string, host: string | undefined): string {
  const plain = text.replaceAll(ofOneHost, "\u0000");
  if (host === undefined || host === "") return plain;
  // As a word of its own: a host may be called `a`.
  const parts = plain.split(/([\w.-]*[\w-])/);
  return parts.map((part) => (part === host ? "\u0000" : part)).join("");
}

/** A key that is the same for failures with one reason, whatever the hosts and their addresses are. */
export function reasonOf({ code, message, host, step, remedy }: Failure): string {
  return JSON.stringify([code, step, general(message, host), general(remedy, host)]);
}

/** What several failures with one reason say, with `...` for what differs: `... port 22 refuses the connection`. */
export function commonWords(texts: readonly string[]): string {
  const [first = "", ...others] = texts;
  const rows = others.map((text) => text.split(" "));
  const words = first.split(" ");
  if (rows.some((row) => row.length !== words.length)) return first;
  return words.map((word, index) => (rows.every((row) => row[index] === word) ? word : "...")).join(" ");
}
