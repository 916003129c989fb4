import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { gateStep, waitingFor } from "../../src/addons/gate.ts";
import { type KeptObjects, objectsStep } from "../../src/addons/objects-step.ts";
import { runningStep } from "../../src/addons/running-step.ts";
import { sh } from "../../src/core/shell.ts";
import { records, withAddons } from "../unit/support/addon-world.ts";
import { changesOf, decideOn, deployment, list, type Machine, scriptsOf } from "../unit/support/rke-world.ts";

const access = withAddons({});
const release = { id: "cert-manager/release", name: "cert-manager", namespace: "cert-manager" } as const;

describe("a gate", () => {
  const gate = gateStep(access, {
    id: "cert-manager/gate",
    title: "it works",
    release,
    needs: [release.id],
    check: sh`check-it`,
    seconds: 120,
    remedy: "look",
  });
  const installed = { "get configmaps,secrets": records() } as const;

  it("waits for its release", () => {
    expect(decideOn(gate, {})).toMatchObject({ kind: "later", after: "cert-manager/release" });
    const failed = { "get configmaps,secrets": records({ status: "failed" }), "check-it": "" };
    expect(decideOn(gate, failed)).toMatchObject({ kind: "later" });
    expect(decideOn(gate, { ...installed, "check-it": "" })).toMatchObject({ kind: "later" });
  });

  it("is open if its check ends with 0; else it says what is lacking, waits, and changes nothing", () => {
    const deployed = { "get configmaps,secrets": records({}) };
    expect(decideOn(gate, { ...deployed, "check-it": "fine" }).kind).toBe("ok");
    const decision = decideOn(gate, { ...deployed, "check-it": { code: 1, stdout: "first\n2 of 3\n" } });
    expect(changesOf(decision)[0]?.summary).toBe("wait: 2 of 3");
    expect(scriptsOf(decision)).not.toMatch(/\b(apply|create|delete|patch|upgrade)\b/);
  });

  it("tells events, log lines and the reason when it stays closed, and goes on when it opens", () => {
    const deployed = { "get configmaps,secrets": records({}) };
    const script = scriptsOf(decideOn(gate, { ...deployed, "check-it": { code: 1, stdout: "" } }));
    // What it calls is played by shell functions; the clock jumps, so that nobody waits.
    const doubles = `sleep() { :; }
n=0; kubectl() { case "$*" in
  *"get events"*) echo "Warning FailedMount no such volume" ;;
  *"get pods"*) echo "web-1 0/1 CrashLoopBackOff 3 1m"; echo "web-2 1/1 Running 0 1m" ;;
  *"get pod web-1 "*) echo sidecar; echo web ;;
  *"logs -n cert-manager web-1 -c sidecar "*) echo "panic: no database"; printf 'E1 main.go:1] error %s the GPU is lost\\n' "$(printf 'building it: error %.0s' $(seq 40))" ;; esac; }\n`;
    const run = (check: string) => {
      try {
        const text = `${doubles}check-it() { ${check}; }\n${script}`.replaceAll("check-it", "check_it");
        return {
          code: 0,
          out: execFileSync("/bin/sh", ["-c", text.replace(" + 120))", " + 1))")], { encoding: "utf8" }),
        };
      } catch (thrown) {
        const { status, stdout } = thrown as { status: number; stdout: string };
        return { code: status, out: stdout };
      }
    };
    const closed = run("echo database is down; return 1");
    expect(closed.code).toBe(1);
    expect(closed.out).toMatch(/^waiting: database is down$/m);
    expect(closed.out).toContain("FailedMount");
    expect(closed.out).toContain("web-1 is CrashLoopBackOff; it logged last:\npanic: no database");
    // What went wrong is at the end of what a program in Go says.
    const [long = ""] = /^E1 .*$/m.exec(closed.out) ?? [];
    expect([long.length, long]).toEqual([300, expect.stringMatching(/ \.\.\. .* the GPU is lost$/)]);
    expect(closed.out).not.toContain("web-2");
    expect(closed.out).toMatch(/^still lacking: database is down$/m);
    expect(run("return 0")).toEqual({ code: 0, out: "" });
  });

  it("is progress in its own words", () => {
    expect(waitingFor("waiting: 2 of 3")).toEqual({ phase: "2 of 3" });
    expect(waitingFor("Warning: x")).toBeUndefined();
  });
});

