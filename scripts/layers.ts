import { platform } from "node:os";

/** One layer of `npm test`: what it shows, how it is run, and about how long it takes on two cores. */
export interface Layer {
  readonly name: string;
  readonly about: string;
  readonly command: readonly [string, ...string[]];
  /** Minutes when the caches are warm, and on a fresh machine. */
  readonly minutes: { readonly warm: number; readonly cold: number };
  /** Needs practice hosts: Linux, root, systemd-nspawn. */
  readonly real: boolean;
  /** Runs in `npm run test:full` only. */
  readonly fullOnly?: boolean;
}

/** All layers, the quick ones first. */
export const layers: readonly Layer[] = [
  { name: "types", about: "TypeScript", command: ["tsc", "-p", "."], minutes: { warm: 0.1, cold: 0.2 }, real: false },
  { name: "lint", about: "Biome", command: ["biome", "check", "."], minutes: { warm: 0.1, cold: 0.1 }, real: false },
  { name: "unused", about: "knip", command: ["knip"], minutes: { warm: 0.1, cold: 0.1 }, real: false },
  {
    name: "fast",
    about: "unit tests, those that start processes, cases, goldens, ssh and cli tests",
    command: ["vitest", "run", "--project", "fast"],
    minutes: { warm: 3, cold: 4 },
    real: false,
  },
  {
    name: "package",
    about: "pack, install the tarball in an empty folder, run it",
    command: ["node", "scripts/test-package.ts"],
    minutes: { warm: 0.5, cold: 1 },
    real: false,
  },
  {
    name: "parts",
    about: "the real rke, helm, Kubernetes and images for practice hosts",
    command: ["node", "scripts/parts/main.ts"],
    minutes: { warm: 0.2, cold: 25 },
    real: true,
  },
  {
    name: "real",
    about: "practice hosts with real sshd, systemd, apt, Docker, rke, Kubernetes and helm",
    command: ["vitest", "run", "--project", "real"],
    minutes: { warm: 27, cold: 30 },
    real: true,
  },
  {
    name: "kills",
    about: "Drover killed at 50 moments, each followed by an up that must make all whole",
    command: [
      "env",
      "DROVER_KILLS=50",
      "vitest",
      "run",
      "--project",
      "real",
      "test/lab/faults.test.ts",
      "-t",
      "killed",
    ],
    minutes: { warm: 20, cold: 20 },
    real: true,
    fullOnly: true,
  },
  {
    name: "day-two",
    about: "a cluster's later days in full: nodes replaced, certificates renewed, removed and made again",
    command: ["env", "DROVER_FULL=1", "vitest", "run", "--project", "real", "test/cluster/day-two.test.ts"],
    minutes: { warm: 10, cold: 10 },
    real: true,
    fullOnly: true,
  },
  {
    name: "engine",
    about: "RKE's settings, its stopped containers and its state, on a real cluster of one host",
    command: ["env", "DROVER_FULL=1", "vitest", "run", "--project", "real", "test/cluster/engine.test.ts"],
    minutes: { warm: 6, cold: 6 },
    real: true,
    fullOnly: true,
  },
  {
    name: "addons",
    about: "addons from installation to removal: MetalLB, volumes, manifests, GPUs of a device plugin of ours",
    command: ["env", "DROVER_FULL=1", "vitest", "run", "--project", "real", "test/cluster/addons.test.ts"],
    minutes: { warm: 10, cold: 10 },
    real: true,
    fullOnly: true,
  },
];

/** Why practice hosts cannot run here, or undefined if they can. */
export function whyNoPracticeHosts(): string | undefined {
  if (platform() !== "linux") return `practice hosts need Linux, and this is ${platform()}`;
  return process.getuid?.() === 0 ? undefined : "practice hosts need root";
}
