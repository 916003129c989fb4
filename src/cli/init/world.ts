import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Connection } from "../../connection/types.ts";
import { DroverError } from "../../core/errors.ts";
import type { Sh } from "../../core/shell.ts";
import { type Bases, filePath } from "../../inventory/paths.ts";
import { readSshConfig } from "../../inventory/ssh-config/read.ts";
import type { HostAnswer } from "../../wizard/answers.ts";
import type { Access } from "../../wizard/contacts.ts";
import { hostsOfSshConfig } from "../../wizard/hosts/ssh-config.ts";
import type { World } from "../../wizard/session.ts";
import type { Context } from "../context.ts";
import { foundKeys } from "./found-keys.ts";
import { letIn, whoAnswersScript } from "./host-scripts.ts";
import { ownKey, publicHalf } from "./own-key.ts";

/** Opens a connection on which scripts run as root. */
export type Open = (host: HostAnswer, access: Access) => Promise<{ readonly connection: Connection }>;

const scriptTimeoutMs = 60_000;

async function runOn(open: Open, host: HostAnswer, access: Access, script: Sh): Promise<string> {
  const { connection } = await open(host, access);
  try {
    const result = await connection.exec(script.text, { timeoutMs: scriptTimeoutMs });
    if (result.code === 0) return result.stdout;
    throw new DroverError("step/action-failed", `a command failed there with ${result.code}`, {
      host: host.address,
      remedy: "Look at the details; nothing else was changed.",
      details: result.stderr.split("\n").slice(-3),
    });
  } finally {
    await connection.close();
  }
}

/** This machine and the hosts, as the interview uses them. */
export function createWorld(context: Context, bases: Bases, open: Open): World {
  return {
    readFile: async (path) => {
      const file = filePath(path, { ...bases, folder: context.cwd });
      return readFile(file, "utf8").catch((cause: unknown) => {
        throw new DroverError("cli/usage", "cannot be read", { remedy: "Give the path of a text file.", cause });
      });
    },
    sshConfig: async () => {
      const { home } = context;
      const sources = {
        home,
        readFile: (path: string) => readFile(path, "utf8"),
        listFolder: (path: string) => readdir(path),
      };
      const config = await readSshConfig(join(home, ".ssh", "config"), sources).catch(() => []);
      return hostsOfSshConfig(config, { home, isThere: existsSync });
    },
    keys: () => foundKeys(context.home),
    ownKey: () => ownKey(context.home, context.operator),
    spreadKey: async (host, access, key) => {
      await runOn(open, host, access, letIn(host.user ?? access.user, await publicHalf(key, bases)));
    },
    whoAnswers: async (host, access, addresses) => {
      const output = await runOn(open, host, access, whoAnswersScript(addresses));
      return output.split("\n").filter((line) => addresses.includes(line));
    },
  };
}
