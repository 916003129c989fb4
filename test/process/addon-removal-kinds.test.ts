import { loadAll } from "js-yaml";
import { describe, expect, it } from "vitest";
import { inTheWay, kinds, remove, uninstall } from "./removal-played.ts";

/** Kinds as the cluster tells them: the release that brought each, its name, its name with the stored version, its converter. */
const crds = (...lines: readonly string[]) => `*"get customresourcedefinitions -l"*) cat <<'END'
${lines.join("\n")}
END
;;`;
const endpoints = (service: string, namespace: string) =>
  `kubectl get endpoints ${service} -n ${namespace} --ignore-not-found`;
const unconverted = (kind: string) =>
  `kubectl patch customresourcedefinition ${kind} --type merge -p {"spec":{"conversion":{"strategy":"None","webhook":null}}}`;

describe("the kinds of a release that goes", () => {
  const kueue = { name: "kueue", namespace: "kueue-system" };
  const ofKueue = [
    "kueue-system/kueue clusterqueues.kueue.x-k8s.io clusterqueues.v1beta2.kueue.x-k8s.io kueue-system kueue-webhook",
    "kueue-system/kueue workloads.kueue.x-k8s.io workloads.v1beta1.kueue.x-k8s.io  ",
  ];
  const others = [
    "kueue-system/kueue-two two.example.com two.v1.example.com kueue-system two",
    "elsewhere/kueue elsewhere.example.com elsewhere.v1.example.com  ",
    "/ nobodys.example.com nobodys.v1.example.com  ",
  ];

  const stored = "clusterqueues.v1beta2.kueue.x-k8s.io,workloads.v1beta1.kueue.x-k8s.io";
  const deployments = "kubectl get deployments -n kueue-system -l app.kubernetes.io/managed-by=Helm";
  const running = `*"get deployments"*) cat <<'END'
kueue-system/kueue kueue-controller-manager
kueue-system/kueue kueueviz
kueue-system/other other
/ nobodys
END
;;`;
  const stopped =
    "kubectl patiently delete deployments kueue-controller-manager kueueviz -n kueue-system --ignore-not-found --cascade=foreground --timeout 120s";
  const gone =
    "kubectl patiently delete customresourcedefinitions clusterqueues.kueue.x-k8s.io workloads.kueue.x-k8s.io --ignore-not-found --timeout 300s";

  it("go once its programs are stopped, which would stop what has no object of theirs: its own alone, as they are stored", () => {
    const kubectl = `${crds(...others, ...ofKueue)}\n${running}`;
    const { asked, status } = remove("kueue", kueue, { kubectl, ours: true });
    expect(asked).toEqual([
      inTheWay,
      kinds,
      deployments,
      stopped,
      unconverted("clusterqueues.kueue.x-k8s.io"),
      `kubectl get ${stored} -A`,
      gone,
      "kubectl get pods -l kueue.x-k8s.io/managed=true -A",
      uninstall("kueue", "kueue-system"),
      "kubectl patiently delete namespace kueue-system --ignore-not-found --timeout 240s",
    ]);
    expect(status).toBe(0);
  });

  it("are let go for the stopped programs, and pods too, where nobody else holds them", () => {
    const objects = [
      "kueue.x-k8s.io/v1beta2 ClusterQueue /all kueue.x-k8s.io/resource-in-use",
      "kueue.x-k8s.io/v1beta2 ClusterQueue /free",
      "kueue.x-k8s.io/v1beta1 Workload team-a/job kueue.x-k8s.io/resource-in-use kueue.x-k8s.io/other",
      "kueue.x-k8s.io/v1beta1 Workload team-a/theirs kueue.x-k8s.io/resource-in-use example.com/kueue.x-k8s.io/x",
    ];
    const answer = (what: string, ...lines: readonly string[]) =>
      `*"get ${what} "*"-A -o"*) cat <<'END'\n${lines.join("\n")}\nEND\n;;`;
    const pod = "v1 Pod team-a/one kueue.x-k8s.io/managed";
    const told = `*"patch -f -"*) cat >>"$BEFORE" ;;`;
    const kubectl = [crds(...ofKueue), answer(stored, ...objects), answer("pods -l", pod), told].join("\n");
    const { asked, status, before } = remove("kueue", kueue, { kubectl });
    const patch = `kubectl patiently patch -f - --type merge -p {"metadata":{"finalizers":null}}`;
    expect(asked.filter((one) => one.includes("patch -f"))).toEqual([patch, patch]);
    expect(asked.indexOf(patch)).toBeLessThan(asked.indexOf(gone));
    expect([status, loadAll(before)]).toEqual([
      0,
      [
        { apiVersion: "kueue.x-k8s.io/v1beta2", kind: "ClusterQueue", metadata: { name: "all" } },
        { apiVersion: "kueue.x-k8s.io/v1beta1", kind: "Workload", metadata: { name: "job", namespace: "team-a" } },
        { apiVersion: "v1", kind: "Pod", metadata: { name: "one", namespace: "team-a" } },
      ],
    ]);
  });

  it.each([
    ["tells which kinds there are", `*"get customresourcedefinitions -l"*) exit 1 ;;`],
    ["tells which programs run", `${crds(...ofKueue)}\n*"get deployments"*) exit 1 ;;`],
    ["takes a kind as it is stored", `${crds(...ofKueue)}\n*"patch customresourcedefinition "*) exit 1 ;;`],
    ["tells who holds them", `${crds(...ofKueue)}\n*"-A -o"*) exit 1 ;;`],
    ["stops its programs", `${crds(...ofKueue)}\n${running}\n*"delete deployments"*) exit 1 ;;`],
  ])("stay, and the release with them, where nobody %s", (_, kubectl) => {
    const { asked, status } = remove("kueue", kueue, { kubectl, ours: true });
    expect(status).toBe(1);
    expect(asked.filter((one) => one !== stopped).join("\n")).not.toMatch(/delete|helm/);
  });

  it("that do not go keep the release, whose program must let go of them: by the objects and what they wait for", () => {
    const held = ["Workload team-a/job waits for a.example/held", "ClusterQueue /all waits for x"];
    const kubectl = `${crds(...ofKueue)}\n*"delete customresourcedefinitions"*) : >"$BEFORE"; exit 1 ;;\n*"get ${stored} -A"*) [ ! -e "$BEFORE" ] || cat <<'END'\n${held.join("\n")}\nEND\n;;`;
    const { asked, status, told } = remove("kueue", kueue, { kubectl, ours: true });
    // What is in no namespace is told without a stroke before its name.
    expect([status, told]).toEqual([1, ["addon/release-stuck", `${held[0]}; ClusterQueue all waits for x`]]);
    expect(asked.join("\n")).not.toContain("helm");
  });

  it("that are gone already keep nothing", () => {
    const { asked, status } = remove("kueue", kueue, { kubectl: crds(...others) });
    expect(asked.slice(2)).toEqual([
      deployments,
      "kubectl get pods -l kueue.x-k8s.io/managed=true -A",
      uninstall("kueue", "kueue-system"),
      expect.stringContaining("kubectl delete secret,configmap -n kueue-system"),
    ]);
    expect(status).toBe(0);
  });
});

