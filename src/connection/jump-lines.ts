import type { Endpoint } from "../core/cluster.ts";
import type { Line } from "./line.ts";

/** A line that others use too. */
export interface SharedLine {
  readonly line: Line;
  /** Once; the last who releases it closes it. */
  readonly release: () => Promise<void>;
}

/** Opens a line to a machine, through another if there is one on the way. */
export type OpenLine = (to: Endpoint, through: Line | undefined) => Promise<Line>;

interface Entry {
  readonly opening: Promise<{ readonly line: Line; readonly through: SharedLine | undefined }>;
  users: number;
}

/**
 * The lines to jump hosts. All hosts behind one share one line to it: fifty logins at once are more than an sshd takes
 * (`MaxStartups 10:30:100`), and what it forwards does not count as sessions.
 */
export function createJumpLines(open: OpenLine): (hops: readonly Endpoint[]) => Promise<SharedLine | undefined> {
  const entries = new Map<string, Entry>();
  const keyOf = (hops: readonly Endpoint[]) =>
    JSON.stringify(
      hops.map(({ address, port, user, keyPath, hostKey, proxyCommand }) => [
        ...[address, port, user, keyPath, hostKey],
        proxyCommand,
      ]),
    );

  async function opened(hops: readonly Endpoint[], last: Endpoint) {
    const through = await use(hops.slice(0, -1));
    try {
      return { line: await open(last, through?.line), through };
    } catch (error) {
      await through?.release();
      throw error;
    }
  }

  async function use(hops: readonly Endpoint[]): Promise<SharedLine | undefined> {
    const last = hops.at(-1);
    if (last === undefined) return undefined;
    const key = keyOf(hops);
    const entry = entries.get(key) ?? { opening: opened(hops, last), users: 0 };
    entries.set(key, entry);
    entry.users += 1;
    const forget = () => entries.get(key) === entry && entries.delete(key);
    try {
      const { line, through } = await entry.opening;
      // A line that is gone is opened anew by the next who needs it.
      void line.gone.then(forget);
      let released = false;
      const release = async () => {
        if (released) return;
        released = true;
        entry.users -= 1;
        if (entry.users > 0) return;
        forget();
        await line.close();
        await through?.release();
      };
      return { line, release };
    } catch (error) {
      entry.users -= 1;
      forget();
      throw error;
    }
  }
  return use;
}
