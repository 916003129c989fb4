import { isRefused } from "../draft.ts";
import type { Mistake } from "../mistake.ts";
import type { Rule } from "./rule.ts";

const path = ["addons", "rancher", "tls"] as const;

/** Which keys a source of certificates cannot do without. */
const keysOf = { rancher: [], letsEncrypt: ["email"], secret: ["certificate", "key"] } as const;

/** A certificate of one's own is a certificate and a key; Let's Encrypt wants an address. */
export const rancherTlsIsWhole: Rule = (draft) => {
  const tls = draft.addons?.rancher?.tls ?? {};
  const source = tls.source ?? "rancher";
  const missing = keysOf[source].filter((key) => !(key in tls));
  return missing.map(
    (key): Mistake => ({ path: [...path, key], message: `is missing, which \`source: ${source}\` needs` }),
  );
};

/** Its chart asks cert-manager for certificates, unless it is given one. */
export const rancherNeedsCertManager: Rule = (draft) => {
  const { rancher, certManager } = draft.addons ?? {};
  if (rancher === undefined || certManager !== undefined || isRefused(rancher, "tls")) return [];
  const { source } = { source: "rancher", ...rancher.tls };
  if (source === undefined || source === "secret" || isRefused(draft.addons ?? {}, "certManager")) return [];
  const message =
    "needs cert-manager for its certificate: add `certManager: {}` (with `adopt: true` if it is installed already), or give a certificate with `tls: { source: secret }`";
  return [{ path: ["addons", "rancher"], message }];
};
