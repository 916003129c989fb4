import type { KnownFailure } from "../../core/step.ts";

/** What goes wrong with apt on real hosts, most telling first. */
export const aptFailures: readonly KnownFailure[] = [
  {
    pattern: /No space left on device|You don't have enough free space in \S+/,
    code: "host/disk-full",
    message: "There is no space left for the packages",
    remedy: "Free some space on the file systems of /var and /, then run this again: it goes on where it stopped.",
  },
  {
    pattern: /^E: Could not get lock \S+ It is held by process (\d+) \(([^)\n]*)\)/m,
    code: "step/action-failed",
    message: "Another package installation ($2, process $1) has not ended within ten minutes",
    remedy: "Wait for it to end, or look at it on the host, then run this again.",
  },
  {
    pattern: /Release file for (\S+) is not valid yet \(invalid for another ([^)\n]+)\)/,
    code: "step/action-failed",
    message: "The host's clock is behind: by it, the package lists of $1 will be valid in $2 only",
    remedy:
      "Set the host's clock (`date` there), give it time servers that it can reach (time.servers), then run this again.",
  },
  {
    pattern: /Release file for (\S+) is expired \(invalid since ([^)\n]+)\)/,
    code: "step/action-failed",
    message: "By the host's clock, the package lists of $1 ran out $2 ago",
    remedy: "Look at the host's clock (`date` there). If it is right, the mirror is stale: choose another in /etc/apt.",
  },
  {
    pattern:
      /repository '([^'\n]+)' is not signed|The following signatures couldn't be verified[^\n]*\n?.*NO_PUBKEY (\S+)/,
    code: "step/action-failed",
    message: "A package source cannot be trusted: its signature's key is not known ($1$2)",
    remedy: "Add the key of that source, or take the source out of /etc/apt on the host, then run this again.",
  },
  {
    pattern: /The following packages have unmet dependencies:\s+(\S+)/,
    code: "step/action-failed",
    message: "apt finds no way to install what is needed: $1 has dependencies that cannot be met",
    remedy: "Look at `apt-get -f install` and `apt-mark showhold` on the host.",
  },
  {
    pattern: /Temporary failure resolving '([^'\n]+)'/,
    code: "step/action-failed",
    message: "The host cannot resolve $1, where its packages come from",
    remedy: "Check the host's nameservers (dns.nameservers in the inventory) and its way to the package mirror.",
  },
  {
    pattern: /Unable to locate package (\S+)|Package '?(\S+?)'? has no installation candidate/,
    code: "step/action-failed",
    message: "The host's package sources do not have $1$2",
    remedy: "Check the sources in /etc/apt on the host, or choose another docker.source in the inventory.",
  },
  {
    pattern: /Failed to fetch (\S+)/,
    code: "step/action-failed",
    message: "A package could not be fetched: $1",
    remedy: "Check the host's way to the package mirror, then run this again.",
  },
  {
    pattern: /dpkg: error processing (?:package|archive) (\S+)/,
    code: "step/action-failed",
    message: "The package $1 could not be set up",
    remedy: "Log in to the host and look at what `dpkg --configure -a` says, then run this again.",
  },
];
