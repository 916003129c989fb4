import { describe, expect, it } from "vitest";
import { addonsOf } from "../../src/addons/registry.ts";
import { removalStages } from "../../src/addons/remove.ts";
import { fingerprint } from "../../src/addons/values.ts";
import type { RegistryCredentialsSettings } from "../../src/core/addons.ts";
import type { Cluster } from "../../src/core/cluster.ts";
import { records, withAddons } from "./support/addon-world.ts";
import { changesOf, decideOn, list, type Machine, scriptsOf } from "./support/rke-world.ts";

const ann = { registry: "ghcr.io", user: "ann", password: "hush-hush" };
const hub = { registry: "docker.io", user: "bob", password: "more: than 'one' $word" };
const key = { registry: "gcr.io", user: "_json_key", password: '{\n  "type": "service_account"\n}' };

function addonOf(more: Partial<RegistryCredentialsSettings> = {}, registries: Cluster["registries"] = []) {
  const settings = { version: "1.0.0", namespaces: ["team-a", "team-b"], logins: [ann, hub, key], ...more };
  const input = withAddons({ registryCredentials: settings }, { registries });
  const [addon] = addonsOf(input);
  const [namespaces, logins, release, accounts] = addon?.steps ?? [];
  if (!addon || !namespaces || !logins || !release || !accounts) throw new Error("steps are missing");
  return { input, addon, namespaces, logins, release, accounts };
}

/** The service accounts called default: those with the Secret of ours, and those with one of others'. */
function accounts(given: Readonly<Record<string, readonly string[]>>): Machine {
  const items = Object.entries(given).map(([namespace, secrets]) => ({
    metadata: { name: "default", namespace },
    imagePullSecrets: secrets.map((name) => ({ name })),
  }));
  return { "get serviceaccounts": list(...items) };
}

const ours = "drover-registry-credentials";
const none: Machine = { "get configmaps,secrets": records() };

describe("the logins of registries, as a release", () => {
  const { sensitiveValues } = addonOf().addon.release;
  const config: { auths: Readonly<Record<string, { auth: string }>> } = JSON.parse(
    String(sensitiveValues["dockerConfig"]),
  );

  it("are Docker's own configuration, in which Docker Hub has its old name", () => {
    expect(Object.keys(config.auths)).toEqual(["ghcr.io", "https://index.docker.io/v1/", "gcr.io"]);
  });

  it.each([ann, hub, key])("hold user and password exactly as they are: $user", ({ registry, user, password }) => {
    const server = registry === "docker.io" ? "https://index.docker.io/v1/" : registry;
    expect(Buffer.from(config.auths[server]?.auth ?? "", "base64").toString()).toBe(`${user}:${password}`);
  });

  it("are shown without their passwords, as text or base64, in plan and command line", () => {
    const { release, logins } = addonOf();
    for (const step of [release, logins]) {
      const decision = decideOn(step, none);
      const shown = JSON.stringify(changesOf(decision).map(({ summary, before, after }) => [summary, before, after]));
      for (const { user, password } of [ann, hub, key])
        for (const text of [password, Buffer.from(`${user}:${password}`).toString("base64")]) {
          expect(shown).not.toContain(JSON.stringify(text).slice(1, -1));
          expect(scriptsOf(decision)).not.toContain(text);
        }
    }
    expect(JSON.stringify(changesOf(decideOn(release, none)))).toContain("registry: ghcr.io");
  });

  it("become a chart of one template where helm runs", () => {
    const script = scriptsOf(decideOn(addonOf().release, none));
    expect(script).toContain("kind: Secret");
    expect(script).toMatch(/upgrade --install registry-credentials "\$chart" --version 1\.0\.0/);
    expect(script).toContain(`trap 'rm -rf "$chart"' EXIT`);
  });

  it("wait for the namespaces, and for the registries' word on the logins", () => {
    const { namespaces, logins, release, accounts: last } = addonOf();
    expect(release.needs).toEqual([namespaces.id, logins.id]);
    expect(last.needs).toEqual([release.id]);
  });
});

describe("the namespaces that get logins", () => {
  const { namespaces } = addonOf();

  it.each<[string, Machine, readonly string[] | "later"]>([
    ["are made where they are missing", { "get namespace": "namespace/team-b\n" }, ["make the namespace team-a"]],
    ["are left alone where they are there", { "get namespace": "namespace/team-a\nnamespace/team-b\n" }, []],
    [
      "are not taken for another of a like name",
      { "get namespace": "namespace/team-ab\nnamespace/team-b\n" },
      ["make the namespace team-a"],
    ],
    ["wait for a cluster that answers", {}, "later"],
  ])("%s", (_, machine, wanted) => {
    const decision = decideOn(namespaces, machine);
    if (wanted === "later") expect(decision.kind).toBe("later");
    else expect(changesOf(decision).map(({ summary }) => summary)).toEqual(wanted);
  });

  it("get no mark of Drover's, which would let their removal take what is in them", () => {
    expect(scriptsOf(decideOn(namespaces, { "get namespace": "" }))).not.toContain("managed-by");
  });
});

