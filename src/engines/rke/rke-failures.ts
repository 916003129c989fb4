import type { KnownFailure } from "../../core/step.ts";
import { betweenHosts } from "./failures/between-hosts.ts";
import { certificates } from "./failures/certificates.ts";
import { containers } from "./failures/containers.ts";
import { etcd } from "./failures/etcd.ts";
import { later } from "./failures/later.ts";
import { refused } from "./failures/refused.ts";
import { row } from "./failures/row.ts";
import { snapshots } from "./failures/snapshots.ts";
import { state } from "./failures/state.ts";
import { unreachable } from "./failures/unreachable.ts";

/** Whatever RKE says at the end, where nothing else explains it. */
export const untranslated = row(
  /level=fatal msg="((?:[^"\\]|\\.)*)"/,
  "rke ended with: $1",
  "Its log is rke.log beside cluster.yml; what it said last is above.",
);

/**
 * RKE's known ways to fail, the most telling first; the last one catches the rest. Sources: every error that rke v1.8.1 can
 * return (fmt.Errorf in its Go files), and what its users reported.
 */
export const rkeFailures: readonly KnownFailure[] = [
  ...refused,
  ...unreachable,
  ...betweenHosts,
  ...containers,
  ...snapshots,
  ...state,
  ...certificates,
  ...etcd,
  ...later,
  untranslated,
];
