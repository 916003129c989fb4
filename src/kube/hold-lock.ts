import { type Sh, sh } from "../core/shell.ts";

/**
 * Takes a lock on descriptor 9, which the programs started next inherit, so that it is held for as long as any of them
 * lives, even without their Drover. Waits if it is taken. Where there is no flock(1), as on macOS, one goes without.
 */
export function holdLock(file: string, program: string): Sh {
  return sh`exec 9>>${file}
if command -v flock >/dev/null; then
  flock -n 9 || { echo ${`another ${program} is still at work on this cluster; waiting for it to end`}; flock 9; }
fi`;
}
