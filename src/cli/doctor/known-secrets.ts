import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../context.ts";
import type { LoadedCluster } from "../load-cluster.ts";
import { clusterPaths, droverFolder } from "../paths.ts";
import { foldersIn } from "./gather.ts";
import { secretsIn } from "./redact.ts";

/**
 * Every secret that Drover can get at here, so that it can be looked for: of the inventory, the environment, its own files. Those
 * of every cluster beside this inventory, also where the inventory itself cannot be read: their logs are gathered too.
 */
export function knownSecrets(
  inventory: string,
  env: Context["env"],
  loaded: LoadedCluster | undefined,
): readonly string[] {
  const folder = droverFolder(inventory);
  const files = foldersIn(folder).map((cluster) => clusterPaths(inventory, cluster, ""));
  return [
    ...secretsIn(loaded?.cluster),
    ...Object.entries(env).flatMap(([name, value]) => secretsIn({ [name]: value ?? "" })),
    textOf(join(folder, "plan.key")).trim(),
    ...files.flatMap(({ kubeconfig, state }) => [kubeconfig, state].flatMap((path) => valuesIn(textOf(path)))),
  ];
}

/**
 * Keys, tokens and passwords of a kubeconfig or of RKE's state, as they stand there; of keys as PEM what is within,
 * as their first words are no secret, and tell other keys apart.
 */
function valuesIn(text: string): readonly string[] {
  // JSON within JSON, as RKE keeps the configuration of the encryption.
  const plain = text.replaceAll(/\\+n/g, "\n").replaceAll(/\\+"/g, '"');
  const named = plain.matchAll(
    /(?:client-key-data|token|password|secret|keyPEM|key)"?\s*:\s*"?((?!-----)[^\s"]{8,})/gi,
  );
  const keys = plain.matchAll(/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----\n([^-]+)/g);
  return [...named, ...keys].map((match) => match[1] ?? "");
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
