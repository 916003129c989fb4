import { unsupportedHere } from "../../src/lab/support.ts";

/** All tests of practice hosts run, also those that take minutes: `npm run test:full`. */
export const full = process.env["DROVER_FULL"] === "1";

/** Why a whole file of such tests is left out, or undefined if it runs. */
export async function leftOutHere(): Promise<string | undefined> {
  return (await unsupportedHere()) ?? (full ? undefined : "it is part of npm run test:full");
}
