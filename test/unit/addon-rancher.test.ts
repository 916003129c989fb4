import { describe, expect, it } from "vitest";
import { rancherRelease } from "../../src/addons/rancher/rancher.ts";
import { rancherLines, rancherRefusal } from "../../src/addons/rancher/versions.ts";
import { addonsOf } from "../../src/addons/registry.ts";
import type { RancherSettings } from "../../src/core/addons.ts";
import { chartSettings, rancherSettings, records, withAddons } from "./support/addon-world.ts";
import { authority, leaf } from "./support/certificates.ts";
import { changesOf, decideOn, list, type Machine, scriptsOf, withRke } from "./support/rke-world.ts";

function rancher(more: Partial<RancherSettings> = {}, rke: Parameters<typeof withRke>[0] = {}, traefik = false) {
  const settings = rancherSettings(more);
  const addons = { rancher: settings, certManager: chartSettings(), traefik: traefik ? chartSettings() : undefined };
  const input = withAddons(addons, withRke(rke));
  const addon = addonsOf(input).find(({ key }) => key === "rancher");
  const step = (id: string) => {
    const found = addon?.steps.find((one) => one.id === id);
    if (found === undefined) throw new Error(`no step ${id}`);
    return found;
  };
  return { step, ids: addon?.steps.map(({ id }) => id), release: rancherRelease(input, settings, []) };
}

/** A moment after the test's certificates were made. */
const now = { "date +%s": String(Math.round(Date.now() / 1000) + 60) };

function classes(...given: readonly { readonly name: string; readonly isDefault?: boolean }[]): Machine {
  const items = given.map(({ name, isDefault = false }) => ({
    kind: "IngressClass",
    metadata: { name, annotations: isDefault ? { "ingressclass.kubernetes.io/is-default-class": "true" } : {} },
  }));
  return { "get storageclasses,ingressclasses": list(...items) };
}

