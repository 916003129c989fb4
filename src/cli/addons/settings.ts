import { load } from "js-yaml";
import { DroverError } from "../../core/errors.ts";
import { isMapping, type Mapping } from "../../core/mapping.ts";
import { mergePatch } from "../../templates/merge-patch.ts";

/**
 * `--set tls.source=secret --set values.replicas=2` over what an addon is told already. Values are YAML: `[a, b]` is a list,
 * `null` takes a key away.
 * @throws DroverError `cli/usage`
 */
export function withSettings(current: Mapping, assignments: readonly string[]): Mapping {
  return assignments.reduce((settings, assignment) => mergePatch(settings, patchOf(assignment)), current);
}

function patchOf(assignment: string): Mapping {
  const [, path, text = ""] = /^([A-Za-z][\w-]*(?:\.[\w-]+)*)=(.*)$/s.exec(assignment) ?? [];
  if (path === undefined) throw usage(`"${assignment}" is not of the form key=value`);
  const value = readValue(text, assignment);
  const patch = path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  return isMapping(patch) ? patch : {};
}

function readValue(text: string, assignment: string): unknown {
  try {
    return text === "" ? "" : load(text);
  } catch {
    throw usage(`the value of "${assignment}" is not YAML; put it into quotes`);
  }
}

function usage(message: string): DroverError {
  return new DroverError("cli/usage", message, {
    remedy: "For example: --set hostname=rancher.example.com --set 'addresses=[192.0.2.200-192.0.2.220]'",
  });
}
