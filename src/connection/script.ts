import { quote } from "../core/shell.ts";

/**
 * The line that the script's own shell prints first, on both streams. What came before it (a .bashrc that greets, a
 * banner of sudo) is not ours, and without it our shell was never reached.
 * @param mark a word nobody else prints: letters, digits and dashes
 */
export function markLine(mark: string): string {
  return `printf '%s\\n' ${quote(mark)}; printf '%s\\n' ${quote(mark)} >&2\n`;
}

/**
 * A script as it goes to `/bin/sh -s`. The braces make the shell read all of it before it runs any of it, so that a
 * script that a lost line cut short is a syntax error and not half a deed; and commands that read stdin find it empty
 * instead of eating the rest of the script. `exit` stands on the same line, read together with the braces.
 */
export function wholeScript(script: string): string {
  return `{ :\n${script}\n}; exit\n`;
}
