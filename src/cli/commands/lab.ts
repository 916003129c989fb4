import { resolve } from "node:path";
import type { Command } from "commander";
import { execa } from "execa";
import { DroverError } from "../../core/errors.ts";
import { createLab, type Lab } from "../../lab/lab.ts";
import type { Context } from "../context.ts";
import type { Report } from "../report.ts";

/** `drover lab`: practice hosts on this machine, for trying everything out. */
export function addLab(program: Command, context: Context, report: Report): void {
  const say = (line: string): void => {
    context.stdout.write(`${line}\n`);
  };
  const lab = (): Lab => createLab({ env: context.env, say });
  const command = program
    .command("lab")
    .description("practice hosts on this machine (Linux, root)")
    .addHelpText("after", examples);
  command
    .command("up [count]")
    .description("boot practice hosts (3 if not said) and write their inventory")
    .option("-o, --output <file>", "where the inventory goes", "lab.inventory.yaml")
    .action(async (count: string | undefined, options: { readonly output: string }) => {
      const inventory = resolve(context.cwd, options.output);
      await lab().up(hostNumber(count ?? "3"), inventory);
      say(`Inventory: ${inventory}. Next: drover plan -i ${options.output}`);
    });
  command
    .command("down")
    .description("remove the practice hosts; caches stay")
    .action(() => lab().down());
  command
    .command("status")
    .description("which hosts there are and how they are")
    .action(async () => {
      await lab().status();
    });
  command
    .command("ssh <host> [command...]")
    .description("log in to a practice host, or run a command there")
    .passThroughOptions()
    .action(async (host: string, words: readonly string[]) => {
      const done = await execa("ssh", [...lab().sshArgs(hostNumber(host)), ...words], {
        stdio: "inherit",
        reject: false,
      });
      report.exitCode(done.exitCode ?? 255);
    });
  for (const [name, about] of Object.entries(onOneHost)) {
    command
      .command(`${name} <host>`)
      .description(about)
      .action((host: string) => lab()[name as keyof typeof onOneHost](hostNumber(host)));
  }
}

const examples = `
Examples:
  drover lab up 3                                three hosts, and lab.inventory.yaml
  drover up -i lab.inventory.yaml
  drover lab ssh 1 -- systemctl status docker
  drover lab cut 2                               pulls a network cable; heal plugs it in again
  drover lab down`;

const onOneHost = {
  reboot: "reboot a host and wait until it answers",
  cut: "pull the network cable of a host",
  heal: "plug it in again",
  kill: "cut the power of a host",
} as const;

function hostNumber(text: string): number {
  const found = /^h?(\d+)$/.exec(text)?.[1];
  if (found !== undefined) return Number(found);
  throw new DroverError("cli/usage", `"${text}" is no number of practice hosts`, {
    remedy: "For example: drover lab up 3, drover lab ssh 1.",
  });
}
