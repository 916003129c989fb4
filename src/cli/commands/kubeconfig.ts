import { type Command, Option } from "commander";
import { DroverError } from "../../core/errors.ts";
import { configText, entryConfig } from "../../kubeconfig/entry.ts";
import { jsonLine } from "../../view/json-line.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { type PutOptions, type PutRequest, putEntry } from "../kubeconfig/put.ts";
import { clusterEntry, type EntryOptions, serverWarning } from "../kubeconfig/source.ts";
import { loadCluster } from "../load-cluster.ts";
import type { ClusterOptions } from "../options.ts";
import type { Report } from "../report.ts";

interface KubeconfigOptions extends ClusterOptions, EntryOptions, PutOptions {
  readonly print?: boolean;
  readonly path?: boolean;
}

const examples = `
Examples:
  drover kubeconfig                            as a context of its own into ~/.kube/config, or $KUBECONFIG
  drover kubeconfig --use --context prod       under another name, and as what kubectl takes from now on
  drover kubeconfig --server lb.example.com    through a load balancer
  KUBECONFIG=$(drover kubeconfig --path) kubectl get nodes
  drover kubeconfig --print | ssh other 'umask 077; cat >prod.kubeconfig'`;

/** `drover kubeconfig`: the cluster becomes a context of kubectl. Asks no host. */
export function addKubeconfig(program: Command, context: Context, report: Report): void {
  program
    .command("kubeconfig")
    .description("put the cluster into your kubeconfig, as a context of its own")
    .option("-i, --inventory <file>", "the inventory (default: $DROVER_INVENTORY or inventory.yaml)")
    .option("--context <name>", "the context's name (default: the cluster's)")
    .option(
      "--server <address>",
      "reach the API there: a controlplane host, an address, or a URL (default: rke.api.address, else that of kubeVip)",
    )
    .option("--use", "make it the current context")
    .option("--overwrite", "replace another cluster's context of this name without asking")
    .addOption(
      new Option("--print", "write the kubeconfig to stdout instead; it holds a private key").conflicts("path"),
    )
    .option("--path", "only say where the cluster's own kubeconfig lies")
    .option("--json", "say as JSON what was done")
    .addHelpText("after", examples)
    .action(async (options: KubeconfigOptions) => {
      const loaded = await loadCluster(options, context);
      const entry = await clusterEntry(loaded, {
        ...options,
        context: contextName(options.context ?? loaded.cluster.name),
      });
      const warning = options.path === true ? undefined : serverWarning(entry, loaded);
      if (warning !== undefined) context.stderr.write(`warning: ${warning}\n`);
      if (options.path === true) context.stdout.write(`${loaded.paths.kubeconfig}\n`);
      else if (options.print === true) context.stdout.write(configText(entryConfig(entry)));
      else report.exitCode(await put({ entry, options, own: loaded.paths.kubeconfig }, options, context));
    });
}

async function put(request: PutRequest, options: KubeconfigOptions, context: Context): Promise<number> {
  const { entry } = request;
  const done = await putEntry(request, context);
  if (done === undefined) return exitCodes.cancelled;
  const { path, changed, backup, current } = done;
  if (options.json === true) {
    const server = entry.cluster["server"];
    context.stdout.write(jsonLine({ v: 1, context: entry.name, server, path, changed, backup, current }));
    return exitCodes.done;
  }
  const kept = backup === undefined ? "" : `What was there before is in ${backup}.\n`;
  const how = current === entry.name ? "kubectl get nodes" : `kubectl --context ${entry.name} get nodes`;
  const what = changed ? `${path} has the context ${entry.name} now` : `${path} has the context ${entry.name} already`;
  context.stdout.write(`${what}. Try: ${how}\n${kept}`);
  return exitCodes.done;
}

/** Names of contexts are free text to kubectl; what a shell would take apart is refused. */
function contextName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_.@:/-]{0,99}$/.test(name)) return name;
  throw new DroverError("cli/usage", `"${name}" is no name for a context`, {
    remedy: "Letters, digits and _ . @ : / - are good, up to 100 of them.",
  });
}
