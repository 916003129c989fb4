import { type Sh, sh } from "../core/shell.ts";
import type { RunAction } from "../core/step.ts";
import { base64 } from "./write-script.ts";

/** A command in a shell of its own, with its stdin (which may hold a secret) as base64 on the outer shell's stdin. */
export function runScript(action: RunAction): Sh {
  if (action.stdin === undefined)
    return sh`LC_ALL=C; export LC_ALL
/bin/sh -c ${action.sh.text} </dev/null
`;
  return sh`LC_ALL=C; export LC_ALL
base64 -d <<'DROVER_END_OF_STDIN' | /bin/sh -c ${action.sh.text}
${base64(action.stdin)}
DROVER_END_OF_STDIN
`;
}
