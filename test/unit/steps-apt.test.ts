import { describe, expect, it } from "vitest";
import { sh } from "../../src/core/shell.ts";
import { aptAction } from "../../src/steps/apt/apt-install.ts";
import { aptProgress } from "../../src/steps/apt/apt-progress.ts";

/** The first known failure that an output shows, as run/ would find it. */
function explain(output: string) {
  const failure = aptAction(sh`:`).failures?.find(({ pattern }) => pattern.test(output));
  const [, one = "", two = ""] = failure?.pattern.exec(output) ?? [];
  return failure && { code: failure.code, message: failure.message.replace("$1", one).replace("$2", two) };
}

describe("the progress of apt", () => {
  it.each([
    ["dlstatus:7:50.0000:Retrieving file 7 of 12", "fetching packages", 0.15],
    ["dlstatus:23:100.0000:Retrieving file 23 of 40 (1s remaining)", "fetching packages", 0.3],
    ["pmstatus:dpkg-exec:0.0000:Running dpkg", "setting up packages", 0.3],
    ["pmstatus:docker.io:50.0000:Configuring docker.io (amd64)", "setting up packages", 0.65],
    ["pmstatus:libc6:amd64:100.0000:Installed libc6 (amd64)", "setting up packages", 1],
  ])("is read from %s", (line, phase, fraction) => {
    const progress = aptProgress(line);
    expect(progress?.phase).toBe(phase);
    expect(progress?.fraction).toBeCloseTo(fraction);
  });

  it("never leaves 0 to 1", () => {
    expect(aptProgress("pmstatus:x:250.0:Odd")?.fraction).toBe(1);
  });

  it("says that it waits for somebody else's lock", () => {
    const line =
      "Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (apt-get)";
    expect(aptProgress(line)).toEqual({ phase: "waiting for apt-get (process 812) to end its package installation" });
    expect(aptProgress("Waiting for cache lock")).toEqual({ phase: "waiting for another package installation to end" });
  });

  it.each(["", "Setting up runc (1.1.15+ds1-2+b4) ...", "pmstatus:", "dlstatus:1:x:y", "Fetched 161 kB in 0s"])(
    "is silent about %j",
    (line) => expect(aptProgress(line)).toBeUndefined(),
  );
});

describe("a failure of apt", () => {
  it.each([
    ["E: You don't have enough free space in /var/cache/apt/archives/.", "host/disk-full"],
    [
      "dpkg: error processing archive /x.deb (--unpack):\n cannot copy extracted data: No space left on device",
      "host/disk-full",
    ],
    ["E: Unable to locate package docker.io", "step/action-failed"],
  ])("is known: %s", (output, code) => {
    expect(explain(output)?.code).toBe(code);
  });

  it("of a wrong clock says so, with how wrong it is", () => {
    const early =
      "E: Release file for http://deb.debian.org/debian/dists/trixie/InRelease is not valid yet (invalid for another 1d 2h 3min 4s). Updates for this repository will not be applied.";
    expect(explain(early)?.message).toContain("clock is behind");
    expect(explain(early)?.message).toContain("1d 2h 3min 4s");
    const late = early.replace("not valid yet (invalid for another", "expired (invalid since");
    expect(explain(late)?.message).toContain("ran out 1d 2h 3min 4s ago");
  });

  it("of a wrong clock says so too where sqv sees signatures of the future, whatever apt then says of them", () => {
    const said = (
      words: string,
    ) => `W: OpenPGP signature verification failed: http://deb.debian.org/debian trixie InRelease: Sub-process /usr/bin/sqv returned an error code (1), error message is: ${words}
E: The repository 'http://deb.debian.org/debian trixie InRelease' is not signed.`;
    const early = explain(said("Verifying signature:            Not live until 2026-09-12T07:26:18Z"));
    expect(early?.message).toBe(
      "The host's clock is behind: by it, the package lists were signed in the future (2026-09-12T07:26:18Z)",
    );
    const other = explain(
      said("Missing key 4CB50190207B4758A3F73A796ED0E7B82643E131, which is needed to verify signature."),
    );
    expect(other?.message).toContain("cannot be trusted");
  });

  it("of a source without a key names it", () => {
    const output = "E: The repository 'https://x.example noble InRelease' is not signed.";
    expect(explain(output)?.message).toContain("https://x.example noble InRelease");
  });

  it("names who holds the lock", () => {
    const output =
      "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (unattended-upgr)\nE: Unable to acquire the dpkg frontend lock";
    expect(explain(output)?.message).toBe(
      "Another package installation (unattended-upgr, process 812) has not ended within ten minutes",
    );
  });

  it("names the mirror that cannot be resolved, rather than each package", () => {
    const output =
      "Err:1 http://deb.debian.org/debian trixie InRelease\n  Temporary failure resolving 'deb.debian.org'\nE: Failed to fetch http://deb.debian.org/x";
    expect(explain(output)?.message).toContain("cannot resolve deb.debian.org");
  });

  it.each([
    ["E: Unable to locate package docker-cli", "docker-cli"],
    ["E: Package 'docker.io' has no installation candidate", "docker.io"],
  ])("names the package that is not there: %s", (output, name) => {
    expect(explain(output)?.message).toBe(`The host's package sources do not have ${name}`);
  });

  it("is not seen where there is none", () => {
    expect(explain("0 upgraded, 0 newly installed, 0 to remove and 11 not upgraded.")).toBeUndefined();
  });
});

describe("work with apt", () => {
  const action = aptAction(sh`install ${["one", "two words"]}`);

  it("goes on when the line is cut, and is patient with locks", () => {
    expect(action.survivesDisconnect).toBe(true);
    expect(action.sh.text).toContain("DPkg::Lock::Timeout=600");
    expect(action.timeoutMs).toBeGreaterThanOrEqual(600_000);
  });

  it("asks nothing and keeps the configuration files of the customer", () => {
    expect(action.sh.text).toContain("DEBIAN_FRONTEND=noninteractive");
    expect(action.sh.text).toContain("--force-confold");
  });

  it("first finishes what was interrupted", () => {
    const text = action.sh.text;
    expect(text.indexOf("dpkg --configure -a")).toBeLessThan(text.indexOf("install one 'two words'"));
  });

  it("asks nothing either where dpkg finishes what was interrupted, which apt's own options do not reach", () => {
    expect(action.sh.text).toMatch(/dpkg --configure -a --force-confdef --force-confold [^\n]*<\/dev\/null/);
  });

  it("has its progress on a descriptor of its own, away from the packages' scripts", () => {
    expect(action.sh.text).toMatch(/APT::Status-Fd=5[\s\S]*"\$@" 5>&1/);
  });
});
