import type { Decision } from "../../core/step.ts";
import { installed, type Package } from "../apt/package-states.ts";

/** What cannot be on a host together with each Docker: apt would take it away without a word, and what runs on it too. */
const excludedBy = {
  distribution: ["docker-ce", "docker-ce-cli", "containerd.io"],
  "docker-ce": ["docker.io", "docker-cli", "containerd", "runc"],
} as const;

const other = { distribution: "docker-ce", "docker-ce": "distribution" } as const;

const wanted = { distribution: "the distribution's docker.io", "docker-ce": "Docker CE" } as const;

const nameOf: Readonly<Record<string, string>> = {
  "docker-ce": "Docker CE",
  "docker.io": "the distribution's docker.io",
};

/** The programs that stand in the way of any Docker, and those that exclude the one that the inventory asks for. */
export function rivals(
  packages: readonly Package[],
  snap: boolean,
  source: keyof typeof excludedBy,
): Decision | undefined {
  const alike = snap ? "the snap docker" : installed(packages, "podman-docker") && "podman-docker";
  if (alike !== undefined) {
    return {
      kind: "blocked",
      because: `${alike} is installed and stands in the way of Docker`,
      remedy: `Remove it on the host: ${snap ? "snap remove docker" : "apt-get remove podman-docker"}.`,
    };
  }
  const found = excludedBy[source].filter((name) => installed(packages, name) !== undefined);
  const [first] = found;
  if (first === undefined) return undefined;
  const engine = nameOf[first];
  return {
    kind: "blocked",
    because: `${engine ?? found.join(", ")} ${found.length > 1 && engine === undefined ? "are" : "is"} installed, the inventory asks for ${wanted[source]}`,
    remedy:
      engine === undefined
        ? `They exclude each other. Remove it on the host, once nothing runs on it: apt-get remove ${found.join(" ")}.`
        : `Set docker.source: ${other[source]} in the inventory, or remove ${first} from the host.`,
  };
}
