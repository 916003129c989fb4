import { printable } from "../core/printable.ts";
import { quote } from "../core/shell.ts";
import type { CheckLine } from "./check-report.ts";
import { wrap } from "./wrap.ts";

/**
 * The fixes as one POSIX script for root: each host has a branch of its own, and `sh fixes.sh HOST` runs it.
 * What no command can do stands there as a comment. A host that was not reached, and so not checked, is told as such, and so is
 * one that is none of `hosts`. Nothing is run that a person did not choose. Pure.
 */
export function fixScript(
  results: readonly CheckLine[],
  hosts: readonly string[],
  notReached: readonly string[],
): string {
  const open = results.filter(({ verdict, fixedByUp }) => verdict === "found" && fixedByUp === undefined);
  const blocks = hosts.flatMap((host) =>
    hostBlock(
      host,
      open.filter((one) => one.hosts.includes(host)),
      !notReached.includes(host),
    ),
  );
  const told = new Set([...notReached, ...open.flatMap((one) => one.hosts)]);
  const well = hosts.filter((host) => !told.has(host));
  const cluster = open.filter((one) => one.hosts.length === 0);
  return [
    "#!/bin/sh",
    "# What drover check found, and how to put it right. Read it, then run it as root on each host: sh fixes.sh NAME",
    ...cluster.flatMap((one) => ["", ...comment(one)]),
    "",
    'host=$1; [ -n "$host" ] || host=$(hostname)',
    'case "$host" in',
    ...blocks,
    ...(well.length === 0 ? [] : [`(${well.map(quote).join("|")}) echo "nothing to do for $host" ;;`]),
    '*) echo "$host was not checked; give the name of a host as the inventory has it: sh fixes.sh NAME" >&2; exit 1 ;;',
    "esac",
    "",
  ].join("\n");
}

function hostBlock(host: string, findings: readonly CheckLine[], reached: boolean): readonly string[] {
  if (findings.length === 0 && reached) return [];
  const body = findings.flatMap((one) => [...comment(one), ...one.commands, ""]);
  const end = reached ? ":" : 'echo "$host could not be reached, and so was not checked" >&2; exit 1';
  return [`(${quote(host)})`, ...body, end, ";;"];
}

function comment({ check, severity, evidence, fix }: CheckLine): readonly string[] {
  return [
    ...wrap(`${check} (${severity}): ${printable(evidence)}`, { width: 100, first: "# " }),
    ...wrap(printable(fix), { width: 100, first: "# " }),
  ].map((line) => (line.startsWith("#") ? line : `# ${line.trimStart()}`));
}
