import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { certificateFault } from "../../src/addons/rancher/certificate.ts";
import { authority, leaf, renewedAuthority } from "../unit/support/certificates.ts";

// Real certificates, made by openssl for this run.
const root = authority("Our Root");
const middle = authority("Our Middle", root);
const server = leaf(middle, { names: ["rancher.example.org", "*.apps.example.org"] });
const chain = server.certificate + middle.certificate;
const good = { certificate: chain, key: server.key, ca: root.certificate };
const name = "rancher.example.org";
const year = 365 * 24 * 3600 * 1000;
const today = Date.now() + 60_000;

describe("a certificate", () => {
  it("is good with its key, its name, its dates, and a chain up to the authority", () => {
    expect(certificateFault(good, name, today)).toBeUndefined();
    expect(certificateFault(good, "x.apps.example.org", today)).toBeUndefined();
  });

  it("may bring the authority itself at the end of its chain", () => {
    expect(certificateFault({ ...good, certificate: chain + root.certificate }, name, today)).toBeUndefined();
  });

  it.each<[string, Partial<typeof good>, string, number, RegExp]>([
    ["another key", { key: middle.key }, name, today, /key does not belong/],
    ["an encrypted key", { key: encryptedKey() }, name, today, /encrypted with a passphrase/],
    ["a key that is none", { key: "s3cret nonsense" }, name, today, /key is not readable/],
    ["another name", {}, "other.example.org", today, /not for other\.example\.org, but for rancher\.example\.org/],
    ["a wildcard that goes too deep", {}, "a.b.apps.example.org", today, /not for a\.b/],
    ["its end passed", {}, name, today + 11 * year, /CN=rancher\.example\.org expired on/],
    ["its begin ahead", {}, name, today - year, /is not valid before/],
    ["a missing intermediate", { certificate: server.certificate }, name, today, /\(ca\) did not sign it/],
    [
      "the chain upside down",
      { certificate: server.certificate + root.certificate },
      name,
      today,
      /certificate 1 .* not signed/,
    ],
    [
      "another authority of the same name",
      { ca: authority("Our Root").certificate },
      name,
      today,
      /\(ca\) did not sign it/,
    ],
    ["an authority that is no PEM", { ca: "x" }, name, today, /\(ca\) is not readable/],
    ["no certificate at all", { certificate: "hello" }, name, today, /no certificate in the file/],
    ["a damaged one", { certificate: chain.replace(/MII../, "AAAAA") }, name, today, /not readable as PEM/],
  ])("is refused with %s", (_, change, hostname, now, fault) => {
    const found = certificateFault({ ...good, ...change }, hostname, now);
    expect(found).toMatch(fault);
    expect(found).not.toMatch(/s3cret|PRIVATE/);
  });

  it.each<[string, boolean]>([
    ["serverAuth", true],
    ["clientAuth,serverAuth", true],
    ["anyExtendedKeyUsage", true],
    ["clientAuth", false],
    ["critical,codeSigning,emailProtection", false],
  ])("may be used by a server if it says nothing of its use, or that: %s", (use, isGood) => {
    const { certificate, key } = leaf(root, { names: [name], use });
    const fault = certificateFault({ certificate, key, ca: root.certificate }, name, today);
    expect(fault).toBe(isGood ? undefined : "it is not made for servers: its extendedKeyUsage lacks serverAuth");
  });

  it("is refused for its common name alone, which agents and browsers no longer take", () => {
    const old = leaf(root, { names: [], common: name });
    const given = { certificate: old.certificate, key: old.key, ca: root.certificate };
    expect(certificateFault(given, name, today)).toMatch(/common name alone.*subjectAltName/);
    expect(certificateFault(given, "other.example.org", today)).toMatch(
      /^it is not for other\.example\.org, but for CN=/,
    );
    const beside = leaf(root, { names: ["rancher.example.net"], common: name });
    const fault = certificateFault({ ...given, ...beside }, name, today);
    expect(fault).toBe("it is not for rancher.example.org, but for rancher.example.net");
  });

  it("is refused once its authority has ended, but not where the renewed one is named too", () => {
    const { old, renewed } = renewedAuthority("Our Short Root");
    const { certificate, key } = leaf(old, { names: [name] });
    const later = today + 2 * year;
    const fault = (ca: string, now = later) => certificateFault({ certificate, key, ca }, name, now);
    expect(fault(old.certificate, today)).toBeUndefined();
    expect(fault(old.certificate)).toMatch(/^CN=Our Short Root expired on /);
    expect(fault(renewed.certificate)).toBeUndefined();
    expect(fault(old.certificate + renewed.certificate)).toBeUndefined();
    expect(fault(root.certificate + old.certificate)).toMatch(/^CN=Our Short Root expired on /);
  });

  it("is taken with line ends of Windows, and with words before and between as `openssl s_client` prints them", () => {
    const loud = `subject=CN = x\r\nissuer=CN = y\r\n${chain.replaceAll("\n", "\r\n")}\r\n---\r\n`;
    expect(certificateFault({ ...good, certificate: loud }, name, today)).toBeUndefined();
    expect(certificateFault({ ...good, key: server.key.replaceAll("\n", "\r\n") }, name, today)).toBeUndefined();
  });

  it("of one's own authority is refused where that is not named, as nobody would trust it", () => {
    expect(certificateFault({ ...good, ca: undefined }, name, today)).toMatch(/no public authority signed it/);
  });
});

function encryptedKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" }).toString();
}
