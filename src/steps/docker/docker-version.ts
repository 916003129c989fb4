/**
 * The Docker versions that RKE1 works with. Older ones are refused by its cri-dockerd, which speaks API 1.44; from 29 on
 * Docker refuses RKE's own old clients, unless daemon.json lowers `min-api-version` (done in docker/configured).
 */
const oldest = 25;
const newestUntouched = 28;

/** The upstream version of a package: `28.1.1` of `5:28.1.1-1~ubuntu.24.04~noble`, `26.1.5` of `26.1.5+dfsg1-9`. */
export function upstream(version: string): string {
  return version.replace(/^\d+:/, "").replace(/[-+~].*$/, "");
}

function major(version: string): number {
  return Number.parseInt(upstream(version), 10);
}

/** Too old for RKE. False where the version cannot be read. */
export function isTooOld(version: string): boolean {
  return major(version) < oldest;
}

/** Docker must be told to go on speaking with RKE's old clients. */
export function refusesOldClients(version: string): boolean {
  return major(version) > newestUntouched;
}

/** Whether a version is one that the inventory asks for: RKE can use it, and it begins with the prefix if there is one. */
export function isWanted(version: string, prefix: string | undefined): boolean {
  if (isTooOld(version)) return false;
  return prefix === undefined || `${upstream(version)}.`.startsWith(`${prefix}.`);
}

/** The major versions that RKE uses as they are, for shell text. */
export const majorVersions = { oldest, newest: newestUntouched } as const;
