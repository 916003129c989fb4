import type { Probe } from "../core/probe.ts";
import { lines } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import { askParts, readParts } from "./parts.ts";

const wanted = ["perl", "python3", "bash", "curl", "apt-get", "systemctl", "systemd-run", "flock", "mount", "tar"];

/** Which of the programs that Drover uses on hosts are there. */
export const toolsFact: Probe<readonly string[] | undefined> = {
  sh: askParts({ there: sh`for c in ${wanted}; do command -v "$c" >/dev/null && echo "$c"; done; echo done` }),
  parse: (answer) => {
    const found = lines(readParts(answer, ["there"])?.there ?? "");
    return found.at(-1) === "done" ? found.filter((name) => wanted.includes(name)) : undefined;
  },
};
