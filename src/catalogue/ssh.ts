import { entriesOf } from "./entry.ts";

/** OpenSSH's client, and the library ssh2, which says some things in other words. */
export const sshCatalogue = entriesOf("ssh", [
  {
    id: "no-common-algorithm",
    pattern:
      /no matching (key exchange method|host key type|host key format|cipher|MAC|C->S cipher|S->C cipher)[^\n]*/i,
    code: "ssh/unreachable",
    message: "this machine and the host's sshd have no $1 in common",
    remedy: "The host's sshd is very old, or hardened beyond what is usual: look at `sshd -T` there, and update it.",
    source: "https://github.com/openssh/openssh-portable/blob/master/ssherr.c",
    example:
      "Unable to negotiate with 10.0.0.11 port 22: no matching key exchange method found. Their offer: diffie-hellman-group1-sha1",
  },
  {
    id: "closed-before-login",
    pattern:
      /kex_exchange_identification: (?:Connection closed by remote host|read: Connection reset by peer)|Connection lost before handshake/,
    code: "ssh/unreachable",
    message: "sshd hung up before the login",
    remedy:
      "Look whether fail2ban, MaxStartups or hosts.deny on the host keeps this machine out: `journalctl -u ssh` there.",
    source: "https://github.com/openssh/openssh-portable/blob/master/kex.c",
    example: "kex_exchange_identification: Connection closed by remote host",
  },
  {
    id: "name-unknown",
    pattern: /ssh: Could not resolve hostname (\S+): [^\n]+/,
    code: "ssh/unreachable",
    message: "the name $1 does not resolve",
    remedy: "Correct the address in the inventory or in ~/.ssh/config, or this machine's nameservers.",
    source: "https://github.com/openssh/openssh-portable/blob/master/ssh.c",
    example: "ssh: Could not resolve hostname no-such-host.invalid: Name or service not known",
  },
  {
    id: "not-connected",
    pattern: /ssh: connect to host (\S+) port (\d+): ([^\r\n]+)/,
    code: "ssh/unreachable",
    message: "$1 port $2 cannot be reached: $3",
    remedy: "Check that the host is up, runs sshd on that port, and that no firewall is between.",
    source: "https://github.com/openssh/openssh-portable/blob/master/sshconnect.c",
    example: "ssh: connect to host 127.0.0.1 port 1: Connection refused",
  },
  {
    // Before the refusal that follows from it.
    id: "key-open-to-others",
    pattern: /Permissions (\d+) for '([^'\n]+)' are too open/,
    code: "ssh/key-unreadable",
    message: "ssh refuses the key $2, which others may read (mode $1)",
    remedy: "Make it yours alone: chmod 600, then run the command again.",
    source: "https://github.com/openssh/openssh-portable/blob/master/authfile.c",
    example: "Permissions 0644 for '/home/ann/.ssh/id_ed25519' are too open.",
  },
  {
    id: "key-refused",
    pattern: /([\w.-]{1,64}@[\w.:-]{1,255}): Permission denied \(([a-z,-]+)\)\./,
    code: "ssh/auth-failed",
    message: "$1 is not let in; sshd takes: $2",
    remedy: "Check the user and the key; `ssh -v` shows which keys were offered.",
    source: "https://github.com/openssh/openssh-portable/blob/master/sshconnect2.c",
    example: "ubuntu@10.0.0.11: Permission denied (publickey,password).",
  },
]);
