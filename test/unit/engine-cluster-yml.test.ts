import { describe, expect, it } from "vitest";
import type { Cluster } from "../../src/core/cluster.ts";
import { clusterDocument, clusterYmlText } from "../../src/engines/rke/cluster-yml.ts";
import { tenthAddress } from "../../src/engines/rke/cluster-yml-services.ts";
import { parseMapping } from "../../src/templates/yaml.ts";
import { cluster, host, templates, withRke } from "./support/rke-world.ts";

const document = (given: Cluster) => clusterDocument(given, templates);

describe("cluster.yml", () => {
  it("is the same text for the same inventory, without a time in it", () => {
    const text = clusterYmlText(document(cluster));
    expect(clusterYmlText(document({ ...cluster }))).toBe(text);
    expect(text).not.toMatch(/\d\d:\d\d/);
  });

  it("reads back as what was written", () => {
    const made = document(cluster);
    expect(parseMapping(clusterYmlText(made))).toEqual(JSON.parse(JSON.stringify(made)));
  });

  it("says nothing that is empty", () => {
    const walk = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      expect(Object.keys(value).length).toBeGreaterThan(0);
      for (const inner of Object.values(JSON.parse(JSON.stringify(value)))) walk(inner);
    };
    walk(document(cluster));
  });

  it("names one key for all hosts once, different keys at their nodes", () => {
    expect(document(cluster)).toMatchObject({ ssh_key_path: "/keys/id" });
    const hosts = [host("a", { keyPath: "/k/1" }), host("b", { keyPath: "/k/2" })];
    const made = document({ ...cluster, hosts });
    expect(made).not.toHaveProperty("ssh_key_path");
    expect(made["nodes"]).toMatchObject([{ ssh_key_path: "/k/1" }, { ssh_key_path: "/k/2" }]);
  });

  it("uses the agent for all as soon as one host has no key: rke has one switch for it", () => {
    const made = document({ ...cluster, hosts: [host("a"), host("b", { keyPath: undefined })] });
    expect(made).toMatchObject({ ssh_agent_auth: true });
    expect(JSON.stringify(made)).not.toContain("ssh_key_path");
  });

  it("writes ports as text, and only unusual ones", () => {
    const made = document({ ...cluster, hosts: [host("a", { port: 2222 }), host("b")] });
    expect(made["nodes"]).toMatchObject([{ port: "2222" }, { port: undefined }]);
  });

  it("lower-cases the names of nodes, as rke does", () => {
    expect(document({ ...cluster, hosts: [host("Node-A")] })["nodes"]).toMatchObject([{ hostname_override: "node-a" }]);
  });

  it("keeps the service range, which rke wants in two places, the same in both", () => {
    const made = document(withRke({ serviceCidr: "10.96.0.0/12" }));
    expect(made["services"]).toMatchObject({
      "kube-api": { service_cluster_ip_range: "10.96.0.0/12" },
      "kube-controller": { service_cluster_ip_range: "10.96.0.0/12" },
      kubelet: { cluster_dns_server: "10.96.0.10" },
    });
  });

  it.each([
    ["10.43.0.0/16", "10.43.0.10"],
    ["10.43.0.248/24", "10.43.1.2"],
    ["172.20.255.254/30", "172.21.0.8"],
  ])("puts cluster DNS of %s at %s", (cidr, address) => {
    expect(tenthAddress(cidr)).toBe(address);
  });

  it("adds flags of components to what it sets itself", () => {
    const made = document(withRke({ extraArgs: { "kube-api": { v: "4" }, kubeproxy: { "conntrack-min": "0" } } }));
    expect(made["services"]).toMatchObject({
      "kube-api": { extra_args: { v: "4" }, service_cluster_ip_range: "10.43.0.0/16" },
      kubeproxy: { extra_args: { "conntrack-min": "0" } },
    });
  });

  it.each([
    ["10.0.0.100", [], ["10.0.0.100"]],
    ["lb.example.org:443", ["api.example.org"], ["lb.example.org", "api.example.org"]],
    ["10.0.0.100", ["api.example.org", "10.0.0.100"], ["10.0.0.100", "api.example.org"]],
  ])("has the address %s, under which clients find the API, in its certificate", (address, sans, expected) => {
    const made = document(withRke({ api: { ...cluster.rke.api, address, sans } }));
    expect(made["authentication"]).toEqual({ sans: expected });
  });

  it("lets the inventory's patch win, and null remove", () => {
    const made = document(
      withRke({ clusterYml: { monitoring: null, services: { etcd: { creation: "1h" } }, prefix_path: "/x" } }),
    );
    expect(made).not.toHaveProperty("monitoring");
    expect(made).toMatchObject({ services: { etcd: { creation: "1h", retention: "72h" } }, prefix_path: "/x" });
  });

  it("names registries that need a login or are the default, and no others", () => {
    const plain = { url: "a", user: undefined, password: undefined, insecure: true, default: false };
    const made = document({ ...cluster, registries: [plain, { ...plain, url: "b", default: true }] });
    expect(made["private_registries"]).toEqual([{ url: "b", user: undefined, password: undefined, is_default: true }]);
  });
});
