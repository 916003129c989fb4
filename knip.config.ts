import type { KnipConfig } from "knip";

const config: KnipConfig = {
  // ssh2-crypto.ts: what bundled ssh2 gets (scripts/bundled-ssh2.ts)
  entry: [
    "src/cli/commands/*.ts",
    "src/connection/ssh2-crypto.ts",
    "scripts/*.ts",
    "scripts/parts/*.ts",
    "test/**/*.ts",
  ],
  project: ["src/**/*.ts", "scripts/**/*.ts", "test/**/*.ts"],
  // programs that scripts/ run by name
  ignoreDependencies: ["publint", "@biomejs/biome"],
  // programs of Debian that are run by name
  ignoreBinaries: [
    "chroot",
    "debootstrap",
    "flock",
    "gpg",
    "gpgconf",
    "groff",
    "mount",
    "openssl",
    "script",
    "ssh-keygen",
    "umount",
    "unshare",
  ],
  ignoreExportsUsedInFile: true,
};

export default config;
