import { type Command, InvalidArgumentError } from "commander";
import { DroverError, SeveralFailed } from "../../core/errors.ts";
import { failureOf } from "../../core/failure.ts";
import { isSound } from "../../core/gpu-report.ts";
import { renderGpuTest } from "../../view/gpu.ts";
import { jsonLine } from "../../view/json-line.ts";
import { type Context, shapeOf } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type GpuTest, testGpus } from "../gpu-test.ts";
import { type HostOptions, withHosts, withResultOptions } from "../options.ts";
import { looked } from "../outcome.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun } from "../run-environment.ts";
import { selectHosts } from "../select.ts";

interface GpuOptions extends HostOptions {
  readonly seconds: number;
  readonly pods: boolean;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0.1 && value <= 3600)) throw new InvalidArgumentError("must be a number of seconds from 0.1 to 3600.");
  return value;
}

const examples = `
Ends with 0 if every GPU does what it should, else with 1.

Examples:
  drover gpu test                          every GPU of every host with gpu: true, on the host and in a pod
  drover gpu test --hosts gpu1 --seconds 600   ten minutes of load on each GPU of one host
  drover gpu test --json | jq '.hosts[].gpus[] | select(.host.ok | not) | .address'`;

/** `drover gpu test`: a CUDA kernel on every physical GPU. Ends with 1 if one of them fails. */
export function addGpu(program: Command, context: Context, report: Report): void {
  const gpu = program.command("gpu").description("prove the GPUs of the hosts, one by one");
  withHosts(withResultOptions(gpu.command("test")))
    .description("run a CUDA kernel on every GPU, on the host and in a pod: results, memory bandwidth, load")
    .option("--seconds <n>", "how long each GPU is kept under load", seconds, 3)
    .option("--no-pods", "on the hosts only")
    .addHelpText("after", examples)
    .action(async (options: GpuOptions) => {
      const environment = await prepareRun({ ...options, quiet: true }, context);
      const { cluster } = environment.loaded;
      const chosen = selectHosts(cluster.hosts, options);
      const hosts = chosen.filter((host) => host.gpu);
      if (hosts.length === 0) throw noGpuHosts();
      const test = await recordRun({ command: "gpu test", report, ...environment }, async (deps) => {
        const value = await testGpus(hosts, options, environment.loaded, deps);
        for (const error of value.failures) deps.emit({ kind: "failed", failure: failureOf(error) });
        return looked(value, isWhole(value));
      });
      const shape = shapeOf(context);
      if (options.json === true) context.stdout.write(jsonLine(json(test)));
      else if (test.reports.length > 0) context.stdout.write(renderGpuTest(test.reports, shape));
      if (test.failures.length > 0) throw new SeveralFailed(test.failures);
      report.exitCode(isWhole(test) ? exitCodes.done : exitCodes.failed);
    });
}

function noGpuHosts(): DroverError {
  return new DroverError("cli/usage", "none of the hosts has gpu: true", {
    remedy: "Write it at those that have NVIDIA GPUs, or choose others with --hosts and --roles.",
  });
}

function isWhole({ reports, failures }: GpuTest): boolean {
  return failures.length === 0 && reports.every(isSound);
}

function json(test: GpuTest): object {
  const failures = test.failures.map(({ host, code, message, remedy }) => ({ host, code, message, remedy }));
  return { v: 1, ok: isWhole(test), hosts: test.reports, failures };
}
