/** The hosts of a large run, what is done to them, and how that fails on one: what the live view is shown with. */
export const hosts = Array.from({ length: 50 }, (_, index) => `worker-${String(index + 1).padStart(2, "0")}`);

/** The step that they are all at. */
export const docker = { step: "docker/installed", summary: "Docker is installed" } as const;

/** How it fails on one of them. */
export const failure = {
  code: "host/disk-full",
  message: "There is no space left for the packages",
  host: "worker-07",
  step: "docker/installed",
  remedy: "Free some space on the file systems of /var and /, then run this again.",
  details: ["Unpacking docker.io (26.1.5) ...", "dpkg: error processing archive", "No space left on device"],
} as const;
