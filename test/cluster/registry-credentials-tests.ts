import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { commandLinesDuring } from "../unit/support/command-lines.ts";
import type { PracticeCluster } from "./practice-cluster.ts";
import { owner, type PrivateRegistry, privateAddress } from "./private-registry.ts";

/** Logins for the pods of two namespaces, at a real registry that lets nobody else in. Each test goes on from the one before it. */
export function registryCredentialsTests(place: PracticeCluster, registry: () => PrivateRegistry): void {
  const address = privateAddress(place);
  const secretFile = join(place.dir, "registry-password");
  const addons = (...args: readonly string[]) => place.drover("addons", ...args, "--yes");
  const up = () => place.drover("up", "--yes", "--only", "addons");
  const said: string[] = [];
  const login = `{registry: "${address}", user: ${owner.user}, password: "file:registry-password"}`;
  const start = (namespace: string) =>
    place.kubectl([
      "run",
      "puller",
      "-n",
      namespace,
      "--image",
      registry().image,
      "--restart",
      "Never",
      "--image-pull-policy",
      "Always",
    ]);
  const state = "jsonpath={.status.phase} {..waiting.reason}";
  const waiting = (namespace: string) => place.kubectl(["get", "pod", "puller", "-n", namespace, "-o", state]);

  it("changes nothing in the cluster while the registry refuses the login, and says which", async () => {
    writeFileSync(secretFile, "wrong-password", { mode: 0o600 });
    const settings = ["namespaces=[team-a, team-b]", `logins=[${login}]`];
    await addons("enable", "registryCredentials", ...settings.flatMap((one) => ["--set", one]));
    const { code, stderr } = await up();
    expect([code, stderr]).toEqual([1, expect.stringContaining("cluster/image-not-pullable")]);
    expect(stderr.replace(/\s+/g, " ")).toContain(`${address} as ${owner.user}`);
    await expect(place.kubectl(["get", "secret", "-n", "team-a", "drover-registry-credentials"])).rejects.toThrow(
      "not found",
    );
  });

  it("lets pods of the named namespaces pull, which name no secret, and no others", async () => {
    writeFileSync(secretFile, owner.password, { mode: 0o600 });
    const { result, found } = await commandLinesDuring([owner.password], up);
    expect([result.code, found]).toEqual([0, []]);
    said.push(result.stdout, result.stderr);
    await start("team-a");
    await expect.poll(() => waiting("team-a"), { timeout: 60_000 }).toMatch(/^Running/);
    await start("default");
    await expect.poll(() => waiting("default"), { timeout: 60_000 }).toMatch(/ErrImagePull|ImagePullBackOff/);
    const plan = await place.drover("plan", "--exit-code", "--only", "addons");
    expect(plan.code).toBe(0);
  });

  it("takes them from a namespace that leaves the list, and keeps what else its service account has", async () => {
    const other = '[{"op":"add","path":"/imagePullSecrets/-","value":{"name":"of-its-owner"}}]';
    await place.kubectl(["patch", "serviceaccount", "default", "-n", "team-b", "--type", "json", "-p", other]);
    await addons("configure", "registryCredentials", "--set", "namespaces=[team-a]");
    const plan = await place.drover("plan", "--verbose", "--only", "addons");
    said.push(plan.stdout);
    expect(plan.stdout).toContain("let pods of team-b no longer pull with the logins");
    expect((await up()).code).toBe(0);
    const names = ["get", "serviceaccount", "default", "-n", "team-b", "-o", "jsonpath={.imagePullSecrets[*].name}"];
    expect(await place.kubectl(names)).toBe("of-its-owner");
  });

  it("goes without a trace but for the namespaces, which are their owners', also from one that left the list since", async () => {
    await addons("configure", "registryCredentials", "--set", "namespaces=[team-b]");
    expect((await addons("disable", "registryCredentials")).code).toBe(0);
    const secrets = await place.kubectl(["get", "secrets", "-A", "-o", "name"]);
    expect(secrets).not.toContain("registry-credentials");
    const accounts = await place.kubectl(["get", "serviceaccounts", "-A", "-o", "jsonpath={..imagePullSecrets}"]);
    expect(accounts).not.toContain("drover-registry-credentials");
    expect(await place.kubectl(["get", "namespaces", "-o", "name"])).toContain("team-a");
    expect((await place.drover("plan", "--exit-code", "--only", "addons")).code).toBe(0);
    await place.kubectl(["delete", "namespace", "team-a", "team-b"]);
    await place.kubectl(["delete", "pod", "puller", "--now"]);
  });

  it("had the password written nowhere but in the operator's own file, and printed nowhere", async () => {
    const base64 = Buffer.from(`${owner.user}:${owner.password}`).toString("base64");
    const { stdout } = await execa("grep", ["-rlE", `${owner.password}|${base64}`, place.dir], { reject: false });
    expect(stdout).toBe(secretFile);
    expect(said.join("\n")).not.toMatch(new RegExp(`${owner.password}|${base64}`));
    expect(readFileSync(place.inventory, "utf8")).not.toContain("registryCredentials:");
  });
}
