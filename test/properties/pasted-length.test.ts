import { expect, it } from "vitest";
import { readPasted } from "../../src/wizard/hosts/pasted.ts";

// Each took minutes for 1 MiB, or would where an expression looks for the end again from every character.
const repeated = [
  '"x',
  "a.",
  "{",
  "[",
  "[,",
  "a,",
  "x{1,",
  "[a:",
  "a@",
  "1-",
  "- ",
  "ip,name\n",
  '",',
  "a_",
  "# ",
  "ssh -p",
];
it.each(repeated)("a pasted text of nothing but %j takes no longer for its length", (piece) => {
  const spent = (length: number) => {
    const text = piece.repeat(Math.ceil(length / piece.length));
    const before = process.cpuUsage();
    readPasted(text);
    return process.cpuUsage(before).user / 1000;
  };
  // Eight times the text may take 8 times as long; where it took 64 times, it would be seconds.
  expect(spent(8 * 25_000)).toBeLessThan(40 * Math.max(25, spent(25_000)));
});