describe("the proof of the logins", () => {
  it("is made before the cluster gets them, and again when one changes", () => {
    const { addon, logins } = addonOf();
    expect(decideOn(logins, none).kind).toBe("change");
    const made = (madeFrom: string) =>
      records({ name: "registry-credentials", namespace: "registry-credentials", madeFrom });
    expect(decideOn(logins, { "get configmaps,secrets": made(fingerprint(addon.release)) }).kind).toBe("ok");
    const other = addonOf({ logins: [{ ...ann, password: "new" }, hub, key] });
    expect(decideOn(other.logins, { "get configmaps,secrets": made(fingerprint(addon.release)) }).kind).toBe("change");
    const failed = records({ name: "registry-credentials", status: "failed", madeFrom: fingerprint(addon.release) });
    expect(decideOn(logins, { "get configmaps,secrets": failed }).kind).toBe("change");
  });

  it("names who logs in where, and hands the passwords over on stdin alone", () => {
    const [change] = changesOf(decideOn(addonOf().logins, none));
    expect(change?.summary).toBe("log in to ghcr.io as ann, docker.io as bob, gcr.io as _json_key, as a proof");
    const [action] = change?.actions ?? [];
    const lines = action?.kind === "run" ? action.stdin?.trimEnd().split("\n") : [];
    expect(lines?.map((line) => Buffer.from(line, "base64").toString())).toEqual(
      [ann, hub, key].map((one) => one.password),
    );
  });

  it("speaks plain http only with a registry that the inventory calls insecure", () => {
    const registry = { url: "ghcr.io/mirror", user: undefined, password: undefined, insecure: true, default: false };
    expect(scriptsOf(decideOn(addonOf().logins, none))).not.toContain("--plain-http");
    expect(scriptsOf(decideOn(addonOf({}, [registry]).logins, none))).toContain("ghcr.io -u ann --plain-http");
    expect(scriptsOf(decideOn(addonOf({}, [registry]).logins, none))).not.toContain("docker.io -u bob --plain-http");
  });
});

describe("the service accounts of pods that name none", () => {
  it.each<[string, Machine, readonly string[] | "later"]>([
    [
      "get the logins",
      accounts({ "team-a": [], "team-b": [], default: [] }),
      ["let pods of team-a pull with the logins", "let pods of team-b pull with the logins"],
    ],
    [
      "get them beside what others gave",
      accounts({ "team-a": ["other"], "team-b": [ours, "other"] }),
      ["let pods of team-a pull with the logins"],
    ],
    ["have them already", accounts({ "team-a": [ours], "team-b": ["other", ours], default: ["other"] }), []],
    [
      "lose them where the inventory no longer names the namespace",
      accounts({ "team-a": [ours], "team-b": [ours], "team-c": [ours] }),
      ["let pods of team-c no longer pull with the logins"],
    ],
    ["wait for a cluster that answers", {}, "later"],
    ["wait for a whole answer", { "get serviceaccounts": '{"items": [' }, "later"],
  ])("%s", (_, machine, wanted) => {
    const decision = decideOn(addonOf().accounts, machine);
    if (wanted === "later") expect(decision.kind).toBe("later");
    else expect(changesOf(decision).map(({ summary }) => summary)).toEqual(wanted);
  });

  it("are tried with a pod that is made in the server's mind alone", () => {
    const script = scriptsOf(decideOn(addonOf().accounts, accounts({})));
    expect(script).toContain("--dry-run=server");
    expect(script).toContain("--type merge");
  });
});

describe("the removal", () => {
  it("takes the logins from the service accounts and leaves the namespaces of others", () => {
    const { input, addon } = addonOf();
    const [step] = removalStages(input, addon)[0]?.steps ?? [];
    if (step === undefined) throw new Error("no step");
    const there: Machine = {
      "get configmaps,secrets": records({ name: "registry-credentials", namespace: "registry-credentials" }),
      "get namespace": "registry-credentials Active 1d app.kubernetes.io/managed-by=drover",
    };
    const decision = decideOn(step, there);
    expect(scriptsOf(decision)).toContain("patch serviceaccount default");
    expect(scriptsOf(decision)).not.toMatch(/delete namespace team-/);
    expect(changesOf(decision)[0]?.after).toContain("Pods of team-a, team-b can then pull no image");
  });
});
