import { isMapping } from "../core/mapping.ts";

/** What stands where a secret was. */
export const hidden = "(hidden)";

/** Names of keys whose values are secrets, in RKE's cluster.yml and in the values of common charts. */
const secretKey = /password|passwd|secret(?!s?_?(?:name|enc))|token|credential|^ssh_key$|private_?key|access_key/i;

/** The same data with every secret's value hidden, for people to look at. Empty values stay: there is nothing to hide. */
export function maskSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskSecrets);
  if (!isMapping(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [
    key,
    isSecret(key, inner) ? hidden : maskSecrets(inner),
  ]);
  return Object.fromEntries(entries);
}

function isSecret(key: string, value: unknown): boolean {
  return typeof value === "string" && value !== "" && (secretKey.test(key) || value.includes("PRIVATE KEY-----"));
}

/** The same data with everything hidden that stands where `sensitive` has something. */
export function maskValues(value: unknown, sensitive: unknown): unknown {
  if (sensitive === undefined) return value;
  if (!isMapping(sensitive) || !isMapping(value)) return value === undefined ? undefined : hidden;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskValues(inner, sensitive[key])]));
}
