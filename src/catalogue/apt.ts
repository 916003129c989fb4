import { dpkgCatalogue } from "./dpkg.ts";
import { entriesOf } from "./entry.ts";

const apt = "https://salsa.debian.org/apt-team/apt/-/blob/main";

/** What goes wrong with apt on real hosts, most telling first; then dpkg, which works below it. */
export const aptCatalogue = [
  ...entriesOf("apt", [
    {
      id: "disk-full",
      pattern: /No space left on device|You don't have enough free space in \S+/,
      code: "host/disk-full",
      message: "There is no space left for the packages",
      remedy: "Free some space on the file systems of /var and /, then run this again: it goes on where it stopped.",
      source: `${apt}/apt-private/private-download.cc`,
      example: "E: You don't have enough free space in /var/cache/apt/archives/.",
    },
    {
      id: "locked",
      pattern: /^E: Could not get lock \S+ It is held by process (\d+) \(([^)\n]*)\)/m,
      message: "Another package installation ($2, process $1) has not ended within ten minutes",
      remedy: "Wait for it to end, or look at it on the host, then run this again.",
      source: `${apt}/apt-pkg/contrib/fileutl.cc`,
      example:
        "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (unattended-upgr)\nE: Unable to acquire the dpkg frontend lock",
    },
    {
      id: "locked-by-a-process",
      pattern: /^E: Could not get lock \S+ It is held by process (\d+)$/m,
      message: "Another package installation (process $1) has not ended within ten minutes",
      remedy: "Wait for it to end, or look at it on the host, then run this again.",
      source: `${apt}/apt-pkg/contrib/fileutl.cc`,
      example:
        "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812\nE: Unable to acquire the dpkg frontend lock",
    },
    {
      id: "clock-behind",
      pattern: /Release file for (\S+) is not valid yet \(invalid for another ([^)\n]+)\)/,
      message: "The host's clock is behind: by it, the package lists of $1 will be valid in $2 only",
      remedy:
        "Set the host's clock (`date` there), give it time servers that it can reach (time.servers), then run this again.",
      source: `${apt}/apt-pkg/acquire-item.cc`,
      example:
        "E: Release file for http://deb.debian.org/debian/dists/trixie/InRelease is not valid yet (invalid for another 1d 2h 3min 4s). Updates for this repository will not be applied.",
    },
    {
      id: "signature-of-the-future",
      // Of sqv, which apt 3 asks instead of gpgv; apt itself goes on to say that the source is not signed.
      pattern: /InRelease: Sub-process \S*sqv [^\n]*?Not live until (\d{4}-\d\d-\d\dT[\d:]{8}Z)/,
      message: "The host's clock is behind: by it, the package lists were signed in the future ($1)",
      remedy:
        "Set the host's clock (`date` there), give it time servers that it can reach (time.servers), then run this again.",
      source: `${apt}/methods/sqv.cc`,
      example:
        "W: OpenPGP signature verification failed: http://deb.debian.org/debian trixie InRelease: Sub-process /usr/bin/sqv returned an error code (1), error message is: Verifying signature:            Not live until 2026-09-12T07:26:18Z\nE: The repository 'http://deb.debian.org/debian trixie InRelease' is not signed.",
    },
    {
      id: "lists-expired",
      pattern: /Release file for (\S+) is expired \(invalid since ([^)\n]+)\)/,
      message: "By the host's clock, the package lists of $1 ran out $2 ago",
      remedy:
        "Look at the host's clock (`date` there). If it is right, the mirror is stale: choose another in /etc/apt.",
      source: `${apt}/apt-pkg/acquire-item.cc`,
      example:
        "E: Release file for http://mirror.example/dists/noble/InRelease is expired (invalid since 9d 1h 2min 3s). Updates for this repository will not be applied.",
    },
    {
      id: "unsigned",
      pattern:
        /repository '([^'\n]+)' is not signed|The following signatures couldn't be verified[^\n]*\n?.*NO_PUBKEY (\S+)/,
      message: "A package source cannot be trusted: its signature's key is not known ($1$2)",
      remedy: "Add the key of that source, or take the source out of /etc/apt on the host, then run this again.",
      source: `${apt}/apt-pkg/acquire-item.cc`,
      example: "E: The repository 'https://x.example noble InRelease' is not signed.",
    },
    {
      id: "unmet-dependencies",
      pattern: /The following packages have unmet dependencies:\s+(\S+)/,
      message: "apt finds no way to install what is needed: $1 has dependencies that cannot be met",
      remedy: "Look at `apt-get -f install` and `apt-mark showhold` on the host.",
      source: `${apt}/apt-private/private-output.cc`,
      example:
        "The following packages have unmet dependencies:\n docker.io : Depends: containerd (>= 1.2.6-0ubuntu1~)\nE: Unable to correct problems, you have held broken packages.",
    },
    {
      id: "name-unknown",
      pattern: /Temporary failure resolving '([^'\n]+)'/,
      message: "The host cannot resolve $1, where its packages come from",
      remedy: "Check the host's nameservers (dns.nameservers in the inventory) and its way to the package mirror.",
      source: `${apt}/methods/connect.cc`,
      example:
        "Err:1 http://deb.debian.org/debian trixie InRelease\n  Temporary failure resolving 'deb.debian.org'\nE: Failed to fetch http://deb.debian.org/x",
    },
    {
      id: "package-unknown",
      pattern: /Unable to locate package (\S+)|Package '?(\S+?)'? has no installation candidate/,
      message: "The host's package sources do not have $1$2",
      remedy: "Check the sources in /etc/apt on the host, or choose another docker.source in the inventory.",
      source: `${apt}/apt-pkg/cacheset.cc`,
      example: "E: Unable to locate package no-such-package-xyz",
    },
    {
      id: "not-fetched",
      pattern: /Failed to fetch (\S+)/,
      message: "A package could not be fetched: $1",
      remedy: "Check the host's way to the package mirror, then run this again.",
      source: `${apt}/apt-private/private-download.cc`,
      example: "E: Failed to fetch http://deb.debian.org/debian/pool/main/d/docker.io.deb  404  Not Found",
    },
  ]),
  ...dpkgCatalogue,
];
