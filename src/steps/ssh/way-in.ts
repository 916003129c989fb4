import type { Host } from "../../core/cluster.ts";
import { lines, type Probe } from "../../core/probe.ts";
import { sshdSettings } from "./sshd-settings.ts";

/** The settings of sshd that can shut a login user out, as `sshd -T` prints them: one line for each word of a list. */
export type Doors = ReadonlyMap<string, readonly string[]>;

/** What lies in sshd's files now about who may log in; asked with the same question as sshdSettings, undefined without answer. */
export function doors(host: Host): Probe<Doors | undefined> {
  return {
    sh: sshdSettings(host).sh,
    parse: ({ stdout }) => {
      const said = new Map<string, string[]>();
      for (const line of lines(stdout)) {
        const [key = "", ...words] = line.split(/\s+/);
        said.set(key, [...(said.get(key) ?? []), ...words]);
      }
      return said.size === 0 ? undefined : said;
    },
  };
}

/**
 * sshd's own mistake in its files, `/etc/ssh/sshd_config line 12: ...`, from the same question; undefined if it has none. Words of
 * older versions (`Deprecated option UsePrivilegeSeparation`) are told of in the same way, and passed over: sshd starts with them.
 */
export function sshdMistake(host: Host): Probe<string | undefined> {
  return {
    sh: sshdSettings(host).sh,
    parse: ({ code, stderr }) => {
      if (code === 0) return undefined;
      const told = lines(stderr).filter((line) => /^\/\S+:? line \d+: \S/.test(line));
      return told.find((line) => !/ (Deprecated|Unsupported) option /.test(line));
    },
  };
}

/** A pattern of ssh_config(5) with `*` and `?`. That of a user may end in `@host`, which is left to sshd. */
function matches(pattern: string, word: string): boolean {
  const literal = pattern.replace(/@.*$/, "").replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll(/\*+/g, ".*").replaceAll("?", ".")}$`).test(word);
}

/**
 * Why this user could not log in with a key any more once sshd reads its files again; undefined where it could. Somebody may
 * have edited them without a reload: then the running sshd still lets us in, and ours would be the one that shuts the door.
 */
export function lockOut(said: Doors, user: string, groups: readonly string[]): string | undefined {
  const of = (key: string) => said.get(key) ?? [];
  const named = (key: string, words: readonly string[]) =>
    of(key).some((pattern) => words.some((word) => matches(pattern, word)));
  if (of("pubkeyauthentication")[0] === "no") return "PubkeyAuthentication is no";
  const root = of("permitrootlogin")[0];
  if (user === "root" && (root === "no" || root === "forced-commands-only")) return `PermitRootLogin is ${root}`;
  if (named("denyusers", [user])) return `DenyUsers names ${user}`;
  if (of("allowusers").length > 0 && !named("allowusers", [user])) return `AllowUsers does not name ${user}`;
  if (named("denygroups", groups)) return `DenyGroups names a group of ${user}`;
  if (of("allowgroups").length > 0 && !named("allowgroups", groups)) return `AllowGroups names no group of ${user}`;
  return undefined;
}
