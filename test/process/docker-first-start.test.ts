import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { holdStart, letStart } from "../../src/steps/docker/first-start.ts";
import { testFolder } from "../test-folder.ts";

let dir: string;
beforeEach(() => {
  dir = testFolder("first-start");
  mkdirSync(join(dir, "bin"));
});

/** Runs it with the host's files under a folder and systemctl as a double, and tells what that was asked to do. */
function asked(script: string, hasUnit = false): string {
  const log = join(dir, "log");
  writeFileSync(log, "");
  const double = `#!/bin/sh\n[ "$1" != cat ] || exit ${hasUnit ? 0 : 1}\necho "$*" >>${log}\n`;
  writeFileSync(join(dir, "bin/systemctl"), double, { mode: 0o755 });
  const moved = script.replaceAll(/\/(var|etc|run)\//g, `${dir}/$1/`);
  const { status } = spawnSync("/bin/sh", ["-c", moved], { env: { PATH: `${join(dir, "bin")}:/usr/bin:/bin` } });
  expect(status).toBe(0);
  return readFileSync(log, "utf8").trim();
}

function put(path: string): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), "");
}

describe("a Docker that is new to a host", () => {
  const units = ["docker.service", "docker.socket"].map((name) => `run/systemd/system/${name}.d`);
  const held = () => units.map((folder) => existsSync(join(dir, folder)));

  it("is not started by its packages, nor by whoever knocks at its socket", () => {
    asked(holdStart.text);
    for (const folder of units) {
      const text = readFileSync(join(dir, folder, "drover-first-start.conf"), "utf8");
      expect(text).toMatch(/^\[Unit\]\n(#.*\n)?ConditionPathExists=!\/\n$/);
    }
  });

  it.each(["/var/lib/docker/overlay2", "/etc/docker/daemon.json"])(
    "is started by them where %s tells of an older one, which is asked what it keeps",
    (path) => {
      put(path);
      asked(holdStart.text);
      expect(held()).toEqual([false, false]);
    },
  );

  it("is started by them where systemd has a unit of that name, as of one that is only upgraded", () => {
    asked(holdStart.text, true);
    expect(held()).toEqual([false, false]);
  });

  it("may start once it is installed, also where the run that held it back was killed, and nothing of that stays", () => {
    expect(asked(letStart.text)).toBe("");
    asked(holdStart.text);
    expect(held()).toEqual([true, true]);
    expect(asked(letStart.text)).toBe("daemon-reload");
    expect(held()).toEqual([false, false]);
    expect(asked(letStart.text)).toBe("");
  });
});
