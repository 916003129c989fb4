import { printable } from "../../core/printable.ts";

const markup = Symbol("markup");

/** HTML that is safe to show: made by `html` only, so that nothing which a host said becomes markup. */
export interface Html {
  readonly [markup]: string;
}

/** What may stand in a template: texts and numbers are escaped, HTML stays, lists are joined, undefined is nothing. */
type Part = Html | string | number | undefined | readonly (Html | undefined)[];

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A template whose values are escaped for text and for quoted attributes, the only two places that it may have them in. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const joined = texts.map((text, index) => (index === 0 ? text : `${shown(parts[index - 1])}${text}`));
  return { [markup]: joined.join("") };
}

/** A text of ours that is HTML or CSS already, such as the style sheet of templates/. Never for what a host said. */
export function trusted(text: string): Html {
  return { [markup]: text };
}

/** The finished text. */
export function htmlText(value: Html): string {
  return value[markup];
}

function shown(part: Part): string {
  if (part === undefined) return "";
  if (typeof part === "string" || typeof part === "number") return escaped(String(part));
  return isHtml(part) ? part[markup] : part.map(shown).join("");
}

function isHtml(part: Html | readonly (Html | undefined)[]): part is Html {
  return !Array.isArray(part);
}

/** Bidi overrides and other characters that hide text are shown as what they are, as in a terminal. */
function escaped(text: string): string {
  const lines = text.split("\n").map(printable);
  return lines.join("\n").replace(/[&<>"']/g, (character) => escapes[character] ?? "");
}
