import { type Command, Option } from "commander";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type AddOptions, addNodes } from "../node/add.ts";
import { type RemoveOptions, removeNodes } from "../node/remove.ts";
import { replaceNode } from "../node/replace.ts";
import { withClusterOptions } from "../options.ts";
import type { Report } from "../report.ts";
import { withSkipCheck } from "../skip-check.ts";

const examples = `
Examples:
  drover node add gpu-3=192.0.2.13 --gpu                          a worker with GPUs
  drover node add cp-2=192.0.2.22 cp-3=192.0.2.23 --roles controlplane,etcd
  drover node remove gpu-3                                        its pods move first
  drover node replace gpu-2                                       installed anew, under the same name and address`;

/** `drover node`: hosts come into the cluster and leave it, and the inventory follows. */
export function addNode(program: Command, context: Context, report: Report): void {
  const command = program
    .command("node")
    .description("add hosts to the cluster, remove them, replace one; the inventory follows")
    .addHelpText("after", examples);
  const say = (agreed: boolean): void => report.exitCode(agreed ? exitCodes.done : exitCodes.cancelled);
  withHostOptions(withSkipCheck(withYes(command.command("add <name=address...>"))))
    .description("add hosts to the inventory and to the cluster; shows both first")
    .action(async (given: readonly string[], options: AddOptions) => {
      say(await addNodes(given, options, context, report));
    });
  withDrain(withYes(command.command("remove <name...>")), "also delete pods that nobody would make again")
    .description("take hosts out of the cluster and of the inventory, one after the other")
    .action(async (names: readonly string[], options: RemoveOptions) => {
      say(await removeNodes([...new Set(names)], options, context, report));
    });
  withDrain(
    withYes(command.command("replace <name>")),
    "also delete pods that nobody would make again, and replace a machine that is still the same",
  )
    .description("make a node anew whose machine was exchanged or installed anew, under its name and address")
    .action(async (name: string, options: RemoveOptions) => {
      say(await replaceNode(name, options, context, report));
    });
}

function withYes(command: Command): Command {
  return withClusterOptions(command).option("-y, --yes", "do not ask before changing something");
}

function withDrain(command: Command, force: string): Command {
  return command.option("--force", force).option("--timeout <minutes>", "how long pods get to go", "10");
}

function withHostOptions(command: Command): Command {
  return command
    .option("--roles <roles>", "what they do: controlplane, etcd, worker, separated by commas", "worker")
    .option("--gpu", "they have NVIDIA GPUs that the cluster shall use")
    .option("--user <name>", "who logs in, if not as the inventory's ssh section says")
    .option("--port <number>", "sshd's port, if not as the inventory's ssh section says")
    .option("--internal-address <address>", "where the other hosts find it, if that is another network")
    .option("--host-key <key>", "its ssh host key, pinned")
    .addOption(new Option("--group <names...>", "groups of the inventory that they belong to"))
    .addOption(new Option("--label <key=value...>", "labels of the node"))
    .addOption(new Option("--taint <key=value:Effect...>", "taints of the node"));
}
