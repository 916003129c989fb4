import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { addonsOf } from "../../src/addons/registry.ts";
import { loginsStep, type Tried } from "../../src/addons/registry-credentials/logins-step.ts";
import { serviceAccountsStep, unlinkAll } from "../../src/addons/registry-credentials/service-accounts-step.ts";
import type { RunAction } from "../../src/core/step.ts";
import { testFolder } from "../test-folder.ts";
import { records, withAddons } from "../unit/support/addon-world.ts";
import { changesOf, decideOn, list, paths } from "../unit/support/rke-world.ts";

/** The scripts themselves, by the real shell. helm and kubectl are played by functions that note what they are told. */
const folder = testFolder("logins");
const calls = join(folder, "calls");
beforeEach(() => rmSync(calls, { force: true }));

const logins: readonly Tried[] = [
  { registry: "ghcr.io", user: "ann", password: "first pass'word", insecure: false },
  { registry: "10.0.0.5:5000", user: "bob", password: '{\n"a": "$x"}\n', insecure: true },
];
const input = withAddons({ registryCredentials: { version: "1.0.0", namespaces: ["team-a"], logins } });
const access = { ...input, paths: { ...paths, dir: folder } };

/** Runs a script with functions in the place of the programs; `said` is what the first failure's pattern finds. */
function run(action: Pick<RunAction, "sh" | "stdin" | "failures">, doubles: string) {
  try {
    const out = execFileSync("/bin/sh", ["-c", `${doubles}\n${action.sh.text}`], {
      encoding: "utf8",
      stdio: "pipe",
      input: action.stdin ?? "",
      env: { ...process.env, TMPDIR: folder },
    });
    return { code: 0, out, known: undefined };
  } catch (thrown) {
    const { status, stdout } = thrown as { status: number; stdout: string };
    const known = action.failures?.map(({ pattern }) => pattern.exec(stdout)?.[1]).find((text) => text !== undefined);
    return { code: status, out: stdout, known };
  }
}

function runOf(step: Parameters<typeof decideOn>[0], machine: Parameters<typeof decideOn>[1]): RunAction {
  const [action] = changesOf(decideOn(step, machine))[0]?.actions ?? [];
  if (action?.kind !== "run") throw new Error("no script");
  return action;
}

const asked = (): readonly string[] => (existsSync(calls) ? readFileSync(calls, "utf8").trimEnd().split("\n") : []);

describe("the registries' word on their logins", () => {
  const [addon] = addonsOf(input);
  if (addon === undefined) throw new Error("no addon");
  const action = runOf(loginsStep(access, addon.release, logins), { "get configmaps,secrets": records() });
  // timeout(1) runs programs, not functions.
  const helm = (answer: string) =>
    `timeout() { shift; "$@"; }\nhelm() { { printf '%s|' "$*"; cat | od -An -tx1 | tr -d ' \\n'; echo; } >>${calls}; ${answer} }`;
  const hex = (text: string) => Buffer.from(text).toString("hex");

  it("is asked with each password exactly as it is, on stdin, newline, quote and dollar included", () => {
    const { code, out } = run(action, helm(":;"));
    expect([code, out]).toEqual([0, "ghcr.io takes ann\n10.0.0.5:5000 takes bob\n"]);
    expect(asked().map((line) => line.split("|")[1])).toEqual(logins.map(({ password }) => hex(password)));
    expect(asked()[0]).toMatch(/^registry login ghcr\.io -u ann --password-stdin --registry-config \S+config\.json\|/);
    expect(asked()[1]).toContain("10.0.0.5:5000 -u bob --plain-http");
  });

  it.each([
    "Error: login attempt to https://ghcr.io/v2/ failed with status: 401 Unauthorized",
    "Error: response status code 403: denied: requested access to the resource is denied",
    "Error: unauthorized: incorrect username or password",
  ])("is the end where it is no: %s", (words) => {
    const { code, known, out } = run(
      action,
      helm(`case "$*" in *ghcr*) echo ${JSON.stringify(words)} >&2; return 1 ;; esac;`),
    );
    expect(code).not.toBe(0);
    expect(known).toContain("ghcr.io as ann: ");
    expect(known).toContain(words.slice(-20));
    // The others are tried all the same: one run tells all that is wrong.
    expect(out).toContain("10.0.0.5:5000 takes bob");
  });

  it.each([
    "Error: Get https://ghcr.io/v2/: dial tcp: lookup ghcr.io: no such host",
    "Error: Get https://ghcr.io/v2/: context deadline exceeded",
    "",
  ])("is no reason to stop where it cannot be had from this machine: '%s'", (words) => {
    const { code, out } = run(
      action,
      helm(`case "$*" in *ghcr*) echo ${JSON.stringify(words)} >&2; return 1 ;; esac;`),
    );
    expect(code).toBe(0);
    expect(out).toContain("not tried: ghcr.io as ann cannot be reached from here");
  });

  it("is asked for over TLS that is not verified where plain http is not spoken", () => {
    const { code } = run(action, helm('case "$*" in *plain-http*) echo "Error: 400" >&2; return 1 ;; esac;'));
    expect(code).toBe(0);
    expect(asked().at(-1)).toContain("10.0.0.5:5000 -u bob --insecure");
    expect(asked().at(-1)?.split("|")[1]).toBe(hex(logins[1]?.password ?? ""));
  });

  it("leaves no file with a password behind, however it ends", () => {
    for (const answer of [":;", "return 1;"]) run(action, helm(answer));
    const { code, out } = run({ sh: action.sh, stdin: "" }, helm(":;"));
    expect([code, out.split("\n").length]).toEqual([0, 3]);
    expect(execFileSync("find", [folder, "-name", "config.json", "-o", "-name", "tmp.*"], { encoding: "utf8" })).toBe(
      "",
    );
  });
});

