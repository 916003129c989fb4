import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { installAction } from "../../src/addons/helm-install.ts";
import { fingerprint } from "../../src/addons/values.ts";
import { type Installing, namespace, releaseOf } from "../unit/support/helm-world.ts";
import { type Played, perform, playedInput } from "./played-cluster.ts";

/** What helm says of kinds that are still to come, as versions 3 and 4 do. */
const lacks = (...kinds: readonly string[]) =>
  kinds
    .map((kind) => `resource mapping not found: no matches for kind "${kind}" in version "example.com/v1"`)
    .join("\\n");

const widgets = "kind: CustomResourceDefinition\nspec:\n  names:\n    kind: Widget\n    plural: widgets\n";

interface Chart extends Played {
  /** What it keeps in `crds/`. */
  readonly kinds?: string;
  readonly version?: string;
  /** What helm ends with when it renders. */
  readonly refuses?: string;
  readonly release?: Installing;
}

/** Installs a chart of which helm, which is played, tells this. */
function install({ kinds = widgets, version = "v4.2.4", refuses, release: more, ...played }: Chart) {
  const input = playedInput({});
  const { dir } = input.paths;
  const release = releaseOf({ kind: "folder", path: "/charts/metallb" }, { crdsApart: true, ...more });
  const helm = `show*) printf '%s' '${kinds.replaceAll("'", `'\\''`)}' ;;
version*) echo ${version} ;;
template*) cat >${join(dir, "judged")}; ${refuses === undefined ? ":" : `printf 'Error: ${refuses}\\n' >&2; exit 1`} ;;
upgrade*) cat >${join(dir, "installed")} ;;`;
  const done = perform(input, installAction(input, release), {
    helm,
    kubectl: `*"get namespace"*) printf Active ;;`,
    ...played,
  });
  const asked = done.asked.map((one) => one.replace(/ --labels \S+/, ""));
  const read = (name: string) => readFileSync(join(dir, name), "utf8");
  return { ...done, asked, labels: done.asked.join("\n").match(/--labels \S+/g), read, release };
}

const show = "helm show crds /charts/metallb";
const which = "helm version --template {{.Version}}";
const judge = (flags: string) => `helm template metallb /charts/metallb -n ${namespace} ${flags}--dry-run=server -f -`;
const there = `kubectl get namespace ${namespace}`;
const apply = "kubectl apply --server-side --force-conflicts --field-manager drover -f -";
const upgrade = `helm upgrade --install metallb /charts/metallb --version 1.0.0 -n ${namespace} --reset-values -f -`;
const waiting = " --history-max 5 --wait --wait-for-jobs --timeout 1m";
const old = `kubectl delete secret -n ${namespace} -l owner=helm,name=metallb,status in (pending-install,pending-upgrade,pending-rollback) --ignore-not-found`;
/** While helm is at work its pods are asked for, as often as there is time. */
const withoutPods = (asked: readonly string[]) =>
  asked.filter((one) => one !== `kubectl get pods -n ${namespace} --no-headers`);

describe("a chart that keeps kinds apart", () => {
  it.each([
    ["3", "v3.18.6", "--validate "],
    ["4", "v4.2.4", ""],
    ["30, if there ever is one", "v30.0.0", ""],
  ])("is judged before anything is changed, as helm %s does it", (_, version, flag) => {
    const { asked, status } = install({ version });
    const order = [show, which, judge(flag), there, `${apply} --dry-run=server`, apply, old, `${upgrade}${waiting}`];
    expect([status, withoutPods(asked)]).toEqual([0, order]);
  });

  it("gives helm the values both times on stdin, and its record the mark of Drover", () => {
    const values = { text: "a 'b' \"c\" $d \\n %s", lines: "one\ntwo\n", number: 7 };
    const { read, labels, release } = install({ release: { values, sensitiveValues: { key: "hush-hush" } } });
    expect(read("installed")).toBe(read("judged"));
    expect(read("installed")).toMatch(/key: hush-hush/);
    expect(labels).toEqual([`--labels drover=demo,drover-made-from=${fingerprint(release)}`]);
  });

  it("takes over what others made where it is told to, which is judged so as well", () => {
    const { asked } = install({ release: { adopt: true } });
    expect(asked).toContain(judge("").replace(" -f -", " --take-ownership -f -"));
    expect(asked).toContain(`${upgrade} --take-ownership${waiting}`);
  });

  it("is not judged, and nothing of it is applied, where it keeps none", () => {
    const { asked, status } = install({ kinds: "" });
    expect([status, withoutPods(asked)]).toEqual([0, [show, there, old, `${upgrade}${waiting}`]]);
  });

  it("leaves its kinds to helm where Drover is not to keep them up to date", () => {
    const { crdsApart: _, ...rest } = releaseOf({ kind: "folder", path: "/charts/metallb" }, { crdsApart: true });
    const input = playedInput({});
    const helm = `show*) echo '${widgets}' ;;\n*) cat >/dev/null ;;`;
    const { asked } = perform(input, installAction(input, rest), {
      helm,
      kubectl: `*"get namespace"*) printf Active ;;`,
    });
    expect(asked.filter((one) => one.includes("apply"))).toEqual([]);
    expect(asked).toContain(judge(""));
  });
});

describe("what helm finds lacking while it judges such a chart", () => {
  it.each([
    ["its own kind", widgets, ["Widget"]],
    ["its own kind, twice", widgets, ["Widget", "Widget"]],
    ["a kind in quotes", widgets.replace("Widget", '"Widget"'), ["Widget"]],
    ["a kind in other quotes", widgets.replace("kind: Widget", "'kind': 'Widget'"), ["Widget"]],
    ["all kinds of several", `${widgets}---\n${widgets.replace("Widget", "Gadget")}`, ["Gadget", "Widget"]],
  ])("does not keep it where it brings it: %s", (_, kinds, lacking) => {
    const { asked, status } = install({ kinds, refuses: lacks(...lacking) });
    expect([status, withoutPods(asked).at(-1)]).toEqual([0, `${upgrade}${waiting}`]);
  });

  it.each([
    ["another kind", ["Gadget"]],
    ["another besides its own", ["Widget", "Gadget"]],
    ["its own besides another", ["Gadget", "Widget"]],
    ["a kind whose name its own begins with", ["Wid"]],
    ["a kind that begins with its own", ["WidgetSet"]],
    ["a word that stands there for something else", ["widgets"]],
  ])("keeps it where it does not: %s", (_, lacking) => {
    const { asked, status, told } = install({ refuses: lacks(...lacking) });
    expect([status, asked]).toEqual([1, [show, which, judge("")]]);
    expect(told?.[0]).toBe("addon/unfit");
  });

  it.each([
    ["values that its schema refuses", "values don't meet the specifications of the schema(s)", "inventory/invalid"],
    ["words of its template", "execution error at (x.yaml:1:4): replicas must be odd", "step/action-failed"],
  ])("keeps it too for %s", (_, refuses, code) => {
    const { asked, status, told } = install({ refuses: refuses.replaceAll("'", `'\\''`) });
    expect([status, told?.[0], asked]).toEqual([1, code, [show, which, judge("")]]);
  });
});

describe("kinds that the cluster does not take", () => {
  it.each([
    ["when it judges them", "--dry-run=server", [`${apply} --dry-run=server`]],
    ["though it judged otherwise", "drover -f -", [`${apply} --dry-run=server`, apply]],
  ])("%s keep helm from beginning, and their namespace goes where it was made for them", (_, words, tried) => {
    const kubectl = `*"get namespace"*) exit 1 ;;\n*"${words}") exit 1 ;;`;
    const { asked, status } = install({ kubectl });
    expect(status).toBe(1);
    expect(asked.slice(3)).toEqual([
      there,
      "kubectl create -f -",
      ...tried,
      `kubectl get secrets -n ${namespace} -l owner=helm -o name`,
      `kubectl patiently delete namespace ${namespace} --ignore-not-found --timeout 60s`,
    ]);
  });

  it("leave a namespace alone that was there before", () => {
    const { asked } = install({ kubectl: `*"get namespace"*) printf Active ;;\n*--dry-run=server) exit 1 ;;` });
    expect(asked.slice(3)).toEqual([there, `${apply} --dry-run=server`]);
  });
});
