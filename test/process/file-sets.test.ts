import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Probe } from "../../src/core/probe.ts";
import { sh } from "../../src/core/shell.ts";
import { sourceFiles } from "../../src/steps/docker/other-sources.ts";
import { fileSetProbe } from "../../src/steps/files/file-set-probe.ts";
import { kernelModules } from "../../src/steps/os/kernel-modules.ts";
import { caseHost } from "../cases/steps.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drover-sets-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (path: string) => join(folder, path);

function file(path: string, text: string): void {
  mkdirSync(join(at(path), ".."), { recursive: true });
  writeFileSync(at(path), text);
}

/** What a host says whose root is the folder, as far as these paths go. */
function answered<T>({ sh: { text }, parse }: Probe<T>, ...paths: readonly string[]): T {
  const input = paths.reduce((script, path) => script.replaceAll(path, `${folder}${path}`), text);
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-s"], { input, encoding: "utf8" });
  return parse({ code: status ?? 1, stdout, stderr });
}

describe("the question after a set of files", () => {
  it("tells the text of each and where it really lies, also behind links of files and of folders", () => {
    file("usr/lib/x.d/10-a.conf", "a\n");
    file("etc/x.d/20 b.conf", "b");
    file("etc/x.d/30-empty.conf", "");
    symlinkSync("usr/lib", at("lib"));
    symlinkSync("../../usr/lib/x.d/10-a.conf", at("etc/x.d/40-link.conf"));
    symlinkSync("/dev/null", at("etc/x.d/50-masked.conf"));
    symlinkSync("/nowhere", at("etc/x.d/60-dangling.conf"));
    const found = answered(fileSetProbe(sh`/lib/x.d/*.conf /etc/x.d/*.conf /run/x.d/*.conf`), "/lib/x.d", "/etc/x.d");
    expect(found?.map(({ path, realPath, text }) => [path, realPath, text])).toEqual([
      [at("lib/x.d/10-a.conf"), at("usr/lib/x.d/10-a.conf"), "a\n"],
      [at("etc/x.d/20 b.conf"), at("etc/x.d/20 b.conf"), "b"],
      [at("etc/x.d/30-empty.conf"), at("etc/x.d/30-empty.conf"), ""],
      [at("etc/x.d/40-link.conf"), at("usr/lib/x.d/10-a.conf"), "a\n"],
      [at("etc/x.d/50-masked.conf"), "/dev/null", ""],
    ]);
  });

  it("is answered by none where nothing matches", () => {
    expect(answered(fileSetProbe(sh`/etc/x.d/*.conf`), "/etc/x.d")).toEqual([]);
  });
});

describe("the question after Docker's repository", () => {
  it("tells the files that apt reads and that name it, and no others", () => {
    const named = "deb https://download.docker.com/linux/debian trixie stable\n";
    file("etc/apt/sources.list", named);
    file("etc/apt/sources.list.d/docker.list", named);
    file("etc/apt/sources.list.d/debian.sources", "URIs: http://deb.debian.org/debian\n");
    file("etc/apt/sources.list.d/docker.sources", "URIs: https://download.docker.com/linux/debian\n");
    file("etc/apt/sources.list.d/docker.list.save", named);
    const found = answered(sourceFiles, "/etc/apt");
    expect(found?.map(({ path }) => path)).toEqual(
      ["", ".d/docker.list", ".d/docker.sources"].map((end) => at(`etc/apt/sources.list${end}`)),
    );
  });
});

describe("the question after kernel modules", () => {
  const { missing } = kernelModules(["nf-conntrack", "nvme_tcp", "loaded_one"]).probes(caseHost);

  it("finds those that are loaded, and those that the kernel brings, whichever dash their file has", () => {
    file("sys/module/overlay/refcnt", "1\n");
    file("proc/modules", "loaded_one 16384 0 - Live 0x0\nnvme_tcp_other 16384 0 - Live 0x0\n");
    file("lib/modules/6.1-x/modules.builtin", "kernel/net/bridge/br_netfilter.ko\nkernel/net/nf-conntrack.ko\n");
    file("proc/sys/kernel/osrelease", "6.1-x\n");
    const paths = ["/sys/module", "/proc/modules", "/proc/sys/kernel", "/lib/modules"];
    expect(missing && answered(missing, ...paths)).toEqual(["nvme_tcp"]);
  });

  it("finds none of them where the kernel says nothing", () => {
    const paths = ["/sys/module", "/proc/modules", "/lib/modules"];
    expect(missing && answered(missing, ...paths)).toHaveLength(5);
  });
});
