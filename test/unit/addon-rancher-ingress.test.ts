import { describe, expect, it } from "vitest";
import { ingressClassStep } from "../../src/addons/rancher/ingress-class.ts";
import { type Recorded, rancherSettings, records, withAddons } from "./support/addon-world.ts";
import { decideOn, list, withRke } from "./support/rke-world.ts";

const item = (name: string, isDefault: boolean) => ({
  kind: "IngressClass",
  metadata: { name, annotations: { "ingressclass.kubernetes.io/is-default-class": String(isDefault) } },
});

/** What is decided of Rancher's ingress while Traefik is asked for, where these releases and classes are there. */
function withTraefik(ingressClass: string | undefined, releases: readonly Recorded[], ...classes: readonly object[]) {
  const step = ingressClassStep(withAddons({}, withRke({ ingress: "none" })), rancherSettings({ ingressClass }), [
    "traefik/release",
  ]);
  const machine = { "get storageclasses": list(...classes), "get configmaps,secrets": records(...releases) };
  return decideOn(step, machine);
}

const theirs = item("theirs", false);
const traefik = { name: "traefik" };

describe("Rancher's ingress, beside a class of others", () => {
  it.each<[string, string | undefined, readonly Recorded[]]>([
    ["is not there", undefined, []],
    ["is not there, and may bring the wanted one", "mine", []],
    ["is being installed", undefined, [{ ...traefik, status: "pending-install" }]],
    ["could not be installed", undefined, [{ ...traefik, status: "failed" }]],
    ["is another's, in its own namespace", undefined, [{ ...traefik, namespace: "theirs" }]],
  ])("is waited for where Traefik %s", (_, ingressClass, releases) => {
    const later = { kind: "later", after: "traefik/release" };
    expect(withTraefik(ingressClass, releases, theirs)).toMatchObject(later);
  });

  it("is missing where Traefik is there and has not brought it, which names what there is", () => {
    const blocked = { kind: "blocked", code: "addon/ingress-missing" };
    for (const ingressClass of [undefined, "mine"])
      expect(withTraefik(ingressClass, [traefik], theirs, item("traefik", false))).toMatchObject({
        ...blocked,
        because: expect.stringMatching(/there is theirs, traefik$/),
      });
  });

  it("is waited for while no class is seen yet, and is there as soon as it is, whoever brought it", () => {
    expect(withTraefik(undefined, [traefik])).toMatchObject({ kind: "later" });
    expect(withTraefik(undefined, [], theirs, item("nginx", true))).toEqual({ kind: "ok" });
    expect(withTraefik("theirs", [], theirs)).toEqual({ kind: "ok" });
    // A default of others is none where another is named.
    expect(withTraefik("mine", [traefik], item("nginx", true))).toMatchObject({ kind: "blocked" });
  });
});
