import { createHmac } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DroverError } from "../../core/errors.ts";
import type { Action, Decision } from "../../core/step.ts";
import { fileReason } from "../file-reason.ts";
import { writePrivately } from "../private-file.ts";

/**
 * A word for a text that only who has the key can make: so it gives nothing of a secret away, and nobody else can make a plan
 * that Drover takes for its own.
 */
export type Seal = (text: string) => string;

/**
 * The seal of this inventory's folder; its key, 32 random bytes, is made there at the first plan that is kept.
 * @throws DroverError `plan/unusable` if there is no such key and none can be made
 */
export function sealOf(droverFolder: string, randomHex: (bytes: number) => string): Seal {
  const path = join(droverFolder, "plan.key");
  const hex = keyAt(path, droverFolder, randomHex).trim();
  // Half a key, or none, would seal what anybody can seal.
  if (!/^[0-9a-f]{64}$/.test(hex)) throw unusable(path, "is not one that Drover made");
  const key = Buffer.from(hex, "hex");
  return (text) => createHmac("sha256", key).update(text).digest("hex");
}

function keyAt(path: string, droverFolder: string, randomHex: (bytes: number) => string): string {
  try {
    if (!existsSync(path)) {
      mkdirSync(droverFolder, { recursive: true, mode: 0o700 });
      writePrivately(path, `${randomHex(32)}\n`);
    }
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw unusable(path, `can be neither read nor made: ${fileReason(cause)}`, cause);
  }
}

function unusable(path: string, why: string, cause?: unknown): DroverError {
  return new DroverError("plan/unusable", `the key of kept plans, ${path}, ${why}`, {
    remedy: "Move it away, or make its folder writable. Plans that were kept with another key are to be made anew.",
    cause,
  });
}

/** Everything that a decision would do, also what must not be shown, as one text: equal texts do the same. */
export function wholeDecision(decision: Decision): string {
  if (decision.kind !== "change") return JSON.stringify({ ...decision });
  const changes = decision.changes.map(({ actions, ...change }) => ({ ...change, actions: actions.map(wholeAction) }));
  return JSON.stringify(changes);
}

function wholeAction(action: Action): unknown {
  switch (action.kind) {
    case "run":
      return ["run", action.sh.text, action.stdin ?? null, action.survivesDisconnect === true];
    case "write":
      return ["write", action.path, action.content, action.mode, action.owner];
    case "download":
      return ["download", action.url, action.checksums, action.member ?? null, action.to, action.sha256 ?? null];
    case "reboot":
      return ["reboot", action.because, action.around?.before.text ?? null, action.around?.after.text ?? null];
  }
}
