import type { ErrorCode } from "../../../core/errors.ts";
import type { KnownFailure } from "../../../core/step.ts";

/** How most remedies end. */
export const again = "Then run `drover up` again.";

/** A row: what RKE says (as it stands in its log, Go-quoted), what it means, what helps. First match wins. */
export function row(
  pattern: RegExp,
  message: string,
  remedy: string,
  code: ErrorCode = "cluster/rke-failed",
): KnownFailure {
  return { pattern, code, message, remedy };
}

/** The same of what RKE ended with: words that it also says in passing, of something that it then gets over. */
export function last(words: RegExp, message: string, remedy: string, code?: ErrorCode): KnownFailure {
  return row(new RegExp(`level=fatal msg="[^\\n]*?(?:${words.source})`), message, remedy, code);
}