describe("Rancher's version", () => {
  const refusal = (version: string, kubernetes = "v1.32.3-rancher1-1", more: Partial<RancherSettings> = {}) =>
    rancherRefusal({ version, prime: false, unsupported: false, ...more }, kubernetes);

  it.each<[string, string, Partial<RancherSettings>, RegExp | undefined]>([
    ["2.11.3", "v1.32.3-rancher1-1", {}, undefined],
    ["2.11.3", "v1.30.11-rancher1-1", {}, undefined],
    ["2.11.3", "v1.29.9-rancher1-1", {}, /Kubernetes 1.30 to 1.32, and this cluster has 1.29/],
    ["2.10.3", "v1.32.3-rancher1-1", {}, /Kubernetes 1.28 to 1.31/],
    ["2.11.4", "v1.32.3-rancher1-1", {}, /Prime: the last 2.11 for everybody is 2.11.3/],
    ["2.11.16", "v1.32.3-rancher1-1", { prime: true }, undefined],
    ["2.12.3", "v1.32.3-rancher1-1", {}, /does not support clusters that RKE1 made/],
    ["2.12.3", "v1.32.3-rancher1-1", { unsupported: true }, undefined],
    ["2.14.3", "v1.32.3-rancher1-1", { unsupported: true }, /Kubernetes 1.33 to 1.35/],
    ["3.0.0", "v1.32.3-rancher1-1", {}, /none of the versions that Drover knows/],
    ["3.0.0", "v1.32.3-rancher1-1", { unsupported: true }, undefined],
  ])("%s on %s with %j: %s", (version, kubernetes, more, because) => {
    const found = refusal(version, kubernetes, more);
    if (because === undefined) expect(found).toBeUndefined();
    else expect(found?.because).toMatch(because);
  });

  it("is refused with a way out that is not refused in its turn, on whatever Kubernetes", () => {
    const minors = Array.from({ length: 16 }, (_, index) => 24 + index);
    for (const minor of minors)
      for (const { line } of rancherLines)
        for (const unsupported of [false, true]) {
          const kubernetes = `v1.${minor}.1-rancher1-1`;
          const remedy = refusal(`${line}.0`, kubernetes, { unsupported })?.remedy ?? "";
          const named = [...remedy.matchAll(/\b2\.\d+(?= or |\.$|\.\d)/g)].map(([one]) => one);
          const ways = remedy.startsWith("Set its version") ? named : [];
          expect(ways.length > 0, `${line} on 1.${minor}: ${remedy}`).toBe(remedy.startsWith("Set its version"));
          for (const way of ways) expect(refusal(`${way}.0`, kubernetes, { unsupported }), remedy).toBeUndefined();
        }
  });

  it("is judged by a table whose lines follow one another", () => {
    for (const [index, { from, to }] of rancherLines.entries()) {
      expect(to - from).toBeGreaterThanOrEqual(2);
      expect(from).toBeGreaterThanOrEqual(rancherLines[index - 1]?.from ?? 0);
    }
  });

  it("is said together with the end of life of RKE1 when it is installed, and not again", () => {
    const { step } = rancher();
    const install = decideOn(step("rancher/release"), { "get configmaps,secrets": records() });
    expect(changesOf(install)[0]?.summary).toMatch(/install rancher 2.11.3 \(RKE1 has been past its end of life/);
    const change = { name: "rancher", namespace: "cattle-system", version: "2.11.3", values: { replicas: 1 } };
    const changed = decideOn(step("rancher/release"), { "get configmaps,secrets": records(change) });
    expect(changesOf(changed)[0]?.summary).toBe("change the values of rancher");
  });
});

describe("Rancher's values", () => {
  it("have the hostname, the source of the certificate, and one pod for each worker, at most 3", () => {
    expect(rancher().release).toMatchObject({
      namespace: "cattle-system",
      values: { hostname: "rancher.example.org", replicas: 2, ingress: { tls: { source: "rancher" } } },
    });
    expect(rancher({ replicas: 1 }).release.values).toMatchObject({ replicas: 1 });
  });

  it("never hold the first password: Rancher makes it itself", () => {
    expect(JSON.stringify(rancher().release.values)).not.toContain("bootstrapPassword");
  });

  it.each<[Partial<RancherSettings>, object]>([
    [
      { tls: { source: "letsEncrypt", email: "o@example.org" } },
      {
        letsEncrypt: { email: "o@example.org", ingress: { class: "nginx" } },
        ingress: { tls: { source: "letsEncrypt" } },
      },
    ],
    [
      { ingressClass: "mine", tls: { source: "letsEncrypt", email: "o@example.org" } },
      { letsEncrypt: { ingress: { class: "mine" } }, ingress: { ingressClassName: "mine" } },
    ],
    [{ tls: { source: "secret", certificate: "", key: "", ca: "x" } }, { privateCA: true }],
    [
      { systemRegistry: "r.lan:5000" },
      { systemDefaultRegistry: "r.lan:5000", rancherImage: "r.lan:5000/rancher/rancher" },
    ],
    [{ values: { hostname: "other.example.org", replicas: 5 } }, { hostname: "other.example.org", replicas: 5 }],
  ])("follow %j", (more, values) => {
    expect(rancher(more).release.values).toMatchObject(values);
  });

  it("name the registry once from 2.12 on, where the chart puts it before its own image too", () => {
    const { values } = rancher({ version: "2.12.3", systemRegistry: "r.lan:5000" }).release;
    expect(values).toHaveProperty("systemDefaultRegistry");
    expect(values).not.toHaveProperty("rancherImage");
  });
});

describe("Rancher's ingress", () => {
  it.each<[string, Machine, object]>([
    ["a default class", classes({ name: "nginx", isDefault: true }), { kind: "ok" }],
    ["no answer", {}, { kind: "later", after: "rke/ready" }],
    ["none yet, with RKE's nginx to come", classes(), { kind: "later" }],
    [
      "a class that is no default",
      classes({ name: "other" }),
      { kind: "blocked", code: "addon/ingress-missing", because: expect.stringContaining("there is other") },
    ],
  ])("with %s", (_, machine, decision) => {
    expect(decideOn(rancher().step("rancher/ingress-class"), machine)).toMatchObject(decision);
  });

  it("is the named class, if one is named", () => {
    const { step } = rancher({ ingressClass: "mine" });
    expect(decideOn(step("rancher/ingress-class"), classes({ name: "mine" })).kind).toBe("ok");
    const other = decideOn(step("rancher/ingress-class"), classes({ name: "nginx", isDefault: true }));
    expect(other).toMatchObject({ kind: "blocked", because: expect.stringContaining("no ingress class mine") });
  });

  it("is refused where nobody brings one, and waited for where Traefik does", () => {
    const none = rancher({}, { ingress: "none" }).step("rancher/ingress-class");
    expect(decideOn(none, classes())).toMatchObject({ kind: "blocked", code: "addon/ingress-missing" });
    const coming = rancher({}, { ingress: "none" }, true).step("rancher/ingress-class");
    expect(coming.needs).toEqual(["traefik/release"]);
    expect(decideOn(coming, classes())).toMatchObject({ kind: "later", after: "traefik/release" });
  });
});

describe("Rancher's own certificate", () => {
  const ca = authority("Our Authority");
  const server = leaf(ca, { names: ["rancher.example.org"] });
  const tls = { source: "secret", certificate: server.certificate, key: server.key, ca: ca.certificate } as const;

  it("is brought into the cluster before Rancher, and shown to nobody", () => {
    const { step, ids } = rancher({ tls });
    expect(ids).toEqual([
      "rancher/ingress-class",
      "rancher/certificate",
      "rancher/release",
      "rancher/certificate-served",
      "rancher/authority-read",
      "rancher/ping",
    ]);
    expect(step("rancher/release").needs).toContain("rancher/certificate");
    const decision = decideOn(step("rancher/certificate"), { ...now, "get Secret/tls-rancher-ingress": "" });
    const [change] = changesOf(decision);
    expect(change?.summary).toBe("apply Secret tls-rancher-ingress, Secret tls-ca");
    const stdin: { items: { data: object }[] } = JSON.parse(
      change?.actions[0].kind === "run" ? (change.actions[0].stdin ?? "") : "",
    );
    expect(stdin.items[0]?.data).toEqual({
      "tls.crt": Buffer.from(server.certificate).toString("base64"),
      "tls.key": Buffer.from(server.key).toString("base64"),
    });
    expect(`${change?.after}${scriptsOf(decision)}`).not.toContain(
      Buffer.from(server.key).toString("base64").slice(0, 40),
    );
  });

  const secret = (name: string, data: Readonly<Record<string, string>>): string => {
    const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString("base64")]);
    const metadata = { name, namespace: "cattle-system", labels: { "app.kubernetes.io/managed-by": "drover" } };
    const type = name === "tls-ca" ? "Opaque" : "kubernetes.io/tls";
    return JSON.stringify({ apiVersion: "v1", kind: "Secret", type, metadata, data: Object.fromEntries(encoded) });
  };
  const wanted = { "tls.crt": server.certificate, "tls.key": server.key };
  const ofCertManager = { "tls.crt": "another", "tls.key": "another", "ca.crt": "another" };
  const inCluster = (served: Readonly<Record<string, string>>, authorities = ca.certificate): Machine => ({
    ...now,
    "get Secret/tls-rancher-ingress": `${secret("tls-rancher-ingress", served)}\n---\n${secret("tls-ca", { "cacerts.pem": authorities })}`,
  });

  it("waits with the server's Secret until the release has left it alone, if cert-manager fills it yet", () => {
    const { step } = rancher({ tls });
    expect(decideOn(step("rancher/certificate"), inCluster(ofCertManager)).kind).toBe("ok");
    const served = decideOn(step("rancher/certificate-served"), inCluster(ofCertManager));
    expect(changesOf(served)[0]?.summary).toBe("apply Secret tls-rancher-ingress");
    expect(step("rancher/certificate-served").needs).toEqual(["rancher/release"]);
    expect(decideOn(step("rancher/certificate-served"), inCluster(wanted)).kind).toBe("ok");
  });

  it("brings another authority before Rancher is changed, and a renewed certificate after", () => {
    const { step } = rancher({ tls });
    const other = decideOn(step("rancher/certificate"), inCluster(wanted, "an old authority"));
    expect(changesOf(other)[0]?.summary).toBe("apply Secret tls-ca");
    expect(decideOn(step("rancher/certificate-served"), inCluster(wanted, "an old authority")).kind).toBe("ok");
  });

  it.each<[string, readonly string[], readonly string[], string]>([
    ["after the pods started", ["2026-11-21T10:00:01Z"], ["2026-11-21T10:00:00Z"], "change"],
    ["before they did", ["2026-11-21T10:00:00Z"], ["2026-11-21T10:00:01Z", "2026-11-21T10:00:00Z"], "ok"],
    ["by another writer last", ["2026-11-21T09:00:00Z", "2026-11-21T11:00:00Z"], ["2026-11-21T10:00:00Z"], "change"],
    ["while one pod is newer", ["2026-11-21T10:00:00Z"], ["2026-11-21T11:00:00Z", "2026-11-21T09:59:59Z"], "change"],
    ["and no pod is there", ["2026-11-21T10:00:00Z"], [], "later"],
    ["at a time that is no time", ["; reboot"], ["2026-11-21T10:00:00Z"], "later"],
  ])("has Rancher start anew if its authority was changed %s", (_, changed, started, kind) => {
    const machine = { "get secret tls-ca": changed.join("\n"), "get pods": started.join("\n") };
    expect(decideOn(rancher({ tls }).step("rancher/authority-read"), machine).kind).toBe(kind);
  });

  it("says that Rancher is away for a moment when it starts anew, and waits until it is back", () => {
    const machine = { "get secret tls-ca": "2026-11-21T10:00:01Z", "get pods": "2026-11-21T10:00:00Z" };
    const decision = decideOn(rancher({ tls }).step("rancher/authority-read"), machine);
    expect(changesOf(decision)[0]).toMatchObject({
      disrupts: "service",
      summary: expect.stringContaining("authority"),
    });
    const script = scriptsOf(decision);
    expect(script).toMatch(/rollout restart deployment\/rancher[\s\S]*rollout status deployment\/rancher/);
    const { step } = rancher({ tls });
    expect(step("rancher/ping").needs).toEqual([
      "rancher/release",
      "rancher/certificate-served",
      "rancher/authority-read",
    ]);
  });

  it("of a public authority needs no other, and none of this is done for certificates of cert-manager", () => {
    const publicOne = { ...tls, ca: undefined };
    expect(rancher({ tls: publicOne }).ids).not.toContain("rancher/authority-read");
    expect(rancher().ids).toEqual([
      "rancher/ingress-class",
      "rancher/release",
      "rancher/certificate-issued",
      "rancher/ping",
    ]);
  });

  it.each<[string, Machine, object]>([
    ["is one of the inventory", { "get secret tls-rancher-ingress": "drover" }, { kind: "change" }],
    ["is cert-manager's", { "get secret tls-rancher-ingress": "" }, { kind: "ok" }],
    ["is somebody else's", { "get secret tls-rancher-ingress": "Helm" }, { kind: "ok" }],
    ["cannot be asked for", {}, { kind: "later", after: "rancher/release" }],
  ])("no longer named makes room for cert-manager's, if what lies there %s", (_, machine, decision) => {
    expect(decideOn(rancher().step("rancher/certificate-issued"), machine)).toMatchObject(decision);
  });

  it("no longer named goes after the release has asked for another, and is told as an interruption", () => {
    const { step } = rancher();
    expect(step("rancher/certificate-issued").needs).toEqual(["rancher/release"]);
    const decision = decideOn(step("rancher/certificate-issued"), { "get secret tls-rancher-ingress": "drover\n" });
    expect(changesOf(decision)[0]).toMatchObject({ disrupts: "service" });
    expect(scriptsOf(decision)).toContain("delete secret tls-rancher-ingress -n cattle-system");
  });

  it("stops everything where it cannot be used", () => {
    const step = rancher({ tls, hostname: "other.example.org" }).step("rancher/certificate");
    expect(decideOn(step, now)).toMatchObject({ kind: "blocked", code: "addon/certificate-unusable" });
  });
});

