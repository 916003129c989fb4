import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failedRun, journalText } from "../unit/support/run-events.ts";
import { inventoryAt, Workplace } from "./drover.ts";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
  for (const folder of ["runs", "test"]) mkdirSync(join(place.dir, ".drover", folder), { recursive: true });
});
afterEach(() => place.remove());

/** Secrets, each planted in another place. */
const planted = {
  registry: "registry-pass-Wq7",
  tokenInKubeconfig: "kubeconfig-token-0xyz",
  inJournal: "journal-secret-991",
  inLog: "log-password-882",
  inAnswers: "answers-secret-773",
  inClusterYml: "cluster-yml-secret-664",
  stateKey: "c3RhdGVrZXktbm90LXJlYWwtYnV0LWxvbmc",
};

const output = (line: string) =>
  `${JSON.stringify({ kind: "output", host: "a", step: "a/b", stream: "stdout", line, at: 3 })}\n`;

function plantAll(): void {
  const registries = "registries:\n  - { url: r.lan, user: ann, password: file:registry-password }\n";
  place.write("inventory.yaml", inventoryAt([1], registries));
  place.write("registry-password", planted.registry);
  const auth = Buffer.from(`ann:${planted.registry}`).toString("base64");
  const journal =
    journalText(failedRun) + output(`login ${planted.registry}`) + output(`PASSWORD=${planted.inJournal}`);
  place.write(".drover/runs/20261121-120000-aaaa.jsonl", journal + output(`Authorization: Basic ${auth}`));
  place.write(".drover/init.answers.json", JSON.stringify({ user: "ann", password: planted.inAnswers }));
  place.write(".drover/test/cluster.yml", `private_registries:\n- url: r.lan\n  password: ${planted.inClusterYml}\n`);
  place.write(
    ".drover/test/rke.log",
    `level=info msg="token: ${planted.inLog}"\nlevel=info msg="${planted.tokenInKubeconfig}"\n`,
  );
  place.write(".drover/test/kube_config_cluster.yml", `users:\n- user:\n    token: ${planted.tokenInKubeconfig}\n`);
  place.write(".drover/test/cluster.rkestate", JSON.stringify({ kube: { keyPEM: planted.stateKey } }));
  place.write(".drover/test/rke-2.txt", planted.stateKey);
}

/** The files of an archive, unpacked by the tar of this machine. */
function unpacked(archive: string): ReadonlyMap<string, string> {
  const folder = join(place.dir, "unpacked");
  mkdirSync(folder);
  execFileSync("tar", ["-xzf", archive, "-C", folder]);
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return new Map(files.map((name) => [name.replace(/^[^/]+\//, ""), readFileSync(join(folder, name), "utf8")]));
}

describe("drover doctor", () => {
  it("gathers what lies here into an archive of the operator's own, with no planted secret in any form", async () => {
    plantAll();
    const { code, stdout } = await place.drover("doctor", "--no-ask", "-o", "d.tar.gz");
    expect(code).toBe(0);
    expect(statSync(join(place.dir, "d.tar.gz")).mode & 0o777).toBe(0o600);
    const files = unpacked(join(place.dir, "d.tar.gz"));
    expect([...files.keys()].sort()).toEqual([
      "init.answers.json",
      "inventory.yaml",
      "runs/20261121-120000-aaaa.jsonl",
      "test/cluster.yml",
      "test/rke.log",
      "versions.json",
    ]);
    for (const name of files.keys()) expect(stdout).toContain(name);
    const all = [...files.values()].join("\n");
    for (const secret of Object.values(planted)) {
      for (const encoding of ["utf8", "base64", "hex"] as const)
        expect(all).not.toContain(Buffer.from(secret).toString(encoding));
    }
    expect(all).not.toContain(Buffer.from(`ann:${planted.registry}`).toString("base64"));
    expect(all).not.toContain("PRIVATE KEY");
  });

  it("leaves what is no secret as it was, so that it can be read", async () => {
    plantAll();
    await place.drover("doctor", "--no-ask", "-o", "d.tar.gz");
    const files = unpacked(join(place.dir, "d.tar.gz"));
    expect(files.get("runs/20261121-120000-aaaa.jsonl")?.startsWith(journalText(failedRun))).toBe(true);
    expect(files.get("inventory.yaml")).toContain("password: file:registry-password");
    expect(JSON.parse(files.get("versions.json") ?? "")).toMatchObject({ node: process.version });
  });

  it("tells why hosts and cluster could not be asked, and gathers the rest", async () => {
    place.write("inventory.yaml", inventoryAt([1]));
    const { code } = await place.drover("doctor", "-o", "d.tar.gz");
    expect(code).toBe(0);
    const files = unpacked(join(place.dir, "d.tar.gz"));
    expect(files.get("hosts/n1.error.txt")).toContain("ssh/unreachable");
    expect(files.get("tools.txt")).toContain("===== helm");
  });

  it("works with a broken inventory, and says in the archive what is wrong with it", async () => {
    place.write("inventory.yaml", "version: 1\npassword: hunter2hunter2\n");
    const { code } = await place.drover("doctor", "-o", "d.tar.gz");
    expect(code).toBe(0);
    const files = unpacked(join(place.dir, "d.tar.gz"));
    expect(files.get("inventory.error.txt")).toContain("inventory/invalid");
    expect([...files.values()].join("")).not.toContain("hunter2hunter2");
  });

  it("writes over nothing, and asks only hosts that there are", async () => {
    place.write("inventory.yaml", inventoryAt([1]));
    place.write("d.tar.gz", "mine");
    expect(await place.drover("doctor", "--no-ask", "-o", "d.tar.gz")).toMatchObject({ code: 3 });
    expect(readFileSync(join(place.dir, "d.tar.gz"), "utf8")).toBe("mine");
    expect(await place.drover("doctor", "--hosts", "n9")).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("n9"),
    });
  });
});
