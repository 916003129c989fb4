import type { Host } from "../core/cluster.ts";
import { DroverError } from "../core/errors.ts";
import type { WithSecret } from "./secret-desk.ts";

/** The password that sudo on a host may want. */
export interface SudoPasswords {
  /** The one that is at hand. */
  readonly given: string | undefined;
  /**
   * Tries with one that a person is asked for; `attempt` gives undefined if sudo refused it. undefined: nobody was asked,
   * or nothing they said was right.
   */
  readonly asked: <T>(attempt: (password: string) => Promise<T | undefined>) => Promise<T | undefined>;
}

function checked(host: Host, password: string): string {
  if (!/[\n\r\0]/.test(password)) return password;
  throw new DroverError("sudo/denied", "the sudo password holds a line break", {
    host: host.name,
    remedy: "Give the password alone, without a line break at its end.",
  });
}

/** @throws DroverError `sudo/denied` for a password that cannot be one */
export function sudoPasswords(host: Host, desk: WithSecret): SudoPasswords {
  const { sudoPassword, user } = host;
  const question = (again: boolean) => `${again ? "That was not it. " : ""}Password of ${user} for sudo on the hosts:`;
  return {
    given: typeof sudoPassword === "object" ? checked(host, sudoPassword.reveal()) : undefined,
    asked: async (attempt) => (sudoPassword === "ask" ? desk(`sudo ${user}`, question, attempt) : undefined),
  };
}
