import { load } from "js-yaml";
import { expect, test } from "vitest";
import { inventorySchema } from "../../src/inventory/schema/inventory.ts";
import { labInventory } from "../../src/lab/inventory.ts";

/** A well-formed key: the type's name inside, then 32 bytes. */
const keyBytes = Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from("ssh-ed25519"), Buffer.alloc(36, 7)]);
const hostKey = `ssh-ed25519 ${keyBytes.toString("base64")}`;

function write(names: readonly string[], certManagerChart: string | undefined = "/repo/test/stand-ins/cert-manager") {
  return labInventory({
    hosts: names.map((name, index) => ({ name, address: `10.77.0.${11 + index}`, hostKey })),
    user: "ubuntu",
    key: "/cache dir/lab/id_ed25519",
    nameserver: "10.77.0.1",
    registry: "10.77.0.1:5000",
    tools: "/cache dir/bin",
    certManagerChart,
  });
}

const read = (text: string) => inventorySchema.parse(load(text));

test("what a lab writes is an inventory without mistakes", () => {
  expect(() => read(write(["h1", "h2", "h3"]))).not.toThrow();
  expect(() => read(write(["h1"], undefined))).not.toThrow();
});

test("of several hosts the first keeps the cluster and the others work", () => {
  const roles = read(write(["h1", "h2", "h3"])).hosts.map((host) => host.roles);
  expect(roles).toEqual([["controlplane", "etcd"], ["worker"], ["worker"]]);
});

test("a single host does everything", () => {
  expect(read(write(["h1"])).hosts[0]?.roles).toEqual(["controlplane", "etcd", "worker"]);
});

test("every host is pinned to its key, and paths with spaces survive", () => {
  const inventory = read(write(["h1", "h2"]));
  expect(inventory.hosts.map((host) => host.hostKey)).toEqual([hostKey, hostKey]);
  expect(inventory.ssh).toMatchObject({ user: "ubuntu", key: "/cache dir/lab/id_ed25519" });
  expect(inventory.tools).toEqual({
    rke: "/cache dir/bin/rke",
    kubectl: "/cache dir/bin/kubectl",
    helm: "/cache dir/bin/helm",
  });
});

test("images and names come from the bridge", () => {
  const inventory = read(write(["h1"]));
  expect(inventory.registries).toMatchObject([{ url: "10.77.0.1:5000", insecure: true, default: true }]);
  expect(inventory.dns.nameservers).toEqual(["10.77.0.1"]);
  const images = JSON.stringify(inventory.addons.certManager?.values);
  for (const part of ["controller", "webhook", "cainjector", "acmesolver"]) {
    expect(images).toContain(`10.77.0.1:5000/jetstack/cert-manager-${part}"`);
  }
});

test("kube-proxy is told to leave conntrack alone, in text and not in numbers", () => {
  const written = load(write(["h1"]));
  expect(written).toMatchObject({
    rke: { extraArgs: { kubeproxy: { "conntrack-max-per-core": "0", "conntrack-min": "0" } } },
  });
});

test("without a chart at hand no addon is asked for", () => {
  expect(write(["h1"], undefined)).toContain("kubeproxy");
});
