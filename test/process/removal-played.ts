import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { addonsOf } from "../../src/addons/registry.ts";
import { removalStages } from "../../src/addons/remove.ts";
import { testFolder } from "../test-folder.ts";
import { type Recorded, records, withAddons } from "../unit/support/addon-world.ts";
import { more, plain } from "../unit/support/every-addon.ts";
import { writeProgram } from "../unit/support/helm-world.ts";
import { changesOf, decideOn, paths } from "../unit/support/rke-world.ts";

/** The question for what is in the way of a removal. */
export const inTheWay =
  "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations,clusterroles -l app.kubernetes.io/managed-by=Helm";

/** The question for the kinds of releases. */
export const kinds = "kubectl get customresourcedefinitions -l app.kubernetes.io/managed-by=Helm";

/** What helm is told. */
export const uninstall = (name: string, namespace: string) =>
  `helm uninstall ${name} -n ${namespace} --ignore-not-found --wait --timeout 5m`;

/** What the programs are played to say. */
interface Played {
  /** Lines of a `case` on what kubectl is asked. `$BEFORE` is a file that is not there yet. */
  readonly kubectl?: string;
  readonly helm?: string;
  /** Whether Drover made the namespace. */
  readonly ours?: boolean;
}

function inputIn(folder: string) {
  const given = withAddons({ ...plain, ...more });
  const tools = { ...given.cluster.tools, kubectl: join(folder, "kubectl"), helm: join(folder, "helm") };
  const own = { ...paths, dir: folder, kubeconfig: join(folder, "kubeconfig") };
  return { ...given, cluster: { ...given.cluster, tools }, paths: own };
}

/**
 * Runs the removal's own script, by the real shell, of an addon of which this is installed. kubectl and helm are played, and note
 * what they are asked, each on a line. Tells what was asked in which order, and what a person is told where it fails.
 */
export function remove(key: string, installed: Recorded, { kubectl = "", helm = "", ours = false }: Played) {
  const folder = testFolder("removal");
  const calls = join(folder, "calls");
  const access = inputIn(folder);
  const addon = addonsOf(access).find((one) => one.key === key);
  const step = addon && removalStages(access, addon)[0]?.steps[0];
  if (step === undefined) throw new Error("no step");
  const labels = ours ? "app.kubernetes.io/managed-by=drover" : "x=y";
  const machine = { "get configmaps,secrets": records(installed), "get namespace": `n Active 1d ${labels}\n` };
  const [action] = changesOf(decideOn(step, machine))[0]?.actions ?? [];
  if (action?.kind !== "run") throw new Error("no script");
  // Without the 5 s after which a dead API server is given up: what waits for the cluster must wait.
  const strip = `shift 2; who="kubectl patiently"; [ "$1" != --request-timeout ] || { who=kubectl; shift 2; }`;
  const note = (who: string) => `printf '%s\\n' "${who} $*" | sed 's/ -o jsonpath=.*//' >>${calls}`;
  writeProgram(folder, "kubectl", `${strip}\n${note("$who")}\ncase "$*" in\n${kubectl}\nesac`);
  writeProgram(folder, "helm", `shift 2\n${note("helm")}\ncase "$*" in\n${helm}\nesac`);
  writeProgram(folder, "sleep", "exit 0");
  // Each look at it is two minutes later.
  writeProgram(folder, "date", `n=$(cat "$CLOCK" 2>/dev/null || echo 0); echo $((n + 120)) >"$CLOCK"; echo "$n"`);
  const files = { BEFORE: join(folder, "before"), CLOCK: join(folder, "clock") };
  const env = { PATH: `${folder}:${process.env["PATH"]}`, TMPDIR: folder, ...files };
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", action.sh.text], { env, encoding: "utf8" });
  const said = stdout + stderr;
  const failure = status === 0 ? undefined : action.failures?.find(({ pattern }) => pattern.test(said));
  const told = failure && [failure.code, ...[...(failure.pattern.exec(said) ?? [])].slice(1)];
  return { asked: existsSync(calls) ? readFileSync(calls, "utf8").trimEnd().split("\n") : [], status, told };
}
