import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type KeptObjects, objectsStep } from "../../src/addons/objects-step.ts";
import { decideOn } from "../unit/support/rke-world.ts";
import { onlyAction, type Played, perform, playedInput } from "./played-cluster.ts";

/** What no shell may touch on its way from Drover to the cluster. */
const hostile = "a 'quote', \"two\", $HOME `id` \\n \\\\ %s %d\n\ttab\n\n";
const kept: KeptObjects = {
  id: "metallb/ranges",
  title: "Services get addresses",
  addon: "metallb",
  namespace: "metallb-system",
  objects: [{ apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, stringData: { text: hostile } }],
  needs: ["metallb/release"],
};

const isThere = `*"get namespace metallb-system"*) printf Active ;;`;
const apply = "kubectl apply --server-side --force-conflicts --field-manager drover -f -";

function applied(kubectl: string, more: Omit<Played, "kubectl"> = {}) {
  const input = playedInput({});
  const takes = `*"apply --server-side"*) cat >${join(input.paths.dir, "got")} ;;`;
  const action = onlyAction(decideOn(objectsStep(input, kept), { "get Secret/s": "" }));
  return { input, ...perform(input, action, { kubectl: `${kubectl}\n${takes}`, ...more }) };
}

describe("objects that Drover keeps in a cluster", () => {
  it("reach it as they are, in no argument list, marked as Drover's", () => {
    const { input, asked, status } = applied(isThere);
    expect([status, asked]).toEqual([0, ["kubectl get namespace metallb-system", apply]]);
    const got = JSON.parse(readFileSync(join(input.paths.dir, "got"), "utf8"));
    expect(got.items).toEqual([
      {
        ...kept.objects[0],
        metadata: {
          name: "s",
          namespace: "metallb-system",
          labels: { "app.kubernetes.io/managed-by": "drover" },
        },
      },
    ]);
  });

  it("have their namespace made where it is not there", () => {
    const { asked, status } = applied(`*"get namespace"*) exit 1 ;;`);
    expect([status, asked]).toEqual([0, ["kubectl get namespace metallb-system", "kubectl create -f -", apply]]);
  });

  it("come into the one that another has made at that moment", () => {
    const race = `*"get namespace"*) [ -e "$BEFORE" ] && printf Active ;;\n*"create -f -"*) : >"$BEFORE"; exit 1 ;;`;
    const { asked, status } = applied(race);
    expect([status, asked.length, asked.at(-1)]).toEqual([0, 4, apply]);
  });

  it.each([
    ["is on its way out", `*"get namespace"*) printf Terminating ;;`, "addon/release-stuck"],
    ["is neither there nor can be made", `*"get namespace"* | *"create -f -"*) exit 1 ;;`, undefined],
  ])("are not applied where the namespace %s", (_, kubectl, code) => {
    const { asked, status, told } = applied(kubectl);
    expect([status, told?.[0]]).toEqual([1, code]);
    expect(asked).not.toContain(apply);
  });

  it.each([
    ["its webhook does not answer yet", 'failed calling webhook "x": connection refused'],
    ["their kind has only just come", 'no matches for kind "IPAddressPool" in version "metallb.io/v1beta1"'],
  ])("are applied again where %s", (_, words) => {
    const once = `*"apply --server-side"*) [ -e "$BEFORE" ] || { : >"$BEFORE"; echo 'error: ${words}' >&2; exit 1; } ;;`;
    const { asked, status } = applied(`${isThere}\n${once}`, { tick: 1 });
    expect([status, asked.filter((one) => one === apply).length]).toEqual([0, 2]);
  });

  it("are applied for two minutes, and then it is told why not, in the cluster's last words", () => {
    const never = `*"apply --server-side"*) echo first >&2; echo 'failed calling webhook "x": EOF' >&2; exit 1 ;;`;
    const { asked, status, told } = applied(`${isThere}\n${never}`, { tick: 40 });
    expect([status, told]).toEqual([1, ["addon/gate-closed", 'failed calling webhook "x": EOF']]);
    expect(asked.filter((one) => one === apply)).toHaveLength(3);
  });

  it("are not applied again where the cluster refuses them, which is told and cut", () => {
    const refused = `*"apply --server-side"*) printf 'denied: %0600d\\n' 7 >&2; exit 1 ;;`;
    const { asked, status, told } = applied(`${isThere}\n${refused}`, { tick: 1 });
    expect([status, told?.[0], told?.[1]?.length]).toEqual([1, "addon/gate-closed", 500]);
    expect(asked.filter((one) => one === apply)).toHaveLength(1);
  });
});
