import type { KnipConfig } from "knip";

const config: KnipConfig = {
  // shipped.ts, and ssh2-crypto.ts for ssh2: what scripts/build.ts bundles
  entry: [
    "src/cli/commands/*.ts",
    "src/cli/shipped.ts",
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
  ],
  ignoreExportsUsedInFile: true,
};

export default config;
