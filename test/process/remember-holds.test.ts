import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { installDockerCe } from "../../src/steps/docker/docker-ce-scripts.ts";
import { rememberHolds } from "../../src/steps/undo/remember.ts";
import { testFolder } from "../test-folder.ts";

// dpkg and apt-mark are doubles that keep their holds in a file, and apt one that forgets them where it installs, as apt does.

function hostWith(...held: readonly string[]) {
  const dir = testFolder("holds");
  const holds = join(dir, "held");
  writeFileSync(holds, held.map((name) => `${name}\n`).join(""));
  const mark = `#!/bin/sh
case $1 in hold) shift; printf '%s\\n' "$@" >>${holds} ;; esac
`;
  writeFileSync(join(dir, "apt-mark"), mark, { mode: 0o755 });
  // Want and state as dpkg-query(1) abbreviates them, and the name.
  const query = `#!/bin/sh\nsed 's/^/hi |/' ${holds}\necho 'ii |bash'\n`;
  writeFileSync(join(dir, "dpkg-query"), query, { mode: 0o755 });
  writeFileSync(join(dir, "dpkg"), "#!/bin/sh\necho amd64\n", { mode: 0o755 });
  writeFileSync(join(dir, "apt-cache"), "#!/bin/sh\necho ' docker-ce | 5:28.5.1-1 | here'\n", { mode: 0o755 });
  const run = (script: string, installs = "") => {
    const install = `install() { : >${holds}; ${installs}\n}`;
    const input = `PATH=${dir}:$PATH\nsystemctl() { :; }\nupdate() { :; }\n${install}\n${script}`;
    const { status } = spawnSync("/bin/sh", ["-s"], {
      input: input.replaceAll("/var/lib/drover", `${dir}/kept`),
      encoding: "utf8",
    });
    return status;
  };
  const before = join(dir, "kept/before");
  return {
    run,
    remembered: () => (existsSync(before) ? readdirSync(before).toSorted() : []),
    held: () => readFileSync(holds, "utf8").trim().split("\n").toSorted(),
  };
}

describe("packages that are held from now on", () => {
  it("are remembered, each once, but for those that somebody held before", () => {
    const { run, remembered } = hostWith("docker-ce-cli", "docker-ce-rootless-extras");
    const script = rememberHolds(["docker-ce", "docker-ce-cli", "containerd.io"]).text;
    for (const _ of [1, 2]) expect(run(script)).toBe(0);
    expect(remembered()).toEqual(["hold:containerd.io", "hold:docker-ce"]);
  });

  it("are known by dpkg's name, which tells the architecture of some", () => {
    const { run, remembered } = hostWith("libnvidia-container1:amd64", "libcuda1:i386");
    const names = ["libnvidia-container1", "libcuda1", "libcuda1:i386", "libnvidia-container1:amd64"];
    expect(run(rememberHolds(names).text)).toBe(0);
    expect(remembered()).toEqual(["hold:libcuda1"]);
  });

  it("stay remembered where they are Drover's own holds", () => {
    const host = hostWith();
    const script = `${rememberHolds(["docker-ce"]).text}\napt-mark hold docker-ce\n`;
    for (const _ of [1, 2]) expect(host.run(script)).toBe(0);
    expect(host.remembered()).toEqual(["hold:docker-ce"]);
  });

  it("are looked at before apt installs, which forgets holds", () => {
    const { run, remembered, held } = hostWith("containerd.io");
    expect(run(installDockerCe("28").text)).toBe(0);
    expect(remembered()).toEqual(["hold:docker-ce", "hold:docker-ce-cli"]);
    expect(held()).toEqual(["containerd.io", "docker-ce", "docker-ce-cli"]);
  });

  it("are not held where the installation fails", () => {
    const { run, held } = hostWith();
    expect(run(installDockerCe("28").text, "return 1")).toBe(1);
    expect(held()).toEqual([""]);
  });
});
