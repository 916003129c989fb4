import { describe, expect, it } from "vitest";
import type { Registry } from "../../src/core/cluster.ts";
import { DroverError } from "../../src/core/errors.ts";
import { loadInventory } from "../../src/inventory/load.ts";
import { hostStages } from "../../src/steps/host-stages.ts";
import { authority, leaf } from "./support/certificates.ts";

const lan = authority("Lan CA");
const other = authority("Other CA");
const server = leaf(lan, { names: ["r.lan"] });

async function load(registries: object, files: Readonly<Record<string, string>> = {}) {
  const inventory = {
    version: 1,
    cluster: { name: "c" },
    ssh: { user: "u", config: "none" },
    hosts: [{ name: "a", roles: ["controlplane", "etcd", "worker"] }],
    registries,
  };
  const all: Readonly<Record<string, string>> = { "/i/inventory.yaml": JSON.stringify(inventory), ...files };
  return loadInventory({
    path: "/i/inventory.yaml",
    home: "/home/ada",
    readFile: async (path) => all[path] ?? Promise.reject(Object.assign(new Error("none"), { code: "ENOENT" })),
    resolveSecret: async () => "secret",
  });
}

async function mistake(registries: object, files: Readonly<Record<string, string>> = {}): Promise<DroverError> {
  const thrown: unknown = await load(registries, files).catch((error: unknown) => error);
  if (thrown instanceof DroverError) return thrown;
  throw new Error("it did not fail as it should", { cause: thrown });
}

const first = async (text: string): Promise<Registry | undefined> =>
  (await load([{ url: "r.lan:5000", ca: "ca.pem" }], { "/i/ca.pem": text })).registries[0];

describe("a registry's authority", () => {
  it("is read from its file, beside the inventory or in the home folder", async () => {
    const made = await first(lan.certificate);
    expect(made?.ca?.pem).toBe(lan.certificate);
    expect(made?.ca?.certificates).toMatchObject([{ subject: "Lan CA" }]);
    const { from = 0, until = 0 } = made?.ca?.certificates[0] ?? {};
    expect((until - from) / 86_400).toBeCloseTo(3650, 0);
    const home = await load([{ url: "r.lan", ca: "~/ca.pem" }], { "/home/ada/ca.pem": lan.certificate });
    expect(home.registries[0]?.ca?.pem).toBe(lan.certificate);
  });

  it("may be several, among words and with the line ends of other systems; the words stay here", async () => {
    const text = `Our CAs\r\n${lan.certificate.replaceAll("\n", "\r\n")}subject=old\n${other.certificate}bye\n`;
    const made = await first(text);
    expect(made?.ca?.pem).toBe(lan.certificate + other.certificate);
    expect(made?.ca?.certificates.map(({ subject }) => subject)).toEqual(["Lan CA", "Other CA"]);
  });

  it("may be the server's own certificate, as people have it who signed it themselves", async () => {
    expect((await first(server.certificate))?.ca?.certificates).toMatchObject([{ subject: "r.lan" }]);
  });

  it.each([
    ["", "holds no certificate"],
    ["not PEM", "holds no certificate"],
    ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be read (number 1)"],
    [`${lan.certificate}-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n`, "cannot be read (number 2)"],
    [lan.certificate.slice(0, 200), "holds no certificate"],
    [server.certificate + server.key, "holds a private key"],
    ["-----BEGIN RSA PRIVATE KEY-----\nx", "holds a private key"],
  ])("that is none is refused, without a word of what is in it: %#", async (text, why) => {
    const error = await mistake([{ url: "r.lan:5000", ca: "ca.pem" }], { "/i/ca.pem": text });
    expect(error.code).toBe("inventory/invalid");
    expect(error.message).toMatch(/^registries\[0\]\.ca /);
    expect(error.message).toContain(why);
    const body = /BEGIN PRIVATE KEY-----\n(.{20})/.exec(text)?.[1] ?? "no key";
    expect(`${error.message} ${error.remedy} ${error.details.join()}`).not.toContain(body);
  });

  it("that is not there is named with its path", async () => {
    const error = await mistake([{ url: "a" }, { url: "r.lan:5000", ca: "ca.pem" }]);
    expect(error).toMatchObject({
      code: "inventory/unreadable",
      message: "registries[1].ca: /i/ca.pem cannot be read",
    });
  });

  it("is of no use beside insecure, which is said", async () => {
    const error = await mistake([{ url: "r.lan:5000", ca: "ca.pem", insecure: true }], {
      "/i/ca.pem": lan.certificate,
    });
    expect(error.details).toEqual([expect.stringContaining("registries[0].ca: is of no use with `insecure: true`")]);
  });

  it("leaves registries without one as they are, and makes a step only where there is one", async () => {
    const plain = await load([{ url: "r.lan:5000", user: "u", password: "env:P" }]);
    expect(plain.registries).toEqual([
      { url: "r.lan:5000", user: "u", password: "secret", insecure: false, default: false },
    ]);
    const ids = (cluster: Parameters<typeof hostStages>[0]) =>
      hostStages(cluster, { program: "" }).flatMap(({ steps }) => steps.map(({ id }) => id));
    expect(ids(plain)).not.toContain("docker/registry-trust");
    const trusting = await load([{ url: "r.lan:5000", ca: "ca.pem" }], { "/i/ca.pem": lan.certificate });
    const made = ids(trusting);
    // Before Docker is proven, and before anything is pulled.
    expect(made.indexOf("docker/registry-trust")).toBeLessThan(made.indexOf("docker/proven"));
    expect(made).toContain("docker/registry-trust");
  });
});
