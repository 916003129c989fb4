import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { type Sh, sh } from "../../src/core/shell.ts";
import { noteAdded } from "../../src/steps/apt/added-packages.ts";
import { backUpOnce } from "../../src/steps/files/backup.ts";
import { undoFiles } from "../../src/steps/undo/files.ts";
import { rememberOnce } from "../../src/steps/undo/remember.ts";
import { caseHost } from "../cases/steps.ts";
import { testFolder } from "../test-folder.ts";

const dir = testFolder("through");
const [file, log] = [join(dir, "file"), join(dir, "log")];

/** Runs it on a machine whose `sync` and `mv` write down what they are given, whose `sync` fails, and where Drover's place is here. */
function run(script: Sh): string {
  const input = `PATH=${dir}:$PATH\n${script.text}`.replaceAll("/var/lib/drover", join(dir, "kept"));
  const { status, stderr } = spawnSync("/bin/sh", ["-s"], { input, encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return readFileSync(log, "utf8");
}

/** The file is written to the disk, as it is, before it gets its name. */
const inOrder = (text: string) => new RegExp(`^sync (\\S+): ${text}\nmv \\1 \\S+\n$`);

beforeEach(() => {
  writeFileSync(log, "");
  writeFileSync(file, "text");
  writeFileSync(
    join(dir, "sync"),
    `#!/bin/sh\nfor f; do :; done; printf 'sync %s: ' "$f" >>${log}; tr '\\n' ' ' <"$f" >>${log}; echo >>${log}; exit 1\n`,
    { mode: 0o755 },
  );
  const last = 'while [ $# -gt 2 ]; do shift; done; echo "mv $1 $2"';
  writeFileSync(join(dir, "mv"), `#!/bin/sh\n/bin/mv "$@"; { ${last}; } >>${log}\n`, { mode: 0o755 });
  writeFileSync(join(dir, "dpkg-query"), "#!/bin/sh\nprintf 'ii |a\\nii |b\\n'\n", { mode: 0o755 });
});

describe("what must outlive a power cut is written through, wherever the disk can do that", () => {
  it("the original of a file, and that there was none", () => {
    expect(run(backUpOnce(file))).toMatch(inOrder("text"));
    writeFileSync(log, "");
    expect(run(backUpOnce(join(dir, "none")))).toMatch(inOrder(""));
  });

  it("how something was before", () => {
    expect(run(rememberOnce("sysctl", "vm.swappiness", sh`echo 60`))).toMatch(inOrder("60 "));
  });

  it("which packages there were", () => {
    expect(
      run(sh`${noteAdded}
packages_before`),
    ).toMatch(inOrder("a b "));
  });

  it("a file that is put back, before its backup goes", () => {
    rmSync(join(dir, "kept"), { recursive: true });
    run(backUpOnce(file));
    writeFileSync(file, "by Drover");
    const there = `${file.replaceAll("/", "%2F")}\t1\nend\n`;
    const kept = undoFiles().probes(caseHost)["kept"]?.parse({ code: 0, stdout: there, stderr: "" });
    const decision = undoFiles().decide({ kept }, caseHost);
    const [first] = decision.kind === "change" ? (decision.changes[0]?.actions ?? []) : [];
    writeFileSync(log, "");
    expect(run(first?.kind === "run" ? first.sh : sh`exit 1`)).toMatch(inOrder("text"));
  });
});
