import { atExit, Sh, sh } from "../core/shell.ts";
import type { WriteAction } from "../core/step.ts";

/**
 * Replaces a file atomically: a temporary file beside it, filled, synced, given its mode and owner, then renamed.
 * Whoever looks sees the old file or the new one, never half of one. The content travels as base64 on stdin of the shell,
 * so it is in no argument list.
 */
export function writeScript(action: WriteAction): Sh {
  const mode = action.mode.toString(8).padStart(4, "0");
  const own = action.owner === "" ? sh`:` : sh`chown ${action.owner} "$t"`;
  return sh`set -eu
umask 022
p=${action.path}
mkdir -p "$(dirname "$p")"
umask 077
t=$(mktemp "$p.drover.XXXXXX")
${atExit(sh`rm -f "$t"`)}
base64 -d >"$t" <<'DROVER_END_OF_CONTENT'
${base64(action.content)}
DROVER_END_OF_CONTENT
chmod ${mode} "$t"
${own}
sync "$t" 2>/dev/null || true
mv -f "$t" "$p"
trap - EXIT
`;
}

/** Text as base64 lines: no character of it means anything to a shell. */
export function base64(content: string): Sh {
  return Sh.trusted(
    Buffer.from(content, "utf8")
      .toString("base64")
      .replace(/.{76}(?=.)/g, "$&\n"),
  );
}
