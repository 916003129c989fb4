import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { aptFunctions } from "../../src/steps/apt/apt-install.ts";
import { aptProgress } from "../../src/steps/apt/apt-progress.ts";
import { testFolder } from "../test-folder.ts";

let dir: string;
beforeEach(() => {
  dir = testFolder("apt");
  double("dpkg", "");
  double("apt-config", "");
  double("apt-get", aptGet);
});

const double = (name: string, body: string) => writeFileSync(join(dir, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });

/** A double of apt-get: the last option wins, and progress goes to the descriptor that it names, as with apt 3.0. */
const aptGet = `fd=-1 what=
for word; do
  case $word in APT::Status-Fd=*) fd=\${word#*=} ;; update | install) what=$word ;; esac
done
say() { if [ $fd -gt 0 ]; then eval "echo '$1' >&$fd"; fi; }
case $what in
  update) say "dlstatus:7:93.3333:Retrieving file 7 of 9"; echo "Get:4 http://deb.debian.org/debian trixie/main amd64 Packages [9678 kB]" ;;
  install)
    [ -e "$LISTS" ] || { : >"$LISTS"; exit 100; }
    say "dlstatus:1:4.0982:Retrieving file 1 of 2"; say "dlstatus:2:100.0000:Retrieving file 2 of 2"
    say "pmstatus:tcpdump:44.4444:Installing tcpdump (amd64)" ;;
esac`;

/** What is shown of a piece of work with apt, line by line. */
function phases(work: string) {
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", `${aptFunctions.text}\n${work}`], {
    encoding: "utf8",
    env: { PATH: `${dir}:/usr/bin:/bin`, LISTS: join(dir, "lists") },
  });
  return { status, stderr, shown: stdout.split("\n").flatMap((line) => aptProgress(line) ?? []) };
}

describe("what is fetched beside apt", () => {
  it("goes where apt goes: through its proxy, and past it to the hosts that apt reaches directly", () => {
    const dump = [
      'Acquire::http::Proxy "http://cache.lan:3142";',
      'Acquire::http::Proxy::mirror.lan "DIRECT";',
      'Acquire::https::Proxy::10.0.0.5 "DIRECT";',
      'Acquire::https::Proxy::other.lan "http://other.lan:1";',
      'Acquire::https::Proxy "DIRECT";',
    ];
    double(
      "apt-config",
      `case $* in "shell proxy Acquire::http::Proxy") echo "proxy='http://cache.lan:3142'" ;;
  "shell proxy Acquire::https::Proxy") echo "proxy='DIRECT'" ;;
  dump) printf '%s\\n' ${dump.map((line) => `'${line}'`).join(" ")} ;; esac`,
    );
    const script = `${aptFunctions.text}\necho "$http_proxy|$https_proxy|$no_proxy"`;
    const env = { PATH: `${dir}:/usr/bin:/bin` };
    expect(spawnSync("/bin/sh", ["-c", script], { encoding: "utf8", env }).stdout.trim()).toBe(
      "http://cache.lan:3142||mirror.lan,10.0.0.5",
    );
  });
});

describe("what is shown of work with apt", () => {
  it("begins to count with the packages: the lists that are read before do not fill the bar, which would then go back", () => {
    const { status, stderr, shown } = phases("install tcpdump");
    expect([status, stderr]).toEqual([0, ""]);
    expect(shown.map(({ phase }) => phase)).toEqual([
      "reading package lists",
      "fetching packages",
      "fetching packages",
      "setting up packages",
    ]);
    const fractions = shown.flatMap(({ fraction }) => fraction ?? []);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions[0]).toBeLessThan(0.05);
  });

  it("has no percent while lists are read", () => {
    expect(phases("update").shown).toEqual([{ phase: "reading package lists" }]);
  });
});
