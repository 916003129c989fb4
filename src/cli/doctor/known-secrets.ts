import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../context.ts";
import type { LoadedCluster } from "../load-cluster.ts";
import { secretsIn } from "./redact.ts";

/** Every secret that Drover can get at here, so that it can be looked for: of the inventory, the environment, its own files. */
export function knownSecrets(
  droverFolder: string,
  env: Context["env"],
  loaded: LoadedCluster | undefined,
): readonly string[] {
  const texts = [join(droverFolder, "plan.key"), loaded?.paths.kubeconfig, loaded?.paths.state].map(textOf);
  return [
    ...secretsIn(loaded?.cluster),
    ...Object.entries(env).flatMap(([name, value]) => secretsIn({ [name]: value ?? "" })),
    texts[0]?.trim() ?? "",
    ...texts.slice(1).flatMap((text) => valuesIn(text ?? "")),
  ];
}

/** Keys, tokens and passwords of a kubeconfig or of RKE's state, as they stand there. */
function valuesIn(text: string): readonly string[] {
  const matches = text.matchAll(/(?:client-key-data|token|password|keyPEM|key)"?\s*:\s*"?([^\s"]{8,})/gi);
  return [...matches].map((match) => match[1] ?? "");
}

function textOf(path: string | undefined): string | undefined {
  try {
    return path === undefined ? undefined : readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
