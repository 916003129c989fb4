import { describe, expect, it } from "vitest";
import { podSeconds, readPods } from "../../src/kube/gpu-pods.ts";
import { at, condition, listAt, nameOf, numberAt, parseJsonObject, textAt } from "../../src/kube/kube-object.ts";
import { noteMetadata, rememberedProbe } from "../../src/kube/remembered.ts";
import { readSnapshot } from "../../src/kube/snapshot.ts";
import { readStatus, snapshotWithin } from "../../src/kube/status.ts";
import { urlHost } from "../../src/kube/url-host.ts";
import { cluster, list, paths } from "./support/rke-world.ts";

/** Everything that JSON can have in the place of something else. */
const odd: readonly unknown[] = [null, 0, 1, "", "text", true, [], [null], [[]], {}, { name: 1 }, { items: {} }];

describe("what lies at a path of an object", () => {
  const object = { a: { b: { text: "t", number: 7, list: [{ n: 1 }, null, "x", [], { n: 2 }] } }, length: 3 };

  it("is taken for what it is, and for nothing else", () => {
    expect(at(object, "a", "b", "text")).toBe("t");
    expect([textAt(object, "a", "b", "text"), textAt(object, "a", "b", "number")]).toEqual(["t", ""]);
    expect([numberAt(object, "a", "b", "number"), numberAt(object, "a", "b", "text")]).toEqual([7, 0]);
    expect(listAt(object, "a", "b", "list")).toEqual([{ n: 1 }, { n: 2 }]);
    expect(listAt(object, "a", "b")).toEqual([]);
    expect(at(object)).toBe(object);
  });

  it("is nothing where the path ends early, also at what has fields of its own kind", () => {
    for (const path of [["x"], ["a", "x", "y"], ["a", "b", "text", "length"], ["a", "b", "list", "0"], ["length", "x"]])
      expect(at(object, ...path), path.join(".")).toBeUndefined();
    expect(textAt(object, "a", "b", "text", "x")).toBe("");
  });

  it("never throws, whatever stands there", () => {
    for (const one of odd)
      for (const value of [{ status: one }, { status: { conditions: one } }, { status: { conditions: [one] } }]) {
        expect(condition(value, "Ready")).toBeUndefined();
        expect([nameOf({ metadata: one }), nameOf(value)]).toEqual(["", ""]);
      }
  });

  it("is the first condition of a type", () => {
    const conditions = [
      { type: "A", status: "1" },
      { type: "B", status: "2" },
      { type: "B", status: "3" },
    ];
    expect(condition({ status: { conditions } }, "B")).toEqual({ type: "B", status: "2" });
    expect(condition({ status: { conditions } }, "C")).toBeUndefined();
  });

  it.each(["", " ", "null", "1", '"a"', "[]", "[{}]", "{", '{"a": 1} {}', "undefined"])(
    "of %j is no object",
    (text) => {
      expect(parseJsonObject(text)).toBeUndefined();
    },
  );
});

