import { describe, expect, it } from "vitest";
import { joinSh, quote, Sh, sh } from "../../src/core/shell.ts";

describe("quote", () => {
  it("refuses a NUL byte, which no argument can carry", () => {
    expect(() => quote("a\0b")).toThrow(RangeError);
  });

  it("takes every character that the shell would read out of its hands", () => {
    expect(quote("it's $(id)\n\\")).toBe("'it'\\''s $(id)\n\\'");
    expect(quote("")).toBe("''");
  });

  it("leaves plain words readable", () => {
    expect(quote("/etc/apt/sources.list")).toBe("/etc/apt/sources.list");
    expect(quote("a=b,c:d@e+f-g_h.i")).toBe("a=b,c:d@e+f-g_h.i");
  });
});

describe("the sh tag", () => {
  it("quotes values, joins arrays as words, and takes Sh as it is", () => {
    expect(sh`cat ${"a b"} ${["c d", "e"]} ${3} ${sh`| sort`}`.text).toBe("cat 'a b' 'c d' e 3 | sort");
  });

  it("takes its text raw, so that printf and awk see their backslashes", () => {
    expect(sh`printf '%s\n' ${"x"}`.text).toBe("printf '%s\\n' x");
  });
});

describe("joinSh", () => {
  it("puts commands one after the other, or glues them", () => {
    expect(joinSh([sh`a`, sh`b`]).text).toBe("a\nb");
    expect(joinSh([Sh.trusted("a"), sh`b`], " && ").text).toBe("a && b");
  });
});
