import type { Host } from "../core/cluster.ts";
import type { Answers } from "../core/decide.ts";
import type { GpuRemark } from "../core/gpu-report.ts";
import type { Probe } from "../core/probe.ts";
import type { Sh } from "../core/shell.ts";
import { type ClockFact, clockFact } from "./clock.ts";
import { type Disk, disksFact } from "./disks.ts";
import { type DockerFact, dockerFact } from "./docker.ts";
import { type FirewallFact, firewallFact } from "./firewall.ts";
import { type GpuDriverFact, gpuDriverFact } from "./gpu-driver.ts";
import { gpuHealthFact } from "./gpu-health.ts";
import { type Gpu, gpusFact } from "./gpus.ts";
import { type KernelFact, kernelFact } from "./kernel.ts";
import { type LeftoversFact, leftoversFact } from "./leftovers.ts";
import { type LoginFact, loginFact } from "./login.ts";
import { type MachineFact, machineFact } from "./machine.ts";
import { type NetworkFact, networkFact } from "./network.ts";
import { type OsFact, osFact } from "./os.ts";
import { type BoundPort, portsFact } from "./ports.ts";
import { type ResolverFact, resolverFact } from "./resolver.ts";
import { type SwapFact, swapFact } from "./swap.ts";
import { toolsFact } from "./tools.ts";
import { type UpkeepFact, upkeepFact } from "./upkeep.ts";

/** All that is known of one host. A fact is undefined where the host gave no usable answer about it. */
export interface HostFacts {
  readonly os: OsFact | undefined;
  readonly machine: MachineFact | undefined;
  readonly login: LoginFact | undefined;
  readonly disks: readonly Disk[] | undefined;
  readonly network: NetworkFact | undefined;
  readonly resolver: ResolverFact | undefined;
  readonly clock: ClockFact | undefined;
  readonly kernel: KernelFact | undefined;
  readonly swap: SwapFact | undefined;
  readonly docker: DockerFact | undefined;
  readonly gpus: readonly Gpu[] | undefined;
  readonly gpuDriver: GpuDriverFact | undefined;
  /** Empty also while no driver is loaded. */
  readonly gpuHealth: readonly GpuRemark[] | undefined;
  readonly leftovers: LeftoversFact | undefined;
  readonly ports: readonly BoundPort[] | undefined;
  readonly firewall: FirewallFact | undefined;
  readonly upkeep: UpkeepFact | undefined;
  readonly tools: readonly string[] | undefined;
}

/** The name of a fact. */
export type FactName = keyof HostFacts;

type FactProbes = { readonly [K in FactName]: Probe<HostFacts[K]> };

/** Every fact's question, and how its answer is read. */
export function factProbes(host: Host): FactProbes {
  return {
    os: osFact,
    machine: machineFact,
    login: loginFact(host),
    disks: disksFact,
    network: networkFact,
    resolver: resolverFact,
    clock: clockFact,
    kernel: kernelFact,
    swap: swapFact,
    docker: dockerFact,
    gpus: gpusFact,
    gpuDriver: gpuDriverFact,
    gpuHealth: gpuHealthFact,
    leftovers: leftoversFact,
    ports: portsFact,
    firewall: firewallFact,
    upkeep: upkeepFact,
    tools: toolsFact,
  };
}

/** What to ask a host, in one batch, for all facts. */
export function factQuestions(host: Host): readonly Sh[] {
  return Object.values(factProbes(host)).map((probe) => probe.sh);
}

/** All facts of a host from the answers to those questions. A question that was not asked leaves its fact undefined. */
export function readFacts(host: Host, answers: Answers): HostFacts {
  const probes: readonly (readonly [string, Probe<unknown>])[] = Object.entries(factProbes(host));
  const facts = probes.map(([name, probe]) => {
    const answer = answers.get(probe.sh.text);
    return [name, answer === undefined ? undefined : probe.parse(answer)] as const;
  });
  // Safe: every name of HostFacts is a key of factProbes, whose type demands it.
  return Object.fromEntries(facts) as unknown as HostFacts;
}
