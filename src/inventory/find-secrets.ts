import { asDroverError, DroverError } from "../core/errors.ts";
import { Secret } from "../core/secret.ts";
import type { Written } from "./hosts/reach.ts";
import { type Path, pathText } from "./mistake.ts";
import { type BasesOf, secretReference } from "./paths.ts";
import type { ResolveSecret } from "./secrets.ts";

/** What finding secrets needs. */
export interface FindSecrets {
  readonly basesOf: BasesOf;
  readonly locate: (path: Path) => Path;
  readonly resolveSecret: ResolveSecret;
}

/** The secret that a reference of the inventory stands for. */
export type SecretOf = (written: Written) => Secret;

/**
 * Finds all secrets that are referred to, each reference once, however many hosts share it. All are tried, so that all that
 * fail are told at once.
 * @throws DroverError inventory/secret-unresolved
 */
export async function findSecrets(
  wanted: readonly Written[],
  { basesOf, locate, resolveSecret }: FindSecrets,
): Promise<SecretOf> {
  const absolute = ({ text, at }: Written) => secretReference(text, basesOf(at));
  const places = new Map<string, string>();
  for (const written of wanted) {
    const reference = absolute(written);
    if (!places.has(reference)) places.set(reference, pathText(locate(written.at)));
  }
  const found = new Map<string, Secret>();
  const failures: { readonly place: string; readonly error: DroverError }[] = [];
  await Promise.all(
    [...places].map(async ([reference, place]) => {
      try {
        found.set(reference, new Secret(await resolveSecret(reference)));
      } catch (thrown) {
        failures.push({ place, error: asDroverError(thrown) });
      }
    }),
  );
  // In the order of the inventory, whichever failed first.
  const order = [...places.values()];
  const [first, ...others] = failures.sort((a, b) => order.indexOf(a.place) - order.indexOf(b.place));
  if (first !== undefined) throw notFound([first, ...others]);
  return (written) => {
    const secret = found.get(absolute(written));
    if (secret === undefined) throw new RangeError(`nobody looked for the secret of ${pathText(written.at)}`);
    return secret;
  };
}

type Failures = readonly [
  { readonly place: string; readonly error: DroverError },
  ...{ readonly place: string; readonly error: DroverError }[],
];

function notFound(failures: Failures): DroverError {
  const [first] = failures;
  return new DroverError(first.error.code, "a password of the inventory could not be found", {
    remedy: first.error.remedy,
    details: failures.map(({ place, error }) => `${place}: ${error.message}`),
    cause: first.error,
  });
}
