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
    minutes: { warm: 6, cold: 6.5 },
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
    minutes: { warm: 0.2, cold: 27 },
    real: true,
  },
  {
    name: "real",
    about: "practice hosts with real sshd, systemd, apt, Docker, rke, Kubernetes and helm",
    command: ["vitest", "run", "--project", "real"],
    minutes: { warm: 35, cold: 36 },
    real: true,
  },
  {
    name: "more parts",
    about: "programs, charts and images of the addons that only the tests from here on install",
    command: ["node", "scripts/parts/main.ts", "--full"],
    minutes: { warm: 0.2, cold: 22 },
    real: true,
    fullOnly: true,
  },
  inFull("all parts", "every part is there, whole and of its version", 0.2, ["test/lab/parts.test.ts"]),
  inFull("faults", "all faults of hosts, and Drover killed at 50 moments", 25, [
    "DROVER_KILLS=50",
    "test/lab/faults.test.ts",
  ]),
  inFull("resolvers", "every program that writes /etc/resolv.conf from a real lease", 5, [
    "test/lab/resolvers.test.ts",
  ]),
  inFull("programs", "hosts that have other makers of swap, clocks and firewalls, and an apt that cannot go on", 3, [
    "test/lab/other-programs.test.ts",
  ]),
  inFull("Docker CE", "a mirror of Docker's repository that is signed: key, versions, holds, what is in the way", 6, [
    "test/lab/docker-ce.test.ts",
  ]),
  inFull("clocks and questions", "NTP clients of all kinds, and packages that ask", 14, [
    "test/lab/clocks.test.ts",
    "test/lab/questions.test.ts",
  ]),
  inFull("Debian 12", "hosts as people have them, with programs as old as Ubuntu 22.04's", 10, [
    "DROVER_LAB_SUITE=bookworm",
    "test/lab/host-prep.test.ts",
    "test/lab/resolvers.test.ts",
    "test/lab/noisy.test.ts",
  ]),
  inFull("Debian 11", "the same with programs as old as Ubuntu 20.04's, on hosts that say they are that", 6, [
    "DROVER_LAB_SUITE=bullseye",
    "test/lab/host-prep.test.ts",
    "test/lab/noisy.test.ts",
  ]),
  inFull("scarce", "hosts without memory, inodes or a disk to write to, and rebooted by somebody", 3, [
    "test/lab/scarce.test.ts",
  ]),
  inFull("docker-own", "a registry of the customer's own authority, and Docker's data on a disk of theirs", 2, [
    "test/lab/docker-own.test.ts",
  ]),
  inFull("cloud-init", "a host that cloud-init still sets up, and that writes /etc/hosts at each boot", 2, [
    "test/lab/cloud-init.test.ts",
  ]),
  inFull("machine", "a virtual machine: real swap, cgroup version 2, modules, clock, reset button and boots", 20, [
    "test/lab/virtual-machine.test.ts",
  ]),
  inFull(
    "road",
    "from bare hosts to a platform and away, proofs that are killed, Rancher's certificates changed back and forth",
    15,
    ["test/cluster/road.test.ts"],
  ),
  inFull("day-two", "a cluster's later days: nodes replaced, certificates renewed, removed and made again", 16, [
    "test/cluster/day-two.test.ts",
  ]),
  inFull("engine", "RKE's settings, its stopped containers and its state, on a real cluster of one host", 10, [
    "test/cluster/engine.test.ts",
  ]),
  inFull("killed", "Drover and rke killed in each phase of a cluster's making, on one host", 8, [
    "test/cluster/killed.test.ts",
  ]),
  inFull("upgrade", "Kubernetes v1.31.7 to v1.32.3 and back, on a real cluster of one host", 8, [
    "test/cluster/upgrade.test.ts",
  ]),
  inFull(
    "ha",
    "three controlplanes behind a load balancer, then at an address of kube-vip: one lost, two restores, a member exchanged",
    32,
    ["test/cluster/ha.test.ts"],
  ),
  inFull(
    "addons",
    "addons from installation to removal: MetalLB, volumes, Traefik, a store of objects, manifests, GPUs of a device plugin of ours",
    18,
    ["test/cluster/addons.test.ts"],
  ),
];

/** A layer of `npm run test:full` alone: files with all their tests, also those that take minutes, and their environment. */
function inFull(name: string, about: string, minutes: number, words: readonly string[]): Layer {
  const [settings, files] = [words.filter((word) => word.includes("=")), words.filter((word) => !word.includes("="))];
  const command = ["env", "DROVER_FULL=1", ...settings, "vitest", "run", "--project", "real", ...files] as const;
  return { name, about, command, minutes: { warm: minutes, cold: minutes }, real: true, fullOnly: true };
}

/** Why practice hosts cannot run here, or undefined if they can. */
export function whyNoPracticeHosts(): string | undefined {
  if (platform() !== "linux") return `practice hosts need Linux, and this is ${platform()}`;
  return process.getuid?.() === 0 ? undefined : "practice hosts need root";
}
