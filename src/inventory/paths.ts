import { join, resolve } from "node:path";
import type { Path } from "./mistake.ts";

/** Where an inventory's paths start. Both absolute. */
export interface Bases {
  /** The inventory's own folder. */
  readonly folder: string;
  /** The operator's home. */
  readonly home: string;
}

/** Where the paths of a file start, by the place at which one is written: extended files have folders of their own. */
export type BasesOf = (path: Path) => Bases;

/** A file's path as an inventory writes it, made absolute: `~` is home, relative ones start at the inventory. */
export function filePath(path: string, { folder, home }: Bases): string {
  if (path === "~") return home;
  return path.startsWith("~/") ? join(home, path.slice(2)) : resolve(folder, path);
}

/** A program: one with a slash is a path, any other is a name that is looked up in PATH. */
export function programPath(program: string, bases: Bases): string {
  return program.includes("/") ? filePath(program, bases) : program;
}

/** A chart: a URL stays one, a folder becomes absolute. */
export function chartPath(chart: string, bases: Bases): string {
  return /^(\.{0,2}|~)\//.test(chart) ? filePath(chart, bases) : chart;
}

/** A reference to a secret: `file:` becomes absolute, the others stay. */
export function secretReference(reference: string, bases: Bases): string {
  return reference.startsWith("file:") ? `file:${filePath(reference.slice("file:".length), bases)}` : reference;
}
