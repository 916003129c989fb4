import { defineConfig } from "vitest/config";

const fast = ["unit", "process", "cases", "golden", "ssh", "cli"].map((layer) => `test/${layer}/**/*.test.ts`);
const real = ["lab", "cluster"].map((layer) => `test/${layer}/**/*.test.ts`);

export default defineConfig({
  test: {
    reporters: ["default"],
    projects: [
      // Files share their worker's modules: loading zod and ssh2 anew for each of them took half of all the time.
      { test: { name: "fast", include: fast, testTimeout: 30_000, isolate: false } },
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
