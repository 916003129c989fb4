import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { beforeEach, describe, expect, it } from "vitest";
import { jobProof } from "../../src/addons/job-proof.ts";
import { testFolder } from "../test-folder.ts";
import { records, withAddons } from "../unit/support/addon-world.ts";
import { commandLinesDuring } from "../unit/support/command-lines.ts";
import { type Misdeed, objectStoreDouble } from "../unit/support/object-store-double.ts";
import { changesOf, decideOn, paths, templates } from "../unit/support/rke-world.ts";

const folder = testFolder("objects");

const program = templates.get("object-proof.sh") ?? "";
const keyId = 'AK"quoted\\id';
/** No other program of this machine says it: the command lines of all of them are looked at. */
const word = `key-of-${process.pid}-`;
const key = `${word}$hush\`'x`;

/** All that the program may call: curl, and of Alpine's busybox what is named here, as SeaweedFS's image has no more. */
const inImage = ["curl", "mktemp", "rm", "cat", "sed", "sha256sum"];
const bin = testFolder("bin");
for (const name of inImage)
  symlinkSync(execFileSync("/bin/sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim(), join(bin, name));

/** Runs the proof's program with the real curl against a double of the store. */
async function proven(misdeed?: Misdeed) {
  await using store = await objectStoreDouble(keyId, misdeed);
  const tmp = testFolder("tmp");
  const env = { STORE: store.url, KEY_ID: keyId, KEY: key, TRIES: "3", TMPDIR: tmp, PATH: bin };
  // Waiting is not what is tested.
  const done = await execa("/bin/sh", ["-c", `sleep() { :; }\n${program}`], { env, extendEnv: false, reject: false });
  return {
    stderr: done.stderr,
    code: done.exitCode,
    said: done.stdout,
    asked: [...store.asked],
    kept: [...store.kept.keys(), ...readdirSync(tmp)],
  };
}

describe("the proof of a store of objects", () => {
  it("makes a bucket, writes, reads, is refused without a key, and leaves nothing", async () => {
    const { code, said, stderr, asked, kept } = await proven();
    expect(stderr).toBe("");
    expect([code, said]).toEqual([0, "kept and given back"]);
    expect(asked).toEqual([
      "PUT /drover-proof",
      "PUT /drover-proof/object",
      "GET /drover-proof/object",
      "*GET /drover-proof/object",
      "DELETE /drover-proof/object",
      "GET /drover-proof/object",
      "DELETE /drover-proof",
    ]);
    expect(kept).toEqual([]);
  });

  it("waits for a store that has only just started, and takes the bucket of a proof that was killed", async () => {
    const slow: Misdeed = (request, count) =>
      request === "PUT /drover-proof" ? { status: count < 3 ? 503 : 409 } : undefined;
    const { code, asked } = await proven(slow);
    expect(code).toBe(0);
    expect(asked.filter((one) => one === "PUT /drover-proof")).toHaveLength(3);
  });

  it.each<[string, Misdeed, RegExp]>([
    ["never comes up", () => ({ status: 503 }), /^making a bucket: it answers 503/],
    [
      "takes no key",
      (request) => (request.startsWith("*") ? undefined : { status: 403 }),
      /^making a bucket: it answers 403/,
    ],
    [
      "has no room",
      (request) => (request === "PUT /drover-proof/object" ? { status: 507 } : undefined),
      /^writing an object: it answers 507/,
    ],
    [
      "gives back something else",
      (request) => (request === "GET /drover-proof/object" ? { status: 200, text: "kept by drove" } : undefined),
      /^reading it: another text comes back/,
    ],
    [
      "lets in who has no key",
      (request) => (request.startsWith("*") ? { status: 200 } : undefined),
      /^reading it without a key: it answers 200/,
    ],
    [
      "removes nothing",
      (request) => (request.startsWith("DELETE") ? { status: 500 } : undefined),
      /^removing it: it answers 500/,
    ],
  ])("fails with the reason where it %s", async (_, misdeed, why) => {
    const { code, said, kept } = await proven(misdeed);
    expect(code).toBe(1);
    expect(kept.filter((name) => name.startsWith("tmp."))).toEqual([]);
    expect(said.split("\n").at(-1)).toMatch(why);
  });

  it("fails where nobody is there", async () => {
    const env = { STORE: "http://127.0.0.1:9", KEY_ID: keyId, KEY: key, TRIES: "2" };
    const done = await execa("/bin/sh", ["-c", `sleep() { :; }\n${program}`], { env, reject: false });
    expect([done.exitCode, done.stdout]).toEqual([1, "making a bucket: it answers 000, not 200 409"]);
  });

  it("has the key in no command line", async () => {
    const { result, found } = await commandLinesDuring([key, word], () => proven());
    expect([result.code, found]).toEqual([0, []]);
  });
});

describe("the Job that proves a release", () => {
  const calls = join(folder, "calls");
  beforeEach(() => rmSync(calls, { force: true }));
  const step = jobProof(
    { ...withAddons({}), paths: { ...paths, dir: folder } },
    {
      id: "seaweedfs/keeps",
      title: "it keeps",
      release: { id: "seaweedfs/release", name: "seaweedfs", namespace: "seaweedfs" },
      summary: "try it",
      imageOf: "deployment/seaweedfs-all-in-one",
      program: "echo 'it''s \"$KEY\" | fine'",
      env: [{ name: "STORE", value: "http://store:8333" }],
      seconds: 60,
      remedy: "look",
    },
  );

  /** Runs the step's script; `cases` is what kubectl says in its place. */
  function run(cases: string) {
    const [action] =
      changesOf(decideOn(step, { "get configmaps,secrets": records({ name: "seaweedfs" }) }))[0]?.actions ?? [];
    if (action?.kind !== "run") throw new Error("no script");
    const double = `sleep() { :; }
kubectl() { echo "$*" >>${calls}; case "$*" in *"create -f -"*) cat >${folder}/made ;; esac; case "$*" in ${cases} esac; }
`;
    const script = double + action.sh.text.replace("+ 60 + 30))", "+ 1))");
    try {
      return {
        code: 0,
        out: execFileSync("/bin/sh", ["-c", script], { encoding: "utf8", stdio: "pipe" }),
        why: undefined,
      };
    } catch (thrown) {
      const { status, stdout } = thrown as { status: number; stdout: string };
      return { code: status, out: stdout, why: action.failures?.[0]?.pattern.exec(stdout)?.[1] };
    }
  }

  const image = '*"get deployment/seaweedfs-all-in-one"*) printf "registry.lab:5000/chrislusf/seaweedfs:4.44" ;;';
  const asked = (): readonly string[] => (existsSync(calls) ? readFileSync(calls, "utf8").trimEnd().split("\n") : []);
  const deletions = () => asked().filter((line) => line.includes("delete job")).length;

  it("takes the image that runs already, tells what it found, goes, and is remembered", () => {
    const { code, out } = run(`${image} *"get job"*) echo "Complete " ;; *"logs job"*) echo "kept and given back" ;;`);
    expect([code, out.trim().split("\n")[0]]).toEqual([0, "kept and given back"]);
    const made = JSON.parse(readFileSync(join(folder, "made"), "utf8"));
    const [container] = made.spec.template.spec.containers;
    expect(container.image).toBe("registry.lab:5000/chrislusf/seaweedfs:4.44");
    expect(container.command).toEqual(["/bin/sh", "-c", "echo 'it''s \"$KEY\" | fine'"]);
    expect(made.spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 60, ttlSecondsAfterFinished: 60 });
    expect(deletions()).toBe(2);
    expect(asked().at(-1)).toContain("proven.seaweedfs");
  });

  it.each<[string, string, string]>([
    [
      "its program failed",
      `${image} *"get job"*) echo "FailureTarget Failed " ;; *"logs job"*) echo "reading it: it answers 500" ;;`,
      "reading it: it answers 500",
    ],
    ["it never ends", `${image} *"get job"*) : ;;`, "it did not end in time"],
    [
      "there is nothing to take an image from",
      '*"get deployment"*) echo "Error from server (NotFound)" >&2; return 1 ;;',
      "Error from server (NotFound)",
    ],
    ["the image is no name", '*"get deployment"*) printf "a|b; rm" ;;', "its image has no name"],
    [
      "it may not be made",
      `${image} *"create -f -"*) echo "Error: exceeded quota" >&2; return 1 ;;`,
      "Error: exceeded quota",
    ],
  ])("says why where %s, and leaves no Job", (_, cases, why) => {
    expect(run(cases)).toMatchObject({ code: 1, why });
    expect(deletions()).toBeGreaterThan(0);
    expect(asked().join("\n")).not.toContain("proven.seaweedfs");
  });

  it("hides nothing that a terminal would take for an order", () => {
    const cases = `${image} *"get job"*) echo "Failed " ;; *"logs job"*) printf 'a\\033[31mred\\a\\n' ;;`;
    expect(run(cases).why).toBe("a[31mred");
  });
});