describe("an answer of a cluster", () => {
  it("that is odd in any place is read without a throw, and makes nothing up", () => {
    const around = [
      (one: unknown) => one,
      (one: unknown) => ({ items: one }),
      (one: unknown) => ({ items: [one] }),
      (one: unknown) => ({ items: [{ kind: "Node", metadata: one, spec: one, status: one }] }),
      (one: unknown) => ({ items: [{ kind: "Pod", metadata: one, spec: one, status: one }] }),
      (one: unknown) => ({ items: [{ kind: "Pod", status: { phase: "Running", containerStatuses: [one] } }] }),
    ];
    for (const wrap of around)
      for (const one of odd) {
        const text = JSON.stringify(wrap(one));
        const snapshot = readSnapshot(text);
        const status = readStatus(text);
        expect(snapshot === undefined).toBe(status === undefined);
        expect(status?.nodes.length ?? 0).toBe(snapshot?.nodes.length ?? 0);
        expect((status?.podsRunning ?? 0) + (status?.podsNotRunning.length ?? 0)).toBe(snapshot?.pods.length ?? 0);
        expect(status?.since).toBeUndefined();
      }
  });

  it("tells since when there is a cluster by its oldest node that says so", () => {
    const node = (creationTimestamp?: string) => ({ kind: "Node", metadata: { name: "n", creationTimestamp } });
    const since = (...times: readonly (string | undefined)[]) => readStatus(list(...times.map(node)))?.since;
    expect(since("2026-11-20T09:58:11Z", "2025-01-02T03:04:05Z", "2026-01-01T00:00:00Z")).toBe(
      Date.UTC(2025, 0, 2, 3, 4, 5),
    );
    expect(since(undefined, "2026-01-01T00:00:00Z", "yesterday")).toBe(Date.UTC(2026, 0, 1));
    expect([since(undefined), since()]).toEqual([undefined, undefined]);
  });

  it("names all roles of a node, of whatever engine", () => {
    const labels = { "node-role.kubernetes.io/etcd": "true", role: "x", "node-role.kubernetes.io/": "", "x/y": "z" };
    expect(readStatus(list({ kind: "Node", metadata: { labels } }))?.nodes[0]?.roles).toEqual(["etcd", ""]);
  });

  it("holds the engine's own: every node, and of the rest what is in kube-system", () => {
    const of = (kind: string, namespace?: string) => ({ kind, metadata: { name: kind, namespace } });
    const all = [of("Node"), of("Pod", "kube-system"), of("Pod", "shop"), of("Deployment", "kube-system-2"), of("Pod")];
    const within = snapshotWithin({ code: 0, stdout: list(...all), stderr: "said" });
    expect(within).toMatchObject({ code: 0, stderr: "said" });
    expect(JSON.parse(within.stdout)).toEqual({ kind: "List", items: JSON.parse(list(...all.slice(0, 2))).items });
  });

  it("has of Drover's notes those that are called so, each in its namespace, and none where nobody answers", () => {
    const { parse } = rememberedProbe({ cluster, paths });
    const note = (namespace: string, kind = "ConfigMap", name: string = noteMetadata.name) => ({
      ...{ kind, metadata: { name, namespace }, data: { at: namespace } },
    });
    const stdout = list(note("a"), note("b"), note("c", "Secret"), note("d", "ConfigMap", "drover-2"));
    const found = parse({ code: 0, stdout, stderr: "" });
    expect([...found].map(([namespace, one]) => [namespace, one["data"]])).toEqual([
      ["a", { at: "a" }],
      ["b", { at: "b" }],
    ]);
    for (const answer of [
      { code: 1, stdout, stderr: "" },
      { code: 0, stdout: stdout.slice(1), stderr: "" },
    ])
      expect(parse(answer).size).toBe(0);
  });
});

describe("what the pods that proved GPUs printed", () => {
  const proven = (uuid: string) => `{"ok": true, "uuid": "${uuid}", "address": "0000:41:00.0", "bandwidthGBs": 800.5}`;

  it("goes to the node of each, whatever else is in their logs and in whichever order they come", () => {
    const output = `pod|b|Succeeded|b||Completed|
pod|a|Failed|a||Error|
log|pod/proof-b
warning: log|pod/proof-a
${proven("GPU-b")}

log|pod/proof-a
${proven("GPU-a1")}
not json
${proven("GPU-a2")}
`;
    const found = readPods(output).map(({ node, results, note }) => [node, results?.map(({ uuid }) => uuid), note]);
    expect(found).toEqual([
      ["b", ["GPU-b"], undefined],
      // What it found counts, also where the pod was ended for another reason.
      ["a", ["GPU-a1", "GPU-a2"], undefined],
    ]);
  });

  it.each([
    ["", "nothing at all"],
    ["pod|\n", "no pod"],
    [`log|pod/proof-a\n${proven("GPU-a")}\n`, "a log without a pod"],
    ["pod|A|Succeeded|a|||\n", "a name that is none"],
    ["pod|a|Suc ceeded|a|||\n", "a state that is none"],
    ["pod|a|Succeeded|a||\n", "a line that is cut"],
    ["x pod|a|Succeeded|a|||\n", "a line that begins otherwise"],
  ])("%j is %s", (output) => {
    expect(readPods(output)).toEqual([]);
  });

  it("counts on the time that a program needs until it gives up, and on six minutes for an image", () => {
    expect([0, 0.01, 3, 30].map((seconds) => podSeconds({ seconds }))).toEqual([480, 481, 510, 780]);
  });
});

it.each([
  ["10.0.0.1", "10.0.0.1"],
  ["node-a.example.com", "node-a.example.com"],
  ["fd00::1", "[fd00::1]"],
  ["::1", "[::1]"],
])("%s stands in a URL as %s", (address, host) => {
  expect(urlHost(address)).toBe(host);
  expect(new URL(`https://${urlHost(address)}:6443/`).port).toBe("6443");
});
