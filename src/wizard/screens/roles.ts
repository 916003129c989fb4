import type { Role } from "../../core/cluster.ts";
import { breakTo, windowAround } from "./cut.ts";
import { isEnter, type Key, type Room, type Screen } from "./screen.ts";

/** One machine of the grid. */
export interface RoleRow {
  readonly name: string;
  /** Its size in a few words. */
  readonly about: string;
  readonly roles: readonly Role[];
  readonly because: string;
}

/** What the grid is left with: all roles, in the order of the rows; or the wish to call a machine otherwise. */
export type RolesAnswer =
  | { readonly kind: "roles"; readonly roles: readonly (readonly Role[])[] }
  | { readonly kind: "rename"; readonly index: number; readonly roles: readonly (readonly Role[])[] };

/** The grid that is asked. */
export interface RolesQuestion {
  readonly help: readonly string[];
  readonly rows: readonly RoleRow[];
  /** Roles to begin with, where they were changed before. */
  readonly current: readonly (readonly Role[])[];
  /** What is wrong with the roles as they are; undefined: nothing. */
  readonly complaint: (roles: readonly (readonly Role[])[]) => string | undefined;
}

interface Grid {
  readonly row: number;
  readonly column: number;
  readonly roles: readonly (readonly Role[])[];
  /** Enter was pressed although something is wrong. */
  readonly insisted: boolean;
}

const columns: readonly Role[] = ["controlplane", "etcd", "worker"];

/** The roles as one set, in their own order. */
function toggle(own: readonly Role[], role: Role): readonly Role[] {
  return columns.filter((each) => (each === role ? !own.includes(role) : own.includes(each)));
}

function pressed(grid: Grid, { name }: Key, rows: readonly RoleRow[]): Grid {
  const last = rows.length - 1;
  const { row, column, roles } = grid;
  const role = columns[column];
  if (name === "up" || name === "k") return { ...grid, row: Math.max(0, row - 1) };
  if (name === "down" || name === "j") return { ...grid, row: Math.min(last, row + 1) };
  if (name === "pageup") return { ...grid, row: Math.max(0, row - 10) };
  if (name === "pagedown") return { ...grid, row: Math.min(last, row + 10) };
  if (name === "left" || name === "h") return { ...grid, column: Math.max(0, column - 1) };
  if (name === "right" || name === "l") return { ...grid, column: Math.min(columns.length - 1, column + 1) };
  if (name === "r") return { ...grid, roles: rows.map((each) => each.roles), insisted: false };
  if (name !== "space" || role === undefined) return grid;
  return { ...grid, insisted: false, roles: roles.map((own, index) => (index === row ? toggle(own, role) : own)) };
}

/** All machines with their roles on one screen. */
export function rolesScreen({ help, rows, current, complaint }: RolesQuestion): Screen<Grid, RolesAnswer> {
  return {
    title: "What shall each machine do?",
    help,
    keys: "↑↓←→ move · space change · n rename · r as proposed · enter accept",
    typing: "none",
    alone: true,
    start: { row: 0, column: 0, roles: current, insisted: false },
    press: (grid, key) => {
      if (key.name === "n") return { answer: { kind: "rename", index: grid.row, roles: grid.roles } };
      if (!isEnter(key)) return { state: pressed(grid, key, rows) };
      if (complaint(grid.roles) !== undefined) return { state: { ...grid, insisted: true } };
      return { answer: { kind: "roles", roles: grid.roles } };
    },
    draw: (grid, _, room) => draw(grid, rows, complaint(grid.roles), room),
    summary: (answer) => (answer.kind === "rename" ? `rename ${rows[answer.index]?.name}` : counted(answer.roles)),
  };
}

function counted(roles: readonly (readonly Role[])[]): string {
  const count = (role: Role) => roles.filter((own) => own.includes(role)).length;
  return columns.map((role) => `${count(role)} ${role}`).join(", ");
}

function draw(grid: Grid, rows: readonly RoleRow[], wrong: string | undefined, room: Room): readonly string[] {
  const { paint } = room;
  const wide = room.columns >= 60;
  const nameWidth = Math.min(24, Math.max(4, ...rows.map(({ name }) => name.length)));
  const titles = wide ? columns.map((role) => role.padEnd(13)) : ["cp ", "et ", "wk "];
  const notes = notesOn(rows[grid.row], grid.insisted, wrong, room);
  const { from, to } = windowAround(grid.row, rows.length, room.rows - 2 - notes.length);
  const lines = rows.slice(from, to).map((row, offset) => {
    const index = from + offset;
    const cells = columns.map((role, column) => {
      const on = grid.roles[index]?.includes(role) === true ? paint.green("◉") : "◯";
      const here = index === grid.row && column === grid.column;
      return `${here ? paint.cyan("❯") : " "}${on}${" ".repeat(wide ? 11 : 1)}`;
    });
    return `  ${row.name.slice(0, nameWidth).padEnd(nameWidth)} ${cells.join("")}${paint.dim(row.about)}`;
  });
  const more = rows.length > to - from ? paint.dim(`  machines ${from + 1} to ${to} of ${rows.length}`) : undefined;
  return [
    paint.dim(`  ${" ".repeat(nameWidth)}  ${titles.join("")}`),
    ...lines,
    ...(more === undefined ? [] : [more]),
    ...notes,
  ];
}

/** What is wrong with the roles, in red once somebody would have it so; else why this machine's were proposed. */
function notesOn(
  row: RoleRow | undefined,
  insisted: boolean,
  wrong: string | undefined,
  room: Room,
): readonly string[] {
  const { paint, columns: width } = room;
  if (wrong === undefined) return row === undefined ? [] : breakTo(`${row.name}: ${row.because}`, width).map(paint.dim);
  if (insisted) return breakTo(wrong, width).map(paint.red);
  return breakTo(wrong, width, "! ").map((line) => line.replace(/^!/, paint.yellow("!")));
}
