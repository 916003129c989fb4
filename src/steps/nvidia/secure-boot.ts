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

/** The firmware's variable by which shim tells the kernel that it checks nothing. */
export const shimPasses = "/sys/firmware/efi/efivars/MokSBStateRT-605dab50-e046-4300-abb6-3dd810dd8b23";

/**
 * mokutil's account, or where it is missing the firmware's variable itself (four bytes of attributes, then 0 or 1).
 * Undefined where neither answers; a host without UEFI has no Secure Boot. Where shim was told to let everything pass (`mokutil
 * --disable-validation`, which DKMS asked people for), the kernel does so too, whatever the firmware says.
 */
export const secureBoot: Probe<SecureBoot | undefined> = {
  sh: sh`[ -d /sys/firmware/efi ] || { echo legacy; exit 0; }
v=/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
[ ! -e ${shimPasses} ] || echo shim-passes
mokutil --sb-state 2>/dev/null || { [ -r "$v" ] && echo "byte $(od -An -tu1 -j4 -N1 "$v")"; } || echo absent
for k in ${ownKeyPaths}; do [ -r "$k" ] && mokutil --test-key "$k" 2>&1; done
exit 0`,
  parse: (answer) => {
    const said = answer.stdout;
    if (answer.code !== 0) return undefined;
    const ownKeyEnrolled = /is already enrolled/.test(said);
    if (/^shim-passes$|^SecureBoot validation is disabled in shim$/m.test(said)) return { on: false, ownKeyEnrolled };
    if (/^SecureBoot enabled$/m.test(said) || /^byte +1$/m.test(said)) return { on: true, ownKeyEnrolled };
    const off = /^(SecureBoot disabled|legacy|absent)$|^byte +0$|^EFI variables are not supported/m.test(said);
    return off ? { on: false, ownKeyEnrolled } : undefined;
  },
};
