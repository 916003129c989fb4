import type { Probe } from "../../core/probe.ts";
import { lines } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";

/** NVIDIA's repository of drivers, and that of its container toolkit. */
export const repositories = {
  driver: "developer.download.nvidia.com/compute/cuda/repos",
  toolkit: "nvidia.github.io/libnvidia-container",
} as const;

/**
 * Files in which apt is told of a repository already, by others or by us. Naming one twice with different keys makes apt
 * refuse everything ("Conflicting values set for option Signed-By"), so a repository that is known is never added again.
 */
export function sourceFiles(repository: string): Probe<readonly string[]> {
  return {
    sh: sh`grep -rlsF -- ${repository} /etc/apt/sources.list /etc/apt/sources.list.d | grep -E '[.](list|sources)$'
exit 0`,
    parse: (answer) => lines(answer.stdout).filter((path) => /^\/etc\/apt\/[\w./+-]+$/.test(path)),
  };
}
