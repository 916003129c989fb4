import { defineConfig } from "vitest/config";

const fast = ["unit", "properties", "process", "cases", "golden", "ssh", "cli"].map(
  (layer) => `test/${layer}/**/*.test.ts`,
);
const real = ["lab", "cluster"].map((layer) => `test/${layer}/**/*.test.ts`);

export default defineConfig({
  test: {
    reporters: ["default"],
    projects: [
      // Files share their worker's modules: loading zod and ssh2 anew for each of them took half of all the time.
      // Their time limits end what hangs: a machine ten times as slow as a good one must still pass.
      {
        test: {
          name: "fast",
          include: fast,
          isolate: false,
          setupFiles: ["test/environment.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: { poll: { timeout: 60_000 } },
        },
      },
      // Practice hosts are one per machine: these run one file after the other, in an order that none of them may rely on.
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
