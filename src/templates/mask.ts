import { isMapping } from "../core/mapping.ts";

/** What stands where a secret was. */
export const hidden = "(hidden)";

/** Names of keys whose values are secrets, in RKE's cluster.yml and in the values of common charts. */
const secretKey =
  /password|passwd|passphrase|secret(?!s?[_-]?(?:name|enc))|token|credential|^ssh_key$|(?:private|access|api|encryption|signing)[_-]?key(?!s?[_-]?(?:name|size))/i;

/** The same of keys whose values may be numbers, or lists: not `passwordMinLength`, nor lists of the names of Secrets. */
const secretNumber = /(?:password|passwd|token|secret)$/i;
const secretList = /(?:passwords?|passwds?|tokens?|credentials?|private_?keys?)$/i;

/**
 * The same data with every secret's value hidden, for people to look at: by the name of its key, or by its own where it is a
 * variable (`{name, value}`, `NAME=value`) or a flag (`--name=value`, or the word after `--name`); private keys and the
 * passwords of URLs anywhere. Empty values stay: there is nothing to hide.
 */
export function maskSecrets(value: unknown): unknown {
  if (typeof value === "string") return maskText(value);
  if (Array.isArray(value))
    return value.map((one, index) => (isFlagged(one, value[index - 1]) ? hidden : maskSecrets(one)));
  if (!isMapping(value)) return value;
  const { name } = value;
  const isVariable = typeof name === "string" && secretKey.test(name);
  const entries = Object.entries(value).map(([key, inner]) => {
    if (isVariable && key === "value") return [key, isFilled(inner) ? hidden : inner];
    return [key, isSecret(key, inner) ? hidden : maskSecrets(inner)];
  });
  return Object.fromEntries(entries);
}

/** Whether a word of a command line is what the flag before it wants, and a secret by that flag's name. */
function isFlagged(word: unknown, before: unknown): boolean {
  const isFlag = typeof before === "string" && /^--?[A-Za-z][\w.-]*$/.test(before) && secretKey.test(before);
  return isFlag && isFilled(word) && !String(word).startsWith("-");
}

function isSecret(key: string, value: unknown): boolean {
  if (typeof value === "number") return secretNumber.test(key);
  if (Array.isArray(value)) return secretList.test(key) && value.some((one) => isFilled(one));
  return isFilled(value) && secretKey.test(key);
}

function isFilled(value: unknown): boolean {
  return (typeof value === "string" && value !== "") || typeof value === "number";
}

function maskText(text: string): string {
  if (text.includes("PRIVATE KEY-----")) return hidden;
  const [, name, rest] = /^(-{0,2}[A-Za-z_][\w.-]*)=(.+)$/s.exec(text) ?? [];
  if (name !== undefined && rest !== undefined && secretKey.test(name)) return `${name}=${hidden}`;
  return text.replace(/(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@]*:)[^\s/]+(?=@)/gi, `$1${hidden}`);
}

/** The same data with everything hidden that stands where `sensitive` has something. */
export function maskValues(value: unknown, sensitive: unknown): unknown {
  if (sensitive === undefined) return value;
  if (!isMapping(sensitive) || !isMapping(value)) return value === undefined ? undefined : hidden;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      maskValues(inner, Object.hasOwn(sensitive, key) ? sensitive[key] : undefined),
    ]),
  );
}
