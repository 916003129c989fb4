import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AddonSettings } from "../../src/core/addons.ts";
import type { Decision, RunAction } from "../../src/core/step.ts";
import type { EngineInput } from "../../src/engines/engine.ts";
import { testFolder } from "../test-folder.ts";
import { withAddons } from "../unit/support/addon-world.ts";
import { writeProgram } from "../unit/support/helm-world.ts";
import { changesOf, paths } from "../unit/support/rke-world.ts";

/** What the programs are played to say, in lines of a `case` on what they are asked. */
export interface Played {
  /** `$BEFORE` is a file that is not there yet. */
  readonly kubectl?: string;
  readonly helm?: string;
  /** So many seconds later it is whenever somebody looks at the clock; nobody sleeps. */
  readonly tick?: number;
}

/** The input of addons, in a new folder of the running test in which kubectl and helm are played. */
export function playedInput(addons: AddonSettings): EngineInput {
  const folder = testFolder("played");
  const given = withAddons(addons);
  const tools = { ...given.cluster.tools, kubectl: join(folder, "kubectl"), helm: join(folder, "helm") };
  const own = { ...paths, dir: folder, kubeconfig: join(folder, "kubeconfig") };
  return { ...given, cluster: { ...given.cluster, tools }, paths: own };
}

/** The script of a decision's only change. */
export function onlyAction(decision: Decision): RunAction {
  const [action] = changesOf(decision)[0]?.actions ?? [];
  if (action?.kind !== "run") throw new Error("no script");
  return action;
}

/**
 * Runs an action's own script by the real shell. Tells what the programs were asked in which order, one a line (of kubectl, whether
 * with the 5 s after which a dead API server is given up, or `patiently`), what a person is told where it fails, and what is in the
 * file `$BEFORE`.
 */
export function perform(
  { paths: { dir } }: EngineInput,
  action: RunAction,
  { kubectl = "", helm = "", tick = 120 }: Played,
) {
  const calls = join(dir, "calls");
  const strip = `shift 2; who="kubectl patiently"; [ "$1" != --request-timeout ] || { who=kubectl; shift 2; }`;
  const note = (who: string) => `printf '%s\\n' "${who} $*" | sed 's/ -o jsonpath=.*//' >>${calls}`;
  writeProgram(dir, "kubectl", `${strip}\n${note("$who")}\ncase "$*" in\n${kubectl}\nesac`);
  writeProgram(dir, "helm", `shift 2\n${note("helm")}\ncase "$*" in\n${helm}\nesac`);
  writeProgram(dir, "sleep", "exit 0");
  writeProgram(dir, "date", `n=$(cat "$CLOCK" 2>/dev/null || echo 0); echo $((n + ${tick})) >"$CLOCK"; echo "$n"`);
  const files = { BEFORE: join(dir, "before"), CLOCK: join(dir, "clock") };
  const env = { PATH: `${dir}:${process.env["PATH"]}`, TMPDIR: dir, ...files };
  const input = action.stdin ?? "";
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", action.sh.text], { env, input, encoding: "utf8" });
  const said = stdout + stderr;
  const failure = status === 0 ? undefined : action.failures?.find(({ pattern }) => pattern.test(said));
  const told = failure && [failure.code, ...[...(failure.pattern.exec(said) ?? [])].slice(1)];
  const asked = existsSync(calls) ? readFileSync(calls, "utf8").trimEnd().split("\n") : [];
  const before = existsSync(files.BEFORE) ? readFileSync(files.BEFORE, "utf8") : "";
  return { asked, status, stdout, told, before };
}
