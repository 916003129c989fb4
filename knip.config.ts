import type { KnipConfig } from "knip";

const config: KnipConfig = {
  entry: ["src/cli/main.ts", "src/cli/commands/*.ts", "scripts/*.ts", "scripts/parts/*.ts", "test/**/*.ts"],
  project: ["src/**/*.ts", "scripts/**/*.ts", "test/**/*.ts"],
  ignoreDependencies: ["node", "@changesets/cli"],
  // programs of Debian that are run by name
  ignoreBinaries: ["chroot", "flock"],
  ignoreExportsUsedInFile: true,
};

export default config;