describe("the service account of a namespace", () => {
  const step = serviceAccountsStep(access, { id: "registry-credentials/release" } as never, ["team-a"]);
  const action = runOf(step, { "get serviceaccounts": list() });
  const kubectl = (cases: string) => `sleep() { :; }\nkubectl() { echo "$*" >>${calls}; case "$*" in ${cases} esac; }`;

  it("is patched, and a pod must then have the Secret, whatever other it has", () => {
    const { code } = run(action, kubectl('*dry-run*) printf "other drover-registry-credentials more" ;;'));
    expect(code).toBe(0);
    expect(asked().at(-1)).toContain("create -n team-a --dry-run=server");
  });

  it.each(["other", "", "drover-registry-credentials-2", "error: pods is forbidden: exceeded quota"])(
    "is not proven by a pod with '%s'",
    (answer) => {
      const { code, known } = run(action, kubectl(`*dry-run*) printf '%s' '${answer}' ;;`));
      expect([code, known]).toEqual([1, answer]);
    },
  );

  it("is waited for where the namespace is new, and named where it never comes", () => {
    const late = `*"get serviceaccount default"*) [ "$(grep -c "get serviceaccount" ${calls})" -gt 2 ] ;; *dry-run*) echo drover-registry-credentials ;;`;
    expect(run(action, kubectl(late)).code).toBe(0);
    const never = { ...action, sh: { text: action.sh.text.replace("+ 60))", "+ 1))") } as typeof action.sh };
    expect(run(never, kubectl('*"get serviceaccount default"*) return 1 ;;'))).toMatchObject({
      code: 1,
      known: "team-a",
    });
  });

  it.each([
    ["", "drover-registry-credentials"],
    ["theirs\nmore\n", "theirs,more,drover-registry-credentials"],
    ["drover-registry-credentials\ntheirs\n", "theirs,drover-registry-credentials"],
  ])("keeps what others gave, as the API takes the list as a whole: '%s'", (there, wanted) => {
    const accounts = `*"get serviceaccounts -A"*) echo "team-a drover-registry-credentials" ;;`;
    const has = `${accounts} *jsonpath*range*) printf '${there.replaceAll("\n", "\\n")}' ;; *dry-run*) echo drover-registry-credentials ;;`;
    expect(run(action, kubectl(has)).code).toBe(0);
    const [, patch = ""] = /--type merge -p (.*)/.exec(asked().join("\n")) ?? [];
    expect(JSON.parse(patch)).toEqual({ imagePullSecrets: wanted.split(",").map((name) => ({ name })) });
    const gone = run({ sh: unlinkAll(access) }, kubectl(has));
    const [, without = ""] = /--type merge -p (.*)/.exec(asked().at(-1) ?? "") ?? [];
    const others = wanted.split(",").filter((name) => name !== "drover-registry-credentials");
    expect([gone.code, JSON.parse(without)]).toEqual([0, { imagePullSecrets: others.map((name) => ({ name })) }]);
  });

  it("loses the Secret again wherever it has it, though the inventory may name another namespace now", () => {
    const has = "drover-registry-credentials";
    const all = `team-a theirs ${has}\\nold ${has}\\nother theirs ${has}-2\\nbare\\n`;
    const doubles = kubectl(`*"get serviceaccounts -A"*) printf '${all}' ;;`);
    expect(run({ sh: unlinkAll(access) }, doubles).code).toBe(0);
    const patched = asked().flatMap((line) => /patch serviceaccount default -n (\S+)/.exec(line)?.[1] ?? []);
    expect(patched).toEqual(["team-a", "old"]);
  });

  it("is left where the cluster does not say which accounts there are", () => {
    const doubles = kubectl('*"get serviceaccounts -A"*) echo "refused" >&2; return 1 ;;');
    expect(run({ sh: unlinkAll(access) }, doubles).code).toBe(1);
    expect(asked().join("\n")).not.toContain("patch");
  });

  it("loses the Secret again, also where a namespace is gone, and not where the cluster refuses", () => {
    const sh = unlinkAll(access);
    const both = `*"get serviceaccounts -A"*) printf 'gone drover-registry-credentials\\nteam-a drover-registry-credentials\\n' ;;`;
    const gone = '*"-n gone"*) echo "Error from server (NotFound): namespaces gone not found" >&2; return 1 ;;';
    expect(run({ sh }, kubectl(`${both} ${gone}`)).code).toBe(0);
    expect(asked().at(-1)).toContain("-n team-a");
    const forbidden = '*"-n gone"*) echo "Error from server (Forbidden): no" >&2; return 1 ;;';
    expect(run({ sh }, kubectl(`${both} ${forbidden}`))).toMatchObject({
      code: 1,
      out: expect.stringContaining("Forbidden"),
    });
  });
});
