import { execa } from "execa";
import type { Action } from "../../src/core/step.ts";
import { runScript } from "../../src/run/run-script.ts";
import { writeScript } from "../../src/run/write-script.ts";
import type { Deed } from "./recording.ts";

/** The arguments of OpenSSH's `ssh` for a host, by its name. */
export type SshArgs = (host: string) => readonly string[];

/** What a person would put into a script for one host: the commands, one after the other, up to the first that fails. */
export function scriptOf(actions: readonly Action[]): string {
  const parts = actions.map((action) => {
    if (action.kind === "reboot" || action.kind === "download")
      throw new Error(`no ${action.kind} is done by hand here`);
    return `(\n${action.kind === "write" ? writeScript(action).text : runScript(action).text}) || exit 1\n`;
  });
  return parts.join("");
}

/** Does what was recorded: a script for each host, over OpenSSH, all hosts at once. */
export async function doByHand(deeds: readonly Deed[], sshArgs: SshArgs): Promise<void> {
  const hosts = [...new Set(deeds.map((deed) => deed.host))];
  await Promise.all(
    hosts.map(async (host) => {
      const input = scriptOf(deeds.filter((deed) => deed.host === host).flatMap(({ actions }) => actions));
      await execa("ssh", [...sshArgs(host), "sudo", "/bin/sh", "-s"], { input });
    }),
  );
}
