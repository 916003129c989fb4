import { entriesOf } from "./entry.ts";

/** dpkg, alone or below apt. */
export const dpkgCatalogue = entriesOf("dpkg", [
  {
    id: "interrupted",
    pattern: /dpkg was interrupted, you must manually run '([^'\n]+)'/,
    message: "an earlier package installation was interrupted",
    remedy: "Run `dpkg --configure -a` on the host, look at what it says, then run this again.",
    source: "https://salsa.debian.org/apt-team/apt/-/blob/main/apt-pkg/deb/debsystem.cc",
    example: "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem.",
  },
  {
    id: "no-archive",
    pattern: /dpkg-deb: error: '?([^'\n]+?)'? is not a Debian format archive/,
    message: "$1 is no package: it was cut, or a proxy gave something else in its place",
    remedy: "Delete it (apt-get clean), check the way to the mirror, then run this again.",
    source: "https://github.com/guillemj/dpkg/blob/main/src/deb/extract.c",
    example: "dpkg-deb: error: '/etc/passwd' is not a Debian format archive",
  },
  {
    id: "files-collide",
    pattern: /trying to overwrite '([^'\n]+)', which is also in package (\S+)/,
    message: "two packages bring $1; it belongs to $2",
    remedy: "Remove the one that is not wanted on the host, or take the third-party source out of /etc/apt.",
    source: "https://github.com/guillemj/dpkg/blob/main/src/main/archives.c",
    example:
      "dpkg: error processing archive /x.deb (--unpack):\n trying to overwrite '/usr/bin/containerd', which is also in package containerd 1.7.24",
  },
  {
    id: "killed",
    pattern: /(?<!\S)(\S{1,200}) subprocess was killed by signal \(Killed\)/,
    message: "A program of the installation was killed ($1), mostly because the host's memory ran out",
    remedy:
      "Look at `free -m` and `journalctl -k | grep -i oom` on the host, stop what takes the memory, then run this again.",
    source: "https://github.com/guillemj/dpkg/blob/main/lib/dpkg/subproc.c",
    example:
      "dpkg: error processing archive /var/cache/apt/archives/containerd_1.7.24_amd64.deb (--unpack):\n dpkg-deb --control subprocess was killed by signal (Killed)",
  },
  {
    id: "broken-package",
    pattern: /dpkg: error processing (?:package|archive) (\S+)/,
    message: "The package $1 could not be set up",
    remedy: "Log in to the host and look at what `dpkg --configure -a` says, then run this again.",
    source: "https://github.com/guillemj/dpkg/blob/main/src/main/errors.c",
    example:
      "dpkg: error processing package nosuchpkg (--configure):\n no package named 'nosuchpkg' is installed, cannot configure",
  },
]);
