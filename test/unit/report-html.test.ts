import { describe, expect, it } from "vitest";
import { html, htmlText, trusted } from "../../src/view/report/html.ts";

const attacks = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  "</style><style>*{display:none}",
  "</title><svg/onload=alert(1)>",
  "&lt;b&gt;",
  "]]><!--",
  "javascript:alert(1)",
];

describe("html", () => {
  it("keeps the template as it is written", () => {
    expect(htmlText(html`<p class="a">x &amp; y</p>`)).toBe('<p class="a">x &amp; y</p>');
  });

  it.each(attacks)("makes nothing of what a host said but text: %s", (attack) => {
    const text = htmlText(html`<p title="${attack}">${attack}</p>`);
    expect(text.match(/[<>]/g)).toEqual(["<", ">", "<", ">"]);
    expect(text.match(/"/g)).toHaveLength(2);
    expect(text).not.toContain("'");
  });

  it("can be read back to what was said", () => {
    const said = `a & b < c > d "e" 'f'`;
    const back: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
    expect(htmlText(html`${said}`).replace(/&(#?\w+);/g, (_, name: string) => back[name] ?? "?")).toBe(said);
  });

  it("shows numbers, leaves out undefined, joins lists", () => {
    const items = [1, 2].map((one) => html`<li>${one}</li>`);
    expect(htmlText(html`<ul>${items}${undefined}${[undefined]}</ul>`)).toBe("<ul><li>1</li><li>2</li></ul>");
  });

  it("does not escape twice what was made by it already", () => {
    const inner = html`<b>${"<"}</b>`;
    expect(htmlText(html`<p>${inner}</p>`)).toBe("<p><b>&lt;</b></p>");
  });

  it("does not take data for HTML that only looks like it", () => {
    const spoof: unknown = JSON.parse('{"markup":"<b>x</b>"}');
    // What JSON can hold has no symbol, so it cannot pass for HTML.
    expect(htmlText(html`${spoof as string}`)).not.toContain("<b>");
  });

  it.each([
    ["a bidi override", "a\u202eb", "a\\u202eb"],
    ["a zero-width space", "a\u200bb", "a\\u200bb"],
    ["an escape", "\u001b[31mred\u001b[0m", "red"],
    ["a bell", "a\u0007", "a\\x07"],
    ["a null", "a\u0000", "a\\x00"],
    ["a lone surrogate", "a\ud800", "a\\ud800"],
  ])("shows %s as what it is", (_, said, shown) => {
    expect(htmlText(html`${said}`)).toBe(shown);
  });

  it("keeps the lines of a text", () => {
    expect(htmlText(html`<pre>${"a\nb\r\nc"}</pre>`)).toBe("<pre>a\nb\nc</pre>");
  });

  it("leaves umlauts, other scripts and emoji alone", () => {
    expect(htmlText(html`${"Zürich 東京 🚀"}`)).toBe("Zürich 東京 🚀");
  });

  it("passes on what we vouch for", () => {
    expect(htmlText(html`<style>${trusted("a > b { color: red }")}</style>`)).toBe(
      "<style>a > b { color: red }</style>",
    );
  });
});