describe("the objects of the kinds of a release that goes", () => {
  const olm = { name: "olm", namespace: "olm" };
  const ofOlm = [
    "olm/olm-crds csvs.operators.coreos.com csvs.v1alpha1.operators.coreos.com  ",
    "olm/olm-crds ogs.operators.coreos.com ogs.v1.operators.coreos.com  ",
  ];
  const both = "csvs.v1alpha1.operators.coreos.com,ogs.v1.operators.coreos.com";
  const round = [`kubectl patiently delete ${both} --all -A --wait=false`, `kubectl get ${both} -A -o name`];

  it("go while its programs run, those too that are made anew meanwhile; then the releases, kinds last", () => {
    const twice = `*"-A -o name"*) [ -e "$BEFORE" ] || { echo csv/one; : >"$BEFORE"; } ;;`;
    const { asked, status } = remove("olm", olm, { kubectl: `${crds(...ofOlm)}\n${twice}`, ours: true });
    expect(asked).toEqual([
      inTheWay,
      kinds,
      ...[...round, ...round],
      uninstall("olm", "olm"),
      uninstall("olm-crds", "olm"),
      "kubectl patiently delete namespace olm --ignore-not-found --timeout 240s",
    ]);
    expect(status).toBe(0);
  });

  const converted = crds("olm/olm-crds csvs.operators.coreos.com csvs.v1alpha1.operators.coreos.com olm converter");

  it("are taken as they are stored where nobody converts them, and left to their converter where it runs", () => {
    const without = remove("olm", olm, { kubectl: converted }).asked;
    expect(without.slice(2, 4)).toEqual([endpoints("converter", "olm"), unconverted("csvs.operators.coreos.com")]);
    const kubectl = `${converted}\n*"get endpoints"*) echo 10.42.0.7 ;;`;
    expect(remove("olm", olm, { kubectl }).asked.filter((one) => one.includes("patch"))).toEqual([]);
  });

  it("stay, and the release with them, where nobody tells whether a converter runs", () => {
    const { asked, status } = remove("olm", olm, { kubectl: `${converted}\n*"get endpoints"*) exit 1 ;;`, ours: true });
    expect(status).toBe(1);
    expect(asked.join("\n")).not.toMatch(/delete|helm/);
  });

  it("are asked for again where the cluster does not say what is left", () => {
    const once = `*"-A -o name"*) [ -e "$BEFORE" ] || { : >"$BEFORE"; exit 1; } ;;`;
    const { asked } = remove("olm", olm, { kubectl: `${crds(...ofOlm)}\n${once}` });
    expect(asked.filter((one) => one === round[1])).toHaveLength(2);
  });

  it("are waited for, at most five minutes, and told with what holds them", () => {
    const kubectl = `${crds(...ofOlm)}\n*"-A -o name"*) echo csv/one ;;\n*"get ${both} -A"*) echo "CSV olm/one waits for operator" ;;`;
    const { asked, status, told } = remove("olm", olm, { kubectl, ours: true });
    expect(asked.filter((one) => one === round[0])).toHaveLength(3);
    expect([status, told]).toEqual([1, ["addon/release-stuck", "CSV olm/one waits for operator"]]);
    expect(asked.join("\n")).not.toContain("helm");
  });

  it("are none where there are no kinds: nothing is deleted that way", () => {
    const { asked } = remove("olm", olm, { kubectl: crds("x/y z.example.com z.v1.example.com  ") });
    expect(asked.slice(0, 3)).toEqual([inTheWay, kinds, uninstall("olm", "olm")]);
  });
});

