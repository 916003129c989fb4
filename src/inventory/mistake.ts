/** Where in an inventory: keys and list positions, from the top. */
export type Path = readonly (string | number)[];

/** One thing that is wrong. The message continues the path: "hosts[1].roles: " + message. Never holds a secret. */
export interface Mistake {
  readonly path: Path;
  readonly message: string;
}

/** A path as people write it: `hosts[1].labels["a.b/c"]`; the whole file is "". */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    if (!/^[A-Za-z_][\w-]*$/.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === "" ? part : `${text}.${part}`;
  }, "");
}

/** A value as a message may quote it: one line, no control characters, cut when long. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The value at a path of a parsed file; undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((part, key) => {
    if (typeof part !== "object" || part === null || !Object.hasOwn(part, key)) return undefined;
    return Reflect.get(part, key);
  }, value);
}
