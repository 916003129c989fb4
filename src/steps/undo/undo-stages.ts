import type { Stage } from "../../core/step.ts";
import { undoFiles } from "./files.ts";
import { undoPackages } from "./packages.ts";
import { undoSettings } from "./settings.ts";

/** Takes back what the host stages did. Files come first: the packages that read them may go afterwards. */
export const undoStages: readonly Stage[] = [
  {
    id: "host-prep",
    title: "Put the hosts back as they were before Drover",
    on: "hosts",
    steps: [undoFiles(), undoSettings(), undoPackages()],
  },
];

/** What no undo brings back, in sentences for a person. */
export const staysChanged: readonly string[] = [
  "Kernel modules that were loaded stay loaded until the next reboot.",
  "Packages that were upgraded, downgraded or repaired keep their version; apt's lists and logs stay.",
  "What Docker kept in /var/lib/docker and /var/lib/containerd (images, volumes) stays on the disk, and so does the group docker.",
  "What was in the files until now is kept in /var/lib/drover/replaced: it may hold what others wrote since.",
  "Memory that was swapped out was read back; nothing has to be undone there.",
];
