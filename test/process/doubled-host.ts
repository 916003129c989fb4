import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Probe, Result } from "../../src/core/probe.ts";
import { testFolder } from "../test-folder.ts";

/** What of a host is doubled: files in a folder, and programs. */
export type DoubledHost = ReturnType<typeof host>;

/** A host's files in a folder, and doubles of its programs, each of which writes down how it was called. */
export function host(programs: Readonly<Record<string, string>>) {
  const dir = testFolder("shared");
  mkdirSync(join(dir, "bin"));
  for (const [name, body] of Object.entries(programs)) {
    const script = `#!/bin/sh\necho "${name} $*" >>"${dir}/calls"\n${body}\n`;
    writeFileSync(join(dir, "bin", name), script, { mode: 0o755 });
  }
  const calls = () =>
    existsSync(join(dir, "calls")) ? readFileSync(join(dir, "calls"), "utf8").trim().split("\n") : [];
  const answer = ({ sh }: Probe<unknown>): Result => {
    const text = sh.text
      .replace(/PATH=\$PATH:[^;\n]+/, ":")
      .replaceAll(/\/(etc|run|usr|lib|var)\/(?=systemd|local|lib|dpkg|run|nftables|\$p)/g, `${dir}/$1/`);
    const { status, stdout, stderr } = spawnSync("/bin/sh", ["-s"], {
      input: text,
      encoding: "utf8",
      env: { PATH: `${dir}/bin:/usr/bin:/bin`, LC_ALL: "C" },
    });
    return { code: status ?? 1, stdout, stderr };
  };
  const file = (path: string, text = "") => {
    mkdirSync(join(dir, path, ".."), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  return { dir, answer, calls, file };
}
