import { describe, expect, it } from "vitest";
import { certificateStep } from "../../src/addons/certificate-step.ts";
import { authorityReadStep } from "../../src/addons/rancher/authority-read.ts";
import { rancherSettings, records } from "../unit/support/addon-world.ts";
import { decideOn } from "../unit/support/rke-world.ts";
import { onlyAction, type Played, perform, playedInput } from "./played-cluster.ts";

const apply = "kubectl apply -f -";
const state = "kubectl get certificate proof -n drover-proof";
const gone = "kubectl delete namespace drover-proof --wait=false --ignore-not-found";

/** Has cert-manager prove itself. */
function prove(played: Played) {
  const input = playedInput({});
  const release = { id: "cert-manager/release", name: "cert-manager", namespace: "cert-manager" };
  const step = certificateStep(input, release as Parameters<typeof certificateStep>[1]);
  return perform(input, onlyAction(decideOn(step, { "get configmaps,secrets": records({}) })), played);
}

describe("the proof that cert-manager issues a certificate", () => {
  const note = ["kubectl get configmap drover -n cert-manager -o name"];

  it("begins where no earlier one is left, takes away what it made, and is then remembered", () => {
    const { asked, status, stdout } = prove({ kubectl: `*"get certificate"*) echo "True it is issued" ;;` });
    expect(asked).toEqual([
      "kubectl patiently delete namespace drover-proof --ignore-not-found --timeout 60s",
      ...[apply, state, gone],
      ...note,
      'kubectl patch configmap drover -n cert-manager --type merge -p {"metadata":{"labels":{"owner":"drover","name":"drover"}},"data":{"proven.cert-manager":"1 of 2026-11-21T05:13:08Z"}}',
    ]);
    expect([status, stdout]).toEqual([0, "issued: True it is issued\n"]);
  });

  const says = (first: string) =>
    `*"get certificate"*) if [ -e "$BEFORE" ]; then echo True; else : >"$BEFORE"; ${first}; fi ;;`;
  it.each([
    [
      "its webhook takes nothing yet",
      `*"apply -f -"*) [ -e "$BEFORE" ] || { : >"$BEFORE"; exit 1; } ;;\n${says("exit 1")}`,
      [apply],
    ],
    ["it is not issued yet", says('echo "False Issuing"'), [apply, state]],
    ["nobody has looked at it yet", says('echo " "'), [apply, state]],
    ["it is not there yet", says("exit 1"), [apply, state]],
  ])("is tried again where %s", (_, kubectl, tried) => {
    const { asked, status } = prove({ kubectl, tick: 1 });
    expect([status, asked.slice(1, 1 + tried.length + 3)]).toEqual([0, [...tried, apply, state, gone]]);
  });

  it("fails after three minutes with the cluster's last word, tells the events, cleans up, and is not remembered", () => {
    const kubectl = `*"get certificate"*) echo "False no issuer"; echo "False the issuer is not ready" ;;\n*"get events"*) echo "Warning IssuerNotFound" ;;`;
    const { asked, status, stdout, told } = prove({ kubectl, tick: 60 });
    expect(asked.filter((one) => one === apply)).toHaveLength(3);
    expect(stdout).toContain("Warning IssuerNotFound\nnot issued: ");
    expect([status, told]).toEqual([1, ["addon/gate-closed", "False the issuer is not ready"]]);
    expect(asked.at(-1)).toBe(gone);
  });

  it("is not held for done where it cannot be remembered", () => {
    const kubectl = `*"get certificate"*) echo True ;;\n*configmap* | *"create -f -"*) exit 1 ;;`;
    expect(prove({ kubectl }).status).toBe(1);
  });
});

describe("Rancher's new start for another authority", () => {
  /** Starts Rancher anew, as its pod is older than its authority. */
  function restart(played: Played) {
    const input = playedInput({});
    const tls = { source: "secret", certificate: "", key: "", ca: "ca" } as const;
    const release = { id: "rancher/release", namespace: "cattle-system" } as const;
    const [step] = authorityReadStep(input, rancherSettings({ tls }), release);
    if (step === undefined) throw new Error("no step");
    const machine = { "get secret tls-ca": "2026-11-21T05:13:08Z\n", "get pods": "2026-11-21T05:13:07Z\n" };
    return perform(input, onlyAction(decideOn(step, machine)), played);
  }
  const begun = "kubectl rollout restart deployment/rancher -n cattle-system";

  it("is waited for, for as long as its own pods may take", () => {
    const { asked, status } = restart({});
    const waited = "kubectl patiently rollout status deployment/rancher -n cattle-system --timeout 10m";
    expect([status, asked]).toEqual([0, [begun, waited]]);
  });

  it("is not waited for where it was not begun", () => {
    expect(restart({ kubectl: `*"rollout restart"*) exit 1 ;;` })).toMatchObject({ status: 1, asked: [begun] });
  });

  it.each(["timed out waiting for the condition", "exceeded its progress deadline"])("that %s is told", (words) => {
    const kubectl = `*"rollout status"*) echo 'error: deployment "rancher" ${words}' >&2; exit 1 ;;`;
    expect(restart({ kubectl })).toMatchObject({ status: 1, told: ["addon/gate-closed", words] });
  });
});
