import { describe, expect, it } from "vitest";
import { certificatesIn } from "../../src/engines/rke/certificates.ts";
import { authority, leaf } from "../unit/support/certificates.ts";

const ca = authority("kube-ca");
const server = leaf(ca, { names: ["system:kube-apiserver"] });

function state(bundle: unknown): string {
  return JSON.stringify({ desiredState: {}, currentState: { rkeConfig: {}, certificatesBundle: bundle } });
}

describe("the certificates in RKE's state", () => {
  it("are read with their names, subjects and ends", () => {
    const found = certificatesIn(
      state({
        "kube-ca": { certificatePEM: ca.certificate, keyPEM: ca.key, commonName: "kube-ca" },
        "kube-apiserver": { certificatePEM: server.certificate, keyPEM: server.key },
      }),
    );
    expect(found.map(({ name, subject }) => [name, subject])).toEqual([
      ["kube-ca", "kube-ca"],
      ["kube-apiserver", "system:kube-apiserver"],
    ]);
    const inTenYears = Date.now() + 3650 * 86_400_000;
    for (const { notAfter } of found) expect(Math.abs(notAfter - inTenYears)).toBeLessThan(86_400_000);
  });

  it("bring no key along", () => {
    const found = certificatesIn(
      state({ "kube-ca": { certificatePEM: ca.certificate, keyPEM: ca.key, config: "token: s3cret" } }),
    );
    expect(JSON.stringify(found)).not.toMatch(/PRIVATE KEY|s3cret/);
  });

  it("are left out one by one where they cannot be read", () => {
    const found = certificatesIn(
      state({
        broken: { certificatePEM: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" },
        empty: { certificatePEM: "" },
        missing: {},
        none: null,
        text: "x",
        "kube-ca": { certificatePEM: ca.certificate },
      }),
    );
    expect(found.map(({ name }) => name)).toEqual(["kube-ca"]);
  });

  it.each([
    ["an empty file", ""],
    ["a cut file", state({ a: { certificatePEM: ca.certificate } }).slice(0, 200)],
    ["JSON that is no state", "[1,2]"],
    ["null", "null"],
    [
      "a state before its first up",
      JSON.stringify({ desiredState: { certificatesBundle: { a: {} } }, currentState: {} }),
    ],
    ["a bundle that is a list", state([ca.certificate])],
  ])("are none in %s", (_, text) => {
    expect(certificatesIn(text)).toEqual([]);
  });
});