describe("Kubeflow's removal", () => {
  const kubeflow = { name: "kubeflow", namespace: "kubeflow" };
  const profiles = "kubectl patiently delete profiles.kubeflow.org --all --cascade=foreground --timeout 300s";
  const kind = (name: string) => `kubeflow/kubeflow-crds ${name} ${name.replace(".", ".v1.")}  `;

  it.each([
    ["the only kind", ["profiles.kubeflow.org"], true],
    ["the first of all", ["profiles.kubeflow.org", "viewers.kubeflow.org"], true],
    ["amid others", ["notebooks.kubeflow.org", "profiles.kubeflow.org", "viewers.kubeflow.org"], true],
    ["the last of all", ["experiments.kubeflow.org", "profiles.kubeflow.org"], true],
    ["not there", ["notebooks.kubeflow.org"], false],
    ["not there, but others of such a name", ["my-profiles.kubeflow.org", "profiles.kubeflow.org.example.com"], false],
  ])("begins with the profiles, on which the rest hangs, where their kind is %s", (_, names, isThere) => {
    const { asked } = remove("kubeflow", kubeflow, { kubectl: crds(...names.map(kind)) });
    const all = asked.findIndex((one) => one.includes("--all -A"));
    expect([asked.indexOf(profiles), all]).toEqual(isThere ? [2, 3] : [-1, 2]);
  });

  it("ends where the profiles do not go", () => {
    const kubectl = `${crds(kind("notebooks.kubeflow.org"), kind("profiles.kubeflow.org"))}\n*"delete profiles"*) exit 1 ;;`;
    const { asked, status } = remove("kubeflow", kubeflow, { kubectl });
    expect(status).toBe(1);
    expect(asked.join("\n")).not.toMatch(/--all -A|helm/);
  });

  it("takes its releases in the turn opposite to that in which they came, and then what Dex and Istio made", () => {
    const gateway = "istio-system/kubeflow-gateway-crds";
    const kept = `kubeflow/kubeflow-gateway-crds gateways.networking.istio.io gateways.v1.networking.istio.io  `;
    const dex = `*"get customresourcedefinitions authrequests"*) echo customresourcedefinition.apiextensions.k8s.io/passwords.dex.coreos.com; echo customresourcedefinition.apiextensions.k8s.io/connectors.dex.coreos.com ;;
*"get passwords.dex.coreos.com -A"*) echo password.dex.coreos.com/others ;;`;
    const kubectl = `${crds(kept, `${gateway} not.example.com not.v1.example.com  `)}\n${dex}`;
    const { asked, status } = remove("kubeflow", kubeflow, { kubectl });
    expect(asked.filter((one) => one.startsWith("helm"))).toEqual([
      uninstall("kubeflow-late", "kubeflow"),
      uninstall("kubeflow", "kubeflow"),
      uninstall("kubeflow-gateway", "istio-system"),
      uninstall("kubeflow-foundation", "kubeflow"),
      uninstall("kubeflow-crds", "kubeflow"),
      uninstall("kubeflow-gateway-crds", "kubeflow"),
    ]);
    expect(asked.filter((one) => one.startsWith("kubectl patiently delete"))).toEqual([
      "kubectl patiently delete customresourcedefinitions gateways.networking.istio.io --ignore-not-found --timeout 120s",
      "kubectl patiently delete customresourcedefinition connectors.dex.coreos.com --ignore-not-found --timeout 60s",
      "kubectl patiently delete configmaps -A --field-selector metadata.name=istio-ca-root-cert -l istio.io/config=true --timeout 60s",
    ]);
    expect(status).toBe(0);
  });
});
