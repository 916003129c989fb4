import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { checks } from "../../src/addons/prove/checks.ts";
import { addonsOf } from "../../src/addons/registry.ts";
import type { Host } from "../../src/core/cluster.ts";
import { testFolder } from "../test-folder.ts";
import { rancherSettings, withAddons } from "../unit/support/addon-world.ts";
import { authority, leaf } from "../unit/support/certificates.ts";
import { writeProgram } from "../unit/support/helm-world.ts";
import { host } from "../unit/support/rke-world.ts";

/** What is asked through each worker, by the real curl and shell; kubectl is played, and workers are this machine. */
const folder = testFolder("through-workers");
/** Where there is IPv6 at all. */
const own6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"))
  ? ["::1"]
  : [];
const root = authority("Rancher's Own");

/** A port on which somebody with a certificate for `name` serves a page to those who ask for Rancher. */
async function served(name: string, page: string, at = "127.0.0.1"): Promise<number> {
  const { certificate, key } = leaf(root, { names: [name] });
  const server = createServer({ cert: certificate, key }, ({ headers, url }, response) => {
    const isAsked = headers.host?.startsWith("rancher.example.org") === true && url === "/ping";
    response.end(isAsked ? page : "who are you looking for?");
  });
  await new Promise<void>((listening) => server.listen(0, at, listening));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/** The question of a gate, asked where workers have these addresses; `port` stands in for 443, which is not a test's to take. */
async function ping(
  addresses: readonly string[],
  port: number,
): Promise<{ readonly code: number; readonly said: string }> {
  writeProgram(folder, "kubectl", `cat ${join(folder, "ca")}`);
  writeFileSync(join(folder, "ca"), Buffer.from(root.certificate).toString("base64"));
  const hosts: readonly Host[] = addresses.map((address, index) => host(`w-${"abc"[index]}`, { address }));
  const input = withAddons({ rancher: rancherSettings() }, { hosts });
  const tools = { ...input.cluster.tools, kubectl: join(folder, "kubectl") };
  const [addon] = addonsOf({ ...input, cluster: { ...input.cluster, tools } });
  const step = addon?.steps.find(({ id }) => id === "rancher/ping") ?? expect.fail();
  const question = step.probes(host("a"))["lacks"]?.sh.text ?? "";
  const script = question.replace('"$worker":443', `"$worker":${port}`);
  expect(script).not.toBe(question);
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder };
  return new Promise((done) =>
    execFile("/bin/sh", ["-c", script], { env, timeout: 120_000 }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : 1, said: `${stdout}${stderr}`.trim() }),
    ),
  );
}

describe("Rancher's name, asked through a worker", () => {
  it.each(["127.0.0.1", "localhost", ...own6])("answers where the inventory has it as %s", async (address) => {
    const port = await served("rancher.example.org", "pong", address === "::1" ? address : undefined);
    expect(await ping([address], port)).toEqual({ code: 0, said: "" });
  });

  it("is asked for through the next one where the first does not answer", async () => {
    const port = await served("rancher.example.org", "pong");
    expect(await ping(["127.0.0.9", "localhost"], port)).toMatchObject({ code: 0 });
  });

  it("is answered by nobody else's page", async () => {
    const port = await served("rancher.example.org", "\u001b[2Jdefault backend - 404");
    expect(await ping(["localhost"], port)).toEqual({
      code: 1,
      said: "through localhost it says: [2Jdefault backend - 404",
    });
  });

  it("is a certificate for that name and no other", async () => {
    const port = await served("elsewhere.example.org", "pong");
    expect((await ping(["localhost"], port)).said).toMatch(/^through localhost it says: curl: \(60\)/);
  });

  it("tells what keeps a worker from it", async () => {
    expect((await ping(["127.0.0.1"], 1)).said).toMatch(/^through 127\.0\.0\.1 it says: curl: \(7\)/);
  });
});

describe("workers that are known by name or by IPv6", () => {
  const { cluster } = withAddons({});
  const named = { ...cluster, hosts: [host("w-a", { address: "w-a.lan" }), host("w-b", { address: "2001:db8::2" })] };
  const scriptOf = (name: string) => checks(named, "i").find((one) => one.name === name)?.sh.text ?? "";

  it("are asked for an ingress and for a port as URLs have them", () => {
    expect(scriptOf("ingress")).toContain("for worker in w-a.lan '[2001:db8::2]'; do");
    expect(scriptOf("node-port")).toContain("for worker in w-a.lan '[2001:db8::2]'; do");
  });
});
