import type { Paint } from "../../view/paint.ts";
import type { Pasted, PastedHost, Refused } from "../hosts/pasted-host.ts";
import { breakTo } from "./cut.ts";
import { isEnter, type Key, type Pressed, type Screen } from "./screen.ts";

/** The machines as they were named, or the wish to pick from ~/.ssh/config, or to read a file. */
export type HostsAnswer =
  | { readonly kind: "hosts"; readonly hosts: readonly PastedHost[] }
  | { readonly kind: "pick"; readonly hosts: readonly PastedHost[] }
  | { readonly kind: "file"; readonly path: string; readonly hosts: readonly PastedHost[] };

/** All forms in which machines may be named. */
const forms = "addresses, names, 10.0.0.11-14, gpu-[01-16].lan, 10.0.0.0/28, CSV, hosts files, @file";

function warning(text: string, columns: number, paint: Paint): readonly string[] {
  return breakTo(text, columns, "! ").map((line) => line.replace(/^!/, paint.yellow("!")));
}

/** The question for the machines. */
export interface HostsQuestion {
  readonly help: readonly string[];
  readonly current: readonly PastedHost[];
  readonly refused: readonly Refused[];
  /** How many entries of ~/.ssh/config could be picked. */
  readonly pickable: number;
  readonly read: (text: string) => Pasted;
  readonly placeOf: (host: PastedHost) => string;
  /** Told at once of every machine that is named or taken back, so that it can be connected to meanwhile. */
  readonly changed: (hosts: readonly PastedHost[]) => void;
}

interface Named {
  readonly hosts: readonly PastedHost[];
  readonly refused: readonly Refused[];
  readonly note: string | undefined;
  /** Lines of a text that is being pasted. */
  readonly pasted: readonly string[];
}

/** The machines with those of a text added. */
function added(state: Named, text: string, { read, placeOf }: HostsQuestion): Named {
  const found = read(text);
  const there = new Set(state.hosts.map(placeOf));
  const fresh = found.hosts.filter((host) => !there.has(placeOf(host)));
  const twice = found.hosts.length - fresh.length;
  const note = twice > 0 ? `${twice === 1 ? "One was" : `${twice} were`} named already.` : undefined;
  return { hosts: [...state.hosts, ...fresh].slice(0, 1000), refused: found.refused, note, pasted: [] };
}

/** `-10.0.0.5`, `-gpu[1-3]`, `-a, -b`: taken back. */
function without(state: Named, text: string, { read, placeOf }: HostsQuestion): Named {
  const gone = read(text);
  const names = new Set(gone.hosts.map(({ address }) => address));
  const places = new Set(gone.hosts.map(placeOf));
  const kept = state.hosts.filter(
    (host) => !places.has(placeOf(host)) && !names.has(host.name ?? "") && !names.has(host.address),
  );
  const count = state.hosts.length - kept.length;
  return {
    hosts: kept,
    refused: [],
    note: count === 0 ? `${text} is not among them.` : `${count} taken back.`,
    pasted: [],
  };
}

function enter(state: Named, key: Key, text: string, question: HostsQuestion): Pressed<Named, HostsAnswer> {
  const line = text.trim();
  const { hosts } = state;
  if (line === "" && key.quick) return { state };
  if (line === "" && hosts.length > 0) return { answer: { kind: "hosts", hosts } };
  if (line === "") return { state: { ...state, note: "Name at least one machine." } };
  if (line.startsWith("@")) return { answer: { kind: "file", path: line.slice(1).trim(), hosts } };
  if (/^-\S/.test(line)) return told(without(state, line.replaceAll(/(^|[\s,;])-(?=\S)/g, "$1"), question), question);
  return told(added(state, line, question), question);
}

function told(state: Named, { changed }: HostsQuestion): Pressed<Named, HostsAnswer> {
  changed(state.hosts);
  return { state, text: "" };
}

function press(state: Named, key: Key, text: string, question: HostsQuestion): Pressed<Named, HostsAnswer> {
  if (key.name === "paste-line") return { state: { ...state, pasted: [...state.pasted, text] }, text: "" };
  if (key.name === "tab" && question.pickable > 0) return { answer: { kind: "pick", hosts: state.hosts } };
  if (key.name === "paste-end" && state.pasted.length > 0)
    return told(added(state, [...state.pasted, text].join("\n"), question), question);
  if (isEnter(key)) return enter(state, key, text, question);
  return { state: { ...state, note: text === "" ? state.note : undefined } };
}

/** Machines, typed or pasted line by line; each is shown and connected to as soon as its line is there. */
export function hostsScreen(question: HostsQuestion): Screen<Named, HostsAnswer> {
  return {
    title: "Which machines?",
    help: question.help,
    keys: question.pickable > 0 ? "enter add · empty line: done · tab ~/.ssh/config" : "enter add · empty line: done",
    typing: "text",
    start: { hosts: question.current, refused: question.refused, note: undefined, pasted: [] },
    press: (state, key, text) => press(state, key, text, question),
    draw: ({ hosts, refused, note, pasted }, _, { paint, rows, columns }) => {
      const shown = refused.slice(0, Math.max(1, Math.min(4, rows - 6)));
      return [
        ...(hosts.length === 0 && pasted.length === 0 ? breakTo(forms, columns).map(paint.dim) : []),
        ...(pasted.length > 0 ? [paint.dim(`  ${pasted.length} lines pasted`)] : []),
        ...(note === undefined ? [] : warning(note, columns, paint)),
        ...shown.flatMap(({ text, why }) => warning(`not taken: ${text} ${why}`, columns, paint)),
        ...(refused.length > shown.length ? [`  and ${refused.length - shown.length} more that name no machine`] : []),
      ];
    },
    summary: ({ hosts, kind }) =>
      kind === "hosts" ? `${hosts.length}` : kind === "pick" ? "from ~/.ssh/config" : "from a file",
  };
}
