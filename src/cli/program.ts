import { Command } from "commander";
import type { Context } from "./context.ts";
import { fitHelp } from "./help-width.ts";
import { versionOf } from "./package-version.ts";
import type { Report } from "./report.ts";

type Add = (program: Command, context: Context, report: Report) => void;

/** Commands by name; each is loaded when it is used, so that `--help` stays quick. */
const commands: Readonly<Record<string, { readonly about: string; readonly load: () => Promise<Add> }>> = {
  init: {
    about: "make an inventory: asks a few questions, and looks at the machines meanwhile",
    load: async () => (await import("./commands/init.ts")).addInit,
  },
  check: {
    about: "tell what is wrong with the hosts and between them",
    load: async () => (await import("./commands/check.ts")).addCheck,
  },
  plan: {
    about: "show what up would change, and change nothing",
    load: async () => (await import("./commands/plan.ts")).addPlan,
  },
  up: {
    about: "prepare the hosts, bring up the cluster, install its addons",
    load: async () => (await import("./commands/up.ts")).addUp,
  },
  status: {
    about: "show the cluster's nodes, pods and releases",
    load: async () => (await import("./commands/status.ts")).addStatus,
  },
  node: {
    about: "add hosts to the cluster, remove them, replace one",
    load: async () => (await import("./commands/node.ts")).addNode,
  },
  etcd: {
    about: "snapshots of etcd, the cluster's memory: take, list, restore",
    load: async () => (await import("./commands/etcd.ts")).addEtcd,
  },
  certs: {
    about: "the cluster's certificates: when they end, and new ones",
    load: async () => (await import("./commands/certs.ts")).addCerts,
  },
  secrets: {
    about: "the key that the cluster's secrets are encrypted with: a new one",
    load: async () => (await import("./commands/secrets.ts")).addSecrets,
  },
  upgrade: {
    about: "bring the cluster to another version of Kubernetes",
    load: async () => (await import("./commands/upgrade.ts")).addUpgrade,
  },
  kubeconfig: {
    about: "put the cluster into your kubeconfig, as a context of its own",
    load: async () => (await import("./commands/kubeconfig.ts")).addKubeconfig,
  },
  addons: {
    about: "what can be installed on the cluster: list, add, change, remove",
    load: async () => (await import("./commands/addons.ts")).addAddons,
  },
  prove: {
    about: "try out what the cluster is for: names, pods, ports, volumes, ingress",
    load: async () => (await import("./commands/prove.ts")).addProve,
  },
  gpu: {
    about: "prove the GPUs of the hosts, one by one",
    load: async () => (await import("./commands/gpu.ts")).addGpu,
  },
  facts: {
    about: "show what is known of each host",
    load: async () => (await import("./commands/facts.ts")).addFacts,
  },
  report: {
    about: "write the cluster and its runs as one HTML page",
    load: async () => (await import("./commands/report.ts")).addReport,
  },
  runs: {
    about: "list earlier runs",
    load: async () => (await import("./commands/runs.ts")).addRuns,
  },
  logs: {
    about: "tell an earlier run again, from its journal",
    load: async () => (await import("./commands/logs.ts")).addLogs,
  },
  doctor: {
    about: "gather versions, journals and logs into one archive without secrets",
    load: async () => (await import("./commands/doctor.ts")).addDoctor,
  },
  explain: {
    about: "what an error or a check means, and what to do",
    load: async () => (await import("./commands/explain.ts")).addExplain,
  },
  exec: {
    about: "run a command on the hosts, several at once",
    load: async () => (await import("./commands/exec.ts")).addExec,
  },
  reset: {
    about: "remove the cluster from its hosts",
    load: async () => (await import("./commands/reset.ts")).addReset,
  },
  completion: {
    about: "print completion for bash, zsh or fish",
    load: async () => (await import("./commands/completion.ts")).addCompletion,
  },
  lab: { about: "practice hosts on this machine", load: async () => (await import("./commands/lab.ts")).addLab },
};

/** The whole command line: `report` is told how a command ended. */
export async function createProgram(context: Context, report: Report): Promise<Command> {
  const program = emptyProgram(context);
  const wanted = context.argv.find((word) => Object.hasOwn(commands, word));
  for (const [name, { about, load }] of Object.entries(commands)) {
    if (name === wanted) (await load())(program, context, report);
    else program.command(name).description(about);
  }
  return program;
}

/** The command line with every command loaded, to be described and not to be run. */
export async function wholeProgram(context: Context): Promise<Command> {
  const program = emptyProgram(context);
  const report: Report = { exitCode: () => undefined, journal: () => undefined };
  for (const { load } of Object.values(commands)) (await load())(program, context, report);
  return program;
}

function emptyProgram(context: Context): Command {
  return (
    new Command("drover")
      .description(
        "From bare Ubuntu and Debian servers to a GPU-ready Rancher cluster, from one inventory file, over SSH.",
      )
      .version(versionOf(context))
      .exitOverride()
      .enablePositionalOptions()
      // Told by the program's end, as every other failure is: with a code and what to do.
      .configureOutput({
        outputError: () => undefined,
        writeOut: (text) => void context.stdout.write(fitHelp(text, context.stdout.columns)),
      })
      .addHelpText(
        "after",
        "\nBegin with drover init, which makes an inventory.\ninventory.example.yaml explains every key.\nThen: drover check, drover plan, drover up, drover status.",
      )
  );
}
