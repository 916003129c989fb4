import * as z from "zod";
import { address, line, port } from "./formats.ts";
import { hostKey } from "./host-key.ts";
import { askedSecret } from "./secret.ts";

/** Where OpenSSH keeps a person's settings. */
export const defaultSshConfig = "~/.ssh/config";

/** A user of a machine, as useradd(8) allows it. */
export const userName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]*\$?$/, "must be the name of a user: letters, digits, `_`, `.` and `-`");

/** A private key. */
export const keyPath = line.describe(
  "Private key on this machine. `~` is your home; other paths start at the inventory.",
);

const hop = z.strictObject({
  address: address.describe(
    "Where the hop before it finds it, or this machine the first; a name of ~/.ssh/config too.",
  ),
  user: userName.optional().describe("Who logs in there. Without it, whoever logs in to the host."),
  port: port.optional().describe("The port of its sshd."),
  key: keyPath.optional().describe("The private key for it, on this machine. Without it, the host's."),
  hostKey: hostKey.optional().describe("Its ssh host key, pinned. Without it, your known_hosts decides."),
  password: askedSecret
    .optional()
    .describe("Its password, if it takes no key: ask, env:NAME, file:PATH or cmd:COMMAND."),
});

/** The machines on the way to a host, in order. */
export const jump = z.array(hop).max(8, "lists more than 8 jump hosts");

/** How hosts are reached, unless one says otherwise. */
export const ssh = z.strictObject({
  config: line
    .default(defaultSshConfig)
    .describe("OpenSSH's settings, which count where this file says nothing; `none` leaves them alone."),
  user: userName.optional().describe("Who logs in: root, or a user who may use sudo. A host can name its own."),
  key: keyPath.optional().meta({
    description:
      "Private key on this machine. `~` is your home; other paths start at the inventory. Without it, the ssh agent is asked.",
  }),
  passphrase: askedSecret
    .default("ask")
    .describe("Opens an encrypted key that the agent does not hold: ask, env:NAME, file:PATH or cmd:COMMAND."),
  password: askedSecret
    .optional()
    .describe("Logs in where no key does: ask (once, in a terminal), env:NAME, file:PATH or cmd:COMMAND."),
  sudoPassword: askedSecret
    .default("ask")
    .describe("For hosts whose sudo wants one: ask (once, in a terminal), env:NAME, file:PATH or cmd:COMMAND."),
  port: port.optional().describe("The port of sshd. Without it, what OpenSSH's settings say, or 22."),
  jump: jump.optional().describe("Jump hosts on the way, in order. Each one's host key is checked."),
  timeoutSeconds: z
    .int()
    .min(1, "must be at least 1 second")
    .max(600, "must be at most 600 seconds")
    .default(10)
    .describe("How long a host may take to answer, and then to let in."),
  keepAliveSeconds: z
    .int()
    .min(1, "must be at least 1 second")
    .max(600, "must be at most 600 seconds")
    .default(5)
    .describe(
      "How often a host is asked whether it is still there; after three questions without an answer it is gone.",
    ),
});

/** What a host or a group can say instead. */
export const sshTraits = {
  user: userName.optional().describe("Instead of ssh.user."),
  port: port.optional().describe("Instead of ssh.port."),
  key: keyPath.optional().describe("Instead of ssh.key."),
  password: askedSecret.optional().describe("Instead of ssh.password."),
  sudoPassword: askedSecret.optional().describe("Instead of ssh.sudoPassword."),
  jump: jump.optional().describe("Instead of ssh.jump; [] for directly."),
};
