import { describe, expect, it } from "vitest";
import type { Failure } from "../../src/core/events.ts";
import { renderError } from "../../src/view/error.ts";
import { commonWords, reasonOf } from "../../src/view/reason.ts";

const shape = { color: false, width: 100, journal: undefined };
const refused = (host: string, address: string): Failure => ({
  code: "ssh/unreachable",
  message: `${address} port 22 refuses the connection`,
  host,
  remedy: `Check that ${host} is up.`,
  details: [],
});

describe("failures of several hosts with one reason", () => {
  it("are one error with a list of hosts, whatever their addresses are", () => {
    const text = renderError([refused("a", "10.0.0.1"), refused("b", "10.0.0.2"), refused("c", "10.0.0.3")], shape);
    expect(text.match(/^Error /gm)).toHaveLength(1);
    expect(text).toBe(
      [
        "Error ssh/unreachable: ... port 22 refuses the connection",
        "  where:  a, b, c",
        "  on a:",
        "    | 10.0.0.1 port 22 refuses the connection",
        "  on b:",
        "    | 10.0.0.2 port 22 refuses the connection",
        "  on c:",
        "    | 10.0.0.3 port 22 refuses the connection",
        "  to do:  Check that ... is up.",
        "",
      ].join("\n"),
    );
  });

  it("of a hundred hosts stay a few lines", () => {
    const failures = Array.from({ length: 100 }, (_, index) => refused(`h${index}`, `10.0.0.${index}`));
    const text = renderError(failures, shape);
    expect(text.match(/^Error /gm)).toHaveLength(1);
    expect(text).toContain("and of 97 more in the journal");
    for (const { host } of failures) expect(text).toMatch(new RegExp(`\\b${host}\\b`));
  });

  it("with another step, code or reason stay apart", () => {
    const one = refused("a", "10.0.0.1");
    const others: readonly Failure[] = [
      { ...one, host: "b", step: "os/swap" },
      { ...one, host: "b", code: "ssh/timeout" },
      { ...one, host: "b", message: "10.0.0.2 port 22 does not answer" },
    ];
    for (const other of others) expect(renderError([one, other], shape).match(/^Error /gm)).toHaveLength(2);
  });

  it("of one host stay as they are, name and address included", () => {
    expect(renderError([refused("a", "10.0.0.1")], shape)).toContain("Error ssh/unreachable: 10.0.0.1 port 22 refuses");
  });

  it("with the same words are told in those words", () => {
    const full = { code: "host/disk-full", message: "the disk is full", remedy: "r", details: ["x"] } as const;
    expect(
      renderError(
        [
          { ...full, host: "a" },
          { ...full, host: "b" },
        ],
        shape,
      ),
    ).not.toContain("...");
  });
});

describe("a reason", () => {
  it("does not hang on a host's name, its address or its key", () => {
    const key = (host: string, address: string, print: string) =>
      reasonOf({ ...refused(host, address), message: `the key of ${address} (${host}) is SHA256:${print}` });
    expect(key("a", "10.0.0.1", "abc+/=")).toBe(key("bb", "192.168.7.99", "xyz"));
  });

  it.each([
    [["one"], "one"],
    [[], ""],
    [["a b c", "a x c"], "a ... c"],
    [["a b c", "a b"], "a b c"],
    [["same", "same", "same"], "same"],
  ])("of %j is said as %j", (texts, said) => expect(commonWords(texts)).toBe(said));
});
