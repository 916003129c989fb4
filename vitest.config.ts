import { defineConfig } from "vitest/config";

const fast = ["unit", "cases", "golden", "ssh", "cli"].map((layer) => `test/${layer}/**/*.test.ts`);
const real = ["lab", "cluster"].map((layer) => `test/${layer}/**/*.test.ts`);

export default defineConfig({
  test: {
    reporters: ["default"],
    projects: [
      { test: { name: "fast", include: fast, testTimeout: 30_000 } },
      // Practice hosts are one per machine: these run one file after the other, in the order of their names.
      {
        test: {
          name: "real",
          include: real,
          fileParallelism: false,
          testTimeout: 20 * 60_000,
          hookTimeout: 40 * 60_000,
          sequence: { shuffle: false },
        },
      },
    ],
  },
});