describe("Rancher's ping", () => {
  const installed = { "get configmaps,secrets": records({ name: "rancher", namespace: "cattle-system" }) };
  const question = (more: Partial<RancherSettings>) =>
    Object.values(
      rancher(more)
        .step("rancher/ping")
        .probes({} as never),
    )
      .map(({ sh }) => sh.text)
      .join("\n");

  it("goes to every worker in turn under Rancher's name, trusting Rancher's own authority alone", () => {
    const text = question({});
    expect(text).toContain("for worker in 10.0.0.2 10.0.0.3; do");
    expect(text).toContain(
      `--connect-to rancher.example.org:443:"$worker":443 --cacert /dev/stdin https://rancher.example.org/ping`,
    );
    expect(text).toContain("get secret tls-rancher-ingress -n cattle-system");
  });

  it("trusts the customer's authority, or the machine's list where there is none", () => {
    expect(question({ tls: { source: "secret", certificate: "", key: "", ca: "x" } })).toContain("get secret tls-ca");
    expect(question({ tls: { source: "secret", certificate: "", key: "", ca: undefined } })).not.toContain("--cacert");
    expect(question({ tls: { source: "letsEncrypt", email: "o@example.org" } })).not.toContain("--cacert");
  });

  it("opens when it answers, and tells what it says otherwise", () => {
    const { step } = rancher();
    expect(decideOn(step("rancher/ping"), { ...installed, curl: "" }).kind).toBe("ok");
    const closed = { ...installed, curl: { code: 1, stdout: "through 10.0.0.3 it says: curl: (60) SSL certificate" } };
    expect(changesOf(decideOn(step("rancher/ping"), closed))[0]?.summary).toBe(
      "wait: through 10.0.0.3 it says: curl: (60) SSL certificate",
    );
  });
});
