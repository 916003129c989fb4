import { type Html, html } from "./html.ts";

/** How well something is. Shown by a word and a sign too, never by colour alone. */
export type Mood = "good" | "warn" | "bad" | "none";

const signs: Readonly<Record<Mood, string>> = { good: "✓", warn: "!", bad: "✗", none: "–" };

/** A word with its mood. */
export function badge(mood: Mood, text: string): Html {
  return html`<span class="badge ${mood}"><span aria-hidden="true">${signs[mood]}</span> ${text}</span>`;
}

/** A part of the page that the list of contents leads to. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

/** A section of the page with its heading. */
export function section({ id, title, body }: Section): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}
</section>
`;
}

/** A table with a caption for those who do not see it; the first cell of each row is its heading. Wide ones scroll by themselves. */
export function dataTable(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly (Html | string)[])[],
): Html {
  const columns = head.map((name) => html`<th scope="col">${name}</th>`);
  const body = rows.map(
    ([first = "", ...rest]) =>
      html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>\n`,
  );
  return html`<div class="scroll" role="group" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${columns}</tr></thead>
<tbody>
${body}</tbody></table></div>`;
}

/** Something that is opened by a click or Enter. */
export function folded(summary: Html | string, body: Html): Html {
  return html`<details><summary>${summary}</summary>
${body}
</details>
`;
}

/** A moment, for people in UTC and for programs. */
export function moment(ms: number): Html {
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace("T", " ")} UTC</time>`;
}
