import { spawnSync } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { RunAction } from "../../src/core/step.ts";
import { fromDistribution, installDockerIo } from "../../src/steps/docker/from-distribution.ts";
import { testFolder } from "../test-folder.ts";

let bin: string;
beforeEach(() => {
  bin = testFolder("docker-io");
});

/** What is to be done on a host that never fetched apt's lists. */
function installation(): RunAction {
  const decision = fromDistribution({ packages: [], candidate: undefined, client: false });
  const action = decision?.kind === "change" ? decision.changes[0]?.actions[0] : undefined;
  if (action?.kind !== "run") throw new Error("nothing is run");
  return action;
}

/** Runs the choice for real where apt, once it has fetched its lists, would install this version; all that would change something is a double. */
function tried(candidate: string, { fetched = true, client = "" } = {}) {
  const policy = (name: string, version: string) =>
    `${name}:\n  Installed: (none)\n  Candidate: ${version}\n  Version table:\n`;
  writeFileSync(
    join(bin, "later"),
    policy("docker.io", candidate) + (client === "" ? "" : policy("docker-cli", client)),
  );
  if (fetched) copyFileSync(join(bin, "later"), join(bin, "policy"));
  writeFileSync(join(bin, "apt-cache"), `#!/bin/sh\n[ "$1" = policy ] && cat ${bin}/policy 2>/dev/null\n`, {
    mode: 0o755,
  });
  const doubles = `PATH=${bin}:$PATH\nsystemctl() { :; }\nupdate() { echo update; cp ${bin}/later ${bin}/policy; }\ninstall() { echo "install $*"; }\n`;
  const { stdout, stderr, status } = spawnSync("/bin/sh", ["-s"], {
    input: doubles + installDockerIo.text,
    encoding: "utf8",
  });
  return { said: stdout.trim().split("\n"), stderr: stderr.trim(), status };
}

describe("the distribution's Docker, of which a host knows nothing before it has fetched apt's lists", () => {
  it.each(["26.1.5+dfsg1-9+b9", "28.2.2-0ubuntu1~24.04.1", "25.0.0-1", "29.1.3+dfsg-1", "1:28.2.2-1"])(
    "is installed where it is %s",
    (candidate) => {
      expect(tried(candidate)).toEqual({
        said: ["update", "install --no-install-recommends docker.io apparmor"],
        stderr: "",
        status: 0,
      });
    },
  );

  it.each([
    ["20.10.24+dfsg1-1+deb12u1", "20.10.24"],
    ["20.10.5+dfsg1-1+deb11u2", "20.10.5"],
    ["24.0.7-0ubuntu4", "24.0.7"],
    ["1:24.0.7-1", "24.0.7"],
  ])("is not installed where it is %s, too old for RKE, and that is said", (candidate, version) => {
    const { said, stderr, status } = tried(candidate, { fetched: false });
    expect([said, status]).toEqual([["update"], 1]);
    const failure = installation().failures?.find(({ pattern }) => pattern.test(stderr));
    expect(failure?.message.replace("$1", failure.pattern.exec(stderr)?.[1] ?? "")).toBe(
      `The distribution's docker.io is ${version}, RKE needs Docker 25 or newer: nothing was installed`,
    );
    expect(failure?.remedy).toContain("docker.source: docker-ce");
  });

  it.each([
    [true, ["install --no-install-recommends docker.io apparmor docker-cli"]],
    [false, ["update", "install --no-install-recommends docker.io apparmor docker-cli"]],
  ])(
    "comes with its command where that is a package of its own; lists are fetched unless they tell (%s)",
    (fetched, said) => {
      expect(tried("26.1.5+dfsg1-9", { fetched, client: "26.1.5+dfsg1-9" }).said).toEqual(said);
    },
  );

  it("is left to apt where its lists have none", () => {
    expect(tried("(none)").said).toEqual(["update", "install --no-install-recommends docker.io apparmor"]);
  });
});
