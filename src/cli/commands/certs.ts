import { type Command, Option } from "commander";
import { rotatable, rotateStages } from "../../engines/rke/day-two/rotate.ts";
import { rkeSetup } from "../../engines/rke/setup.ts";
import { up } from "../../run/pipeline.ts";
import { renderCertificates } from "../../view/certificates.ts";
import { jsonLine } from "../../view/json-line.ts";
import { type Context, shapeOf } from "../context.ts";
import { findCertificates } from "../day-two/find-certificates.ts";
import { exitCodes } from "../exit-codes.ts";
import { type ClusterOptions, withClusterOptions, withResultOptions } from "../options.ts";
import { bodyOf, looked } from "../outcome.ts";
import { recordRun } from "../recorded-run.ts";
import type { Report } from "../report.ts";
import { prepareRun } from "../run-environment.ts";
import { showPlan } from "../show-plan.ts";

interface RotateOptions extends ClusterOptions {
  readonly yes?: boolean;
  readonly service?: readonly string[];
  readonly authority?: boolean;
}

const examples = `
Examples:
  drover certs status                          ends with 1 if one ends within 30 days, or a host does not answer
  drover certs rotate                          all but the authority; components restart, pods go on
  drover certs rotate --service kube-apiserver
  drover certs rotate --authority              the authority too; then restart pods that talk to the API`;

/** `drover certs`: when the cluster's certificates end, and new ones. */
export function addCerts(program: Command, context: Context, report: Report): void {
  const command = program
    .command("certs")
    .description("the cluster's certificates: when they end, and new ones")
    .addHelpText("after", examples);
  withResultOptions(command.command("status"))
    .description("when the certificates on the hosts end")
    .action((options: ClusterOptions) => status(options, context, report));
  withClusterOptions(command.command("rotate"))
    .description("renew certificates; what uses them is restarted, one host after the other")
    .option("-y, --yes", "do not ask before changing something")
    .addOption(new Option("--service <names...>", "only those of these services").choices(rotatable))
    .option("--authority", "renew the authority too: every key and certificate of the cluster changes")
    .action((options: RotateOptions) => rotate(options, context, report));
}

async function status(options: ClusterOptions, context: Context, report: Report): Promise<void> {
  const environment = await prepareRun({ ...options, quiet: true }, context);
  const found = await recordRun({ command: "certs status", report, ...environment }, async (deps) => {
    const value = await findCertificates(environment.loaded.cluster, deps);
    return looked(value, isWell(value));
  });
  const { certificates, silent } = found;
  const shape = shapeOf(context, context.stdout, 120);
  context.stdout.write(
    options.json === true ? jsonLine({ v: 1, ...found }) : renderCertificates(certificates, silent, shape),
  );
  report.exitCode(isWell(found) ? exitCodes.done : exitCodes.failed);
}

function isWell({ certificates, silent }: Awaited<ReturnType<typeof findCertificates>>): boolean {
  return Object.keys(silent).length === 0 && certificates.every(({ soon }) => !soon);
}

async function rotate(options: RotateOptions, context: Context, report: Report): Promise<void> {
  const environment = await prepareRun(options, context);
  const { loaded, ask } = environment;
  const rotation = {
    services: options.service ?? [],
    authority: options.authority === true,
    token: context.randomHex(8),
  };
  const stages = rotateStages(rkeSetup(loaded), rotation);
  const pipeline = { cluster: loaded.cluster.name, hosts: loaded.cluster.hosts, stages };
  const outcome = await recordRun({ command: "certs rotate", report, ...environment }, async (deps) =>
    bodyOf(
      await up(pipeline, deps, async (forecast) => {
        await showPlan(forecast, options, environment);
        return options.yes === true || ask.confirm("Renew these certificates?", "Pass --yes.");
      }),
    ),
  );
  if (outcome.kind === "changed" && options.json !== true) {
    context.stdout.write("kubectl needs the new kubeconfig: drover kubeconfig puts it in place.\n");
  }
  report.exitCode(outcome.kind === "declined" ? exitCodes.cancelled : exitCodes.done);
}
