import type { Probe } from "../../../core/probe.ts";
import { sh } from "../../../core/shell.ts";
import { readCertificate } from "../read-certificate.ts";

/** A certificate of the cluster on one host. */
export interface HostCertificate {
  /** As RKE calls it, such as `kube-apiserver`. */
  readonly name: string;
  /** When it ends, in ms since the epoch. */
  readonly endsAt: number;
  /** SHA-256, in hex: another one after a rotation. */
  readonly fingerprint: string;
}

/** The certificates that RKE's components on a host use. Their keys lie beside them, and are not read. */
export const hostCertificates: Probe<readonly HostCertificate[]> = {
  sh: sh`cd /etc/kubernetes/ssl 2>/dev/null || exit 0
set --
for file in *.pem; do
  case $file in *-key.pem | '*.pem') ;; *) set -- "$@" "./$file" ;; esac
done
[ $# -eq 0 ] || awk 'FNR==1 {print "== " substr(FILENAME, 3)} {print}' "$@"; true`,
  parse: ({ stdout }) => readCertificates(stdout),
};

/** The answer of the question above: `== name.pem`, then PEM text. What cannot be read is left out. */
export function readCertificates(stdout: string): readonly HostCertificate[] {
  return stdout
    .split(/^== /m)
    .slice(1)
    .flatMap((section) => {
      const [file = "", ...pem] = section.split("\n");
      const name = /^([\w.-]{1,120})\.pem$/.exec(file)?.[1];
      const read = name === undefined ? undefined : readCertificate(pem.join("\n"));
      return name === undefined || read === undefined
        ? []
        : [{ name, endsAt: read.endsAt, fingerprint: read.fingerprint }];
    });
}

const dayMs = 24 * 60 * 60_000;

/** Whole days until a moment; negative once it is over. */
export function daysLeft(endsAt: number, now: number): number {
  return Math.floor((endsAt - now) / dayMs);
}

/** From so many days before its end on a certificate is a problem: RKE does not renew any by itself. */
export const warnDays = 30;
