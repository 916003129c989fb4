import type { Command } from "commander";
import { type ExecLine, execLines, execSummary } from "../../view/exec.ts";
import { jsonLine } from "../../view/json-line.ts";
import { type Context, wantsColor } from "../context.ts";
import { allGood, execOnHosts, type HostRun, scriptOf } from "../exec-hosts.ts";
import { exitCodes } from "../exit-codes.ts";
import { type HostOptions, wholeNumber, withHosts, withMaxFail, withResultOptions } from "../options.ts";
import { looked } from "../outcome.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun } from "../run-environment.ts";
import { selectHosts } from "../select.ts";

interface ExecOptions extends HostOptions {
  readonly timeout: number;
}

const examples = `
The command runs as root, with an empty stdin. One word is shell text, for pipes and variables; several are a program and
its arguments, which no shell reads again. Options of drover stand before the command.
Ends with 0 if the command ended with 0 everywhere, else with 1.

Examples:
  drover exec -- uptime
  drover exec --roles worker 'df -h / | tail -n 1'
  drover exec --hosts 'gpu-*' --concurrency 1 --max-fail 0 -- systemctl restart docker
  drover exec --json nvidia-smi -L | jq -r '.hosts[] | select(.code != 0) | .name'`;

/** `drover exec`: a command on the hosts. Ends with 1 if it failed on one of them. */
export function addExec(program: Command, context: Context, report: Report): void {
  withMaxFail(
    withHosts(withResultOptions(program.command("exec"))),
    "begin on no further host once more than so many failed (default: all are tried)",
  )
    .description("run a command on the hosts, several at once, and show what each says")
    .argument("<command...>", "shell text, or a program and its arguments")
    .option("--timeout <seconds>", "give a host so long", wholeNumber(1, 86_400), 600)
    .passThroughOptions()
    .addHelpText("after", examples)
    .action(async (words: readonly string[], options: ExecOptions) => {
      const environment = await prepareRun({ ...options, quiet: true }, context);
      const { cluster } = environment.loaded;
      const hosts = selectHosts(cluster.hosts, options);
      const tell = options.json === true ? () => undefined : teller(hosts.length, context);
      const request = {
        hosts,
        script: scriptOf(words),
        timeoutMs: options.timeout * 1000,
        maxFail: options.maxFail,
        tell,
      };
      const runs = await recordRun({ command: "exec", report, ...environment }, async (deps) => {
        const value = await execOnHosts(request, deps);
        return looked(value, allGood(value));
      });
      if (options.json === true) context.stdout.write(jsonLine(execJson(runs)));
      else if (hosts.length > 1) context.stderr.write(`${execSummary(runs.map(lineOf))}\n`);
      report.exitCode(allGood(runs) ? exitCodes.done : exitCodes.failed);
    });
}

/** Writes what a host said as soon as it is done: into a pipe and of one host alone as it is, else behind its name. */
function teller(count: number, context: Context): (run: HostRun) => void {
  return (run) => {
    const alone = count === 1 && run.kind === "ran" && context.stdout.isTTY !== true;
    if (alone) {
      context.stdout.write(run.stdout);
      context.stderr.write(run.stderr);
    }
    const line = alone ? { ...lineOf(run), stdout: "", stderr: "" } : lineOf(run);
    const stream = alone || run.kind !== "ran" ? context.stderr : context.stdout;
    const color = wantsColor(context, stream);
    stream.write(
      execLines(line, { color })
        .map((text) => `${text}\n`)
        .join(""),
    );
  };
}

function lineOf(run: HostRun): ExecLine {
  const name = run.host.name;
  if (run.kind === "ran") return { name, code: run.code, stdout: run.stdout, stderr: run.stderr };
  if (run.kind === "left-out") return { name, leftOut: true };
  return { name, failure: `${run.failure.code}: ${run.failure.message}` };
}

/** One object for programs. */
function execJson(runs: readonly HostRun[]): object {
  const hosts = runs.map((run) => {
    const { name, address, roles } = run.host;
    if (run.kind === "left-out") return { name, address, roles, leftOut: true };
    if (run.kind === "failed") {
      const { code, message, remedy } = run.failure;
      return { name, address, roles, failure: { code, message, remedy } };
    }
    const { code, stdout, stderr, tookMs } = run;
    return { name, address, roles, code, stdout, stderr, tookMs };
  });
  return { v: 1, hosts };
}
