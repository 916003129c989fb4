import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { installDockerCe } from "../../src/steps/docker/docker-ce-scripts.ts";
import { testFolder } from "../test-folder.ts";

/** What apt-cache would list, newest first, as Docker's repository for noble has it. */
const madison = ["29.1.0", "28.5.1", "28.3.3", "28.3.2", "28.1.1", "27.5.1", "25.0.5", "24.0.9"]
  .map(
    (version) =>
      ` docker-ce | 5:${version}-1~ubuntu.24.04~noble | https://download.docker.com/linux/ubuntu noble/stable amd64 Packages`,
  )
  .join("\n");

/** Runs the choice of the version for real, with all other programs replaced. */
function chosen(prefix: string | undefined, offered = madison): string {
  const bin = testFolder("madison");
  writeFileSync(join(bin, "list"), offered);
  writeFileSync(join(bin, "apt-cache"), `#!/bin/sh\ncat ${bin}/list\n`, { mode: 0o755 });
  writeFileSync(join(bin, "apt-mark"), "#!/bin/sh\n", { mode: 0o755 });
  const functions = `PATH=${bin}:$PATH\nsystemctl() { :; }\nupdate() { :; }\ninstall() { printf '%s ' "$@"; }\n`;
  const script = installDockerCe(prefix).text;
  return spawnSync("/bin/sh", ["-s"], {
    input: functions + script.replaceAll("/var/lib/drover", bin),
    encoding: "utf8",
  }).stdout.trim();
}

describe("the version of Docker CE", () => {
  it.each([
    ["28.3", "28.3.3"],
    ["28.3.2", "28.3.2"],
    ["28", "28.5.1"],
    ["27", "27.5.1"],
    [undefined, "28.5.1"],
  ])("asked for %s takes %s of the repository", (prefix, version) => {
    const exact = `5:${version}-1~ubuntu.24.04~noble`;
    expect(chosen(prefix)).toContain(`docker-ce=${exact} docker-ce-cli=${exact} containerd.io`);
  });

  it("asked for 29 takes it, and so it does unasked where the repository has nothing older, as Ubuntu 26.04's", () => {
    expect(chosen("29")).toContain("docker-ce=5:29.1.0-1~ubuntu.24.04~noble ");
    const newest = madison.replace("5:29.1.0", "5:29.3.1");
    const only29 = [newest, madison].map((list) => list.split("\n")[0]).join("\n");
    expect(chosen(undefined, only29)).toContain("docker-ce=5:29.3.1-1~ubuntu.24.04~noble ");
  });

  it.each(["30", "24", "28.30", "2"])("asked for %s finds none that RKE works with", (prefix) => {
    expect(chosen(prefix)).toBe("");
  });
});
