import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";

/** What systemd would swap to because of a partition's type alone. */
export interface SwapPartitions {
  /** swap.target is masked: then no unit that it wants is started at boot. */
  readonly targetMasked: boolean;
  /** `/dev/vda2`... */
  readonly devices: readonly string[];
}

/**
 * Partitions of the type for swap that are not marked as to be left alone (bit 63). systemd-gpt-auto-generator(8) turns those of
 * the root's disk on at boot where fstab names no swap: so once its lines are out, they come back. All disks count, for the root
 * may lie on several. udev has read the partition tables; to ask it costs no look at the disks.
 */
export const swapPartitions: Probe<SwapPartitions | undefined> = {
  sh: sh`[ /etc/systemd/system/swap.target -ef /dev/null ] && echo masked
cd /run/udev/data 2>/dev/null && grep -ls '^E:ID_PART_ENTRY_TYPE=0657fd6d-a4ab-43c4-84e5-0933c84b4f4f$' b* | while read -r f; do
  grep -q '^E:ID_PART_ENTRY_FLAGS=0x[89a-f][0-9a-f]\{15\}$' "$f" && continue
  readlink "/sys/dev/block/$(echo "$f" | tr -d b)" | sed 's,.*/,/dev/,'
done
echo end`,
  parse: (answer) => {
    const rows = answer.stdout.trim().split("\n");
    if (answer.code !== 0 || rows.at(-1) !== "end") return undefined;
    return { targetMasked: rows[0] === "masked", devices: rows.filter((row) => row.startsWith("/dev/")) };
  },
};
