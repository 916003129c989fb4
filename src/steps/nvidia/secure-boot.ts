import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";

/** Whether the kernel loads signed modules only, and whether the host's own signing key (for DKMS) is enrolled. */
export interface SecureBoot {
  readonly on: boolean;
  /** The machine owner's key that DKMS signs with is known to the firmware. */
  readonly ownKeyEnrolled: boolean;
}

/** Where Ubuntu and Debian keep the key that DKMS signs with. */
export const ownKeyPaths = ["/var/lib/shim-signed/mok/MOK.der", "/var/lib/dkms/mok.pub"] as const;

/**
 * mokutil's account, or where it is missing the firmware's variable itself (four bytes of attributes, then 0 or 1).
 * Undefined where neither answers; a host without UEFI has no Secure Boot.
 */
export const secureBoot: Probe<SecureBoot | undefined> = {
  sh: sh`[ -d /sys/firmware/efi ] || { echo legacy; exit 0; }
v=/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
mokutil --sb-state 2>/dev/null || { [ -r "$v" ] && echo "byte $(od -An -tu1 -j4 -N1 "$v")"; } || echo absent
for k in ${ownKeyPaths}; do [ -r "$k" ] && mokutil --test-key "$k" 2>&1; done
exit 0`,
  parse: (answer) => {
    const said = answer.stdout;
    if (answer.code !== 0) return undefined;
    const ownKeyEnrolled = /is already enrolled/.test(said);
    if (/^SecureBoot enabled$/m.test(said) || /^byte +1$/m.test(said)) return { on: true, ownKeyEnrolled };
    const off = /^(SecureBoot disabled|legacy|absent)$|^byte +0$|^EFI variables are not supported/m.test(said);
    return off ? { on: false, ownKeyEnrolled } : undefined;
  },
};