describe("the gate over all that runs", () => {
  const running = runningStep(access, ["kube-system"], ["cert-manager/release"]);
  const parts = (...given: readonly object[]): Machine => ({ "get deployments": list(...given) });

  it("is open if everything in the addons' namespaces runs as often as it should", () => {
    expect(decideOn(running, parts(deployment("a", 1))).kind).toBe("ok");
    expect(decideOn(running, parts()).kind).toBe("ok");
    expect(decideOn(running, {})).toMatchObject({ kind: "later", after: "cert-manager/release" });
  });

  it("waits for what does not, and only for what is ours", () => {
    const decision = decideOn(running, parts(deployment("a", 0), deployment("b", 1, 2), deployment("c", 1)));
    expect(changesOf(decision)).toMatchObject([{ summary: "wait for kube-system/a, kube-system/b", onlyWaits: true }]);
    const elsewhere = { ...deployment("x", 0), metadata: { name: "x", namespace: "customers" } };
    expect(decideOn(running, parts(elsewhere)).kind).toBe("ok");
  });
});

describe("objects that Drover keeps", () => {
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s" },
    data: { password: Buffer.from("hush-hush").toString("base64") },
  };
  const pool = { apiVersion: "example.org/v1", kind: "Pool", metadata: { name: "p" }, spec: { ranges: ["a", "b"] } };
  const kept: KeptObjects = {
    id: "metallb/ranges",
    title: "t",
    addon: "metallb",
    namespace: "n",
    objects: [secret, pool],
    needs: ["metallb/release"],
  };
  const step = objectsStep(access, kept);
  const labels = { "app.kubernetes.io/managed-by": "drover", theirs: "x" };
  const metadata = (name: string) => ({ name, namespace: "n", labels, uid: "1" });
  const there = (...given: readonly object[]): Machine => ({
    "get Secret/s": given.map((object) => `${JSON.stringify(object)}\n---\n`).join(""),
  });
  const asWanted = [
    { ...secret, metadata: metadata("s") },
    { ...pool, metadata: metadata("p"), spec: { ...pool.spec, added: "by a webhook" } },
  ];

  it("are left alone where they are as wanted, whatever others added", () => {
    expect(decideOn(step, there(...asWanted)).kind).toBe("ok");
  });

  it("wait until the cluster knows their kinds", () => {
    expect(decideOn(step, {})).toMatchObject({ kind: "later", after: "metallb/release" });
  });

  it("are applied where one is missing or differs, without showing a secret", () => {
    const old = { ...asWanted[1], spec: { ranges: ["a"] } };
    const decision = decideOn(step, there({ ...asWanted[0], data: { password: "b2xk" } }, old));
    const [change] = changesOf(decision);
    expect(change?.summary).toBe("apply Secret s, Pool p");
    expect(change?.before).toContain("- a\n");
    expect(change?.after).toContain("- b\n");
    expect(change?.actions[0]).toMatchObject({ stdin: expect.stringContaining(secret.data.password) });
    const questions = Object.values(step.probes({} as never)).map(({ sh: { text } }) => text);
    const seen = `${change?.before}${change?.after}${scriptsOf(decision)}${questions.join("")}`;
    expect(seen).not.toMatch(/hush|aHVza|b2xk/);
    expect(changesOf(decideOn(step, there()))[0]?.before).toBeUndefined();
  });

  it("are asked for by kind, version and group, those of one namespace at once", () => {
    const question = step.probes({} as never)["there"]?.sh.text ?? "";
    expect(question).toContain("get Secret/s Pool.v1.example.org/p -n n --ignore-not-found -o json");
    expect(question.match(/kubectl/g)).toHaveLength(1);
    const elsewhere = { ...secret, metadata: { name: "s", namespace: "m" } };
    const both = objectsStep(access, { ...kept, objects: [secret, elsewhere, pool] });
    const questions = both.probes({} as never)["there"]?.sh.text ?? "";
    expect(questions).toContain("get Secret/s Pool.v1.example.org/p -n n ");
    expect(questions).toContain("get Secret/s -n m ");
  });

  it.each<[string, string, string]>([
    ["a list of both, as kubectl makes of several", list(...asWanted), "ok"],
    ["a list of one, where the other is missing", list(asWanted[0] ?? {}), "change"],
    ["one object alone", JSON.stringify(asWanted[1]), "change"],
    ["nothing, where none is there", "", "change"],
    ["an answer that is cut", list(...asWanted).slice(0, -9), "change"],
    ["a list without items", '{"kind": "List", "items": {"a": 1}}', "change"],
    ["a list of what are no objects", '{"kind": "List", "items": [1, null, "Secret"]}', "change"],
  ])("are read from %s", (_, answer, kind) => {
    expect(decideOn(step, { "get Secret/s": `${answer}\n\n---\n` }).kind).toBe(kind);
  });
});
