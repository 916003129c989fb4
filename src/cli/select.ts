import type { Host, Role } from "../core/cluster.ts";
import { DroverError } from "../core/errors.ts";
import type { Pipeline } from "../core/pipeline.ts";
import type { Stage } from "../core/step.ts";
import type { HostOptions } from "./options.ts";

const roles: readonly Role[] = ["controlplane", "etcd", "worker"];

/** Which part of a pipeline is asked for. */
export type Selection = Pick<HostOptions, "hosts" | "limit" | "roles"> & { readonly only?: string };

/**
 * The part of a pipeline that was asked for by name.
 * @throws DroverError `cli/usage` for a name that is not there, with those that are
 */
export function select(pipeline: Pipeline, selection: Selection): Pipeline {
  const hosts = selectHosts(pipeline.hosts, selection);
  const whole = [selection.hosts, selection.limit, selection.roles].every((given) => given === undefined);
  const stages = narrowed(pipeline.stages, selection.only).filter((stage) => fits(stage, whole));
  return { ...pipeline, hosts, stages };
}

/** The stages that were named, and of others the steps that were. */
function narrowed(stages: readonly Stage[], only: string | undefined): readonly Stage[] {
  if (only === undefined) return stages;
  const steps = [...new Set(stages.flatMap((stage) => stage.steps.map((step) => step.id)))];
  const wanted = chosen("--only", only, [...stages.map((stage) => stage.id), ...steps], nearTo);
  return stages.flatMap((stage) => {
    if (wanted.includes(stage.id)) return [stage];
    const some = stage.steps.filter((step) => wanted.includes(step.id));
    return some.length === 0 ? [] : [{ ...stage, steps: some }];
  });
}

/** Of stages and steps those that somebody may have meant who wrote `os/swap`: the steps of that part, else the stages. */
function nearTo(unknown: string, known: readonly string[]): readonly string[] {
  const part = `${unknown.split("/")[0]}/`;
  const steps = unknown.includes("/") ? known.filter((name) => name.startsWith(part)) : [];
  return steps.length > 0 ? steps : known.filter((name) => !name.includes("/"));
}

/** The hosts that were asked for, in the order of the inventory. @throws as `select` */
export function selectHosts(hosts: readonly Host[], selection: Selection): readonly Host[] {
  const names = hosts.map((host) => host.name);
  const named = chosen("--hosts", selection.hosts, names);
  const limited = chosen("--limit", selection.limit, names);
  const wanted = chosen("--roles", selection.roles, roles);
  const found = hosts.filter(
    (host) =>
      named.includes(host.name) &&
      limited.includes(host.name) &&
      (selection.roles === undefined || host.roles.some((role) => wanted.includes(role))),
  );
  if (found.length > 0 || hosts.length === 0) return found;
  throw new DroverError("cli/usage", "no host fits all that was asked for", {
    remedy: "Look at --hosts, --limit and --roles: a host must fit each of them.",
  });
}

/** A cluster is not made of some of its hosts: with a choice of hosts, what concerns the whole is left out. */
function fits(stage: Stage, whole: boolean): boolean {
  return whole || stage.on === "hosts";
}

/** The known names that fit the given ones, of which each must fit one; all, where nothing was given. `meant` are those to tell of. */
function chosen(
  flag: string,
  given: string | undefined,
  known: readonly string[],
  meant: (unknown: string, known: readonly string[]) => readonly string[] = (_, all) => all,
): readonly string[] {
  if (given === undefined) return known;
  const wanted = given
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const unknown = wanted.filter((name) => !known.some((one) => matches(name, one)));
  if (unknown.length > 0 || wanted.length === 0) {
    throw new DroverError("cli/usage", `${flag} does not know ${unknown.join(", ") || "an empty name"}`, {
      remedy: `It takes: ${some(meant(unknown[0] ?? "", known))}.`,
    });
  }
  return known.filter((one) => wanted.some((name) => matches(name, one)));
}

/** As many names as somebody reads. */
function some(names: readonly string[]): string {
  const more = names.length - 20;
  return more > 1 ? `${names.slice(0, 20).join(", ")} and ${more} more` : names.join(", ");
}

/** `*` stands for any characters, `?` for one. */
function matches(pattern: string, name: string): boolean {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll(/\*+/g, ".*").replaceAll("?", ".")}$`).test(name);
}
