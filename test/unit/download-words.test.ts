import { describe, expect, it } from "vitest";
import { publishedChecksum } from "../../src/download/published-checksum.ts";
import { whyNoFile, whyNotReached } from "../../src/download/web-answer.ts";

const [one, two] = ["1".repeat(64), "2".repeat(64)];

describe("a publisher's list of checksums", () => {
  it.each<[string, string, string | undefined]>([
    ["as sha256sum prints it", `${one}  rke\n${two}  helm\n`, one],
    ["of binary files", `${one} *rke\n`, one],
    ["made in another folder", `${two}  dist/rke.exe\n${one}  *dist/rke\n`, one],
    ["with a number alone", `${one}\n`, one],
    ["with a number alone and without an end of its line", one, one],
    ["in capitals", `${"A".repeat(64)}  rke`, "a".repeat(64)],
    ["with the ends of lines that Windows makes", `${two}  helm\r\n${one}  rke\r\n`, one],
    ["with words around it", `# sums of v1\n\n${one}  rke\n-- end\n`, one],
    ["that names it twice", `${one}  rke\n${two}  rke\n`, one],
    ["with its name as a part of others' alone", `${one}  rke_linux\n${two}  my-rke\n`, undefined],
    ["of one other file", `${one}  helm\n`, undefined],
    ["with two numbers alone, of which nobody knows whose they are", `${one}\n${two}\n`, undefined],
    ["of other checksums", `${"1".repeat(40)}  rke\n${"1".repeat(128)}  rke\n`, undefined],
    ["with a sum that is none", `${"g".repeat(64)}  rke\n`, undefined],
    ["that is a page", "<html><body>Sign in</body></html>", undefined],
    ["that is empty", "", undefined],
  ])("%s gives %3$s", (_, list, sum) => {
    expect(publishedChecksum(list, "rke")).toBe(sum);
  });
});

const answer = (status: number, type = "application/octet-stream", url = "https://a.test/x") => ({
  ok: status >= 200 && status < 300,
  status,
  url,
  headers: new Headers({ "content-type": type }),
});

describe("an answer of a web server", () => {
  it.each<[number, boolean]>([
    [301, false],
    [400, false],
    [401, false],
    [403, false],
    [404, false],
    [407, false],
    [408, true],
    [410, false],
    [429, true],
    [500, true],
    [501, false],
    [503, true],
    [599, false],
  ])("with %i is no file; that it may be one another time: %s", (status, passing) => {
    expect(whyNoFile("https://a.test/x", answer(status))).toEqual({ because: `it answers ${status}`, passing });
  });

  it.each(["text/html", "text/html; charset=utf-8"])("of the type %s is the login page of a network", (type) => {
    expect(whyNoFile("https://a.test/x", answer(200, type))?.because).toContain("web page");
  });

  it("is one where it is none of these, whatever it is called", () => {
    for (const type of ["", "text/plain", "application/gzip"])
      expect(whyNoFile("https://a.test/x", answer(200, type))).toBeUndefined();
  });

  it("is none that came without encryption where it was asked for with it", () => {
    const plain = answer(200, "text/plain", "http://a.test/x");
    expect(whyNoFile("https://a.test/x", plain)?.because).toContain("away from https");
    expect(whyNoFile("http://a.test/x", plain)).toBeUndefined();
  });
});

describe("a line that does not come about", () => {
  const coded = (code: string) => Object.assign(new Error("said by Node"), { code });

  it.each([
    ["ENOTFOUND", "its name is not known here"],
    ["ECONNREFUSED", "it takes no connection"],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "NODE_EXTRA_CA_CERTS"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "NODE_EXTRA_CA_CERTS"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "NODE_EXTRA_CA_CERTS"],
    ["CERT_HAS_EXPIRED", "the clock of this machine"],
    ["CERT_NOT_YET_VALID", "the clock of this machine"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "of another name"],
    ["EUNHEARDOF", "EUNHEARDOF"],
  ])("with %s is told in words: %s", (code, words) => {
    expect(whyNotReached(coded(code))).toContain(words);
    // As an aborted request and `fetch` hide it.
    expect(whyNotReached(new TypeError("fetch failed", { cause: coded(code) }))).toContain(words);
  });

  it("is told as too slow where time ran out, however deep that is said", () => {
    const late = new DOMException("The operation was aborted due to timeout", "TimeoutError");
    expect(whyNotReached(late)).toBe("it is too slow");
    expect(whyNotReached(new Error("aborted", { cause: late }))).toBe("it is too slow");
  });

  it("is told in its own words where it has no code, and is no crash where it is no error", () => {
    expect(whyNotReached(new Error("it stands still"))).toBe("it stands still");
    for (const odd of [undefined, null, 7, "gone", {}]) expect(whyNotReached(odd)).toBe(String(odd));
  });
});
