import { describe, expect, it } from "vitest";
import { noProxy, proxyVariables } from "../../src/core/proxy.ts";
import { cluster, host } from "./support/rke-world.ts";

const door = host("door");
const proxy = { http: "http://proxy.test:3128", https: undefined, no: [".lan", "10.0.0.1"] };
const given = { ...cluster, hosts: [host("a", { internalAddress: "192.168.0.1" }), host("b")], proxy };

describe("what is asked for without a proxy", () => {
  it("are the hosts by name and by both addresses, all that is inside the cluster, and what the inventory says, each once", () => {
    const all = noProxy(given, "hosts");
    expect(all).toEqual(expect.arrayContaining(["a", "10.0.0.1", "192.168.0.1", "b", "10.0.0.2", ".svc", ".lan"]));
    expect(all).toEqual(expect.arrayContaining(["localhost", "127.0.0.1", "::1", cluster.rke.serviceCidr]));
    expect(new Set(all).size).toBe(all.length);
  });

  it("are on this machine not the hosts behind jump hosts, to which a proxy is the way, but among hosts they are", () => {
    const behind = { ...given, hosts: [host("a", { jump: [door] }), host("b", { jump: [] })] };
    expect(noProxy(behind, "control")).not.toContain("a");
    expect(noProxy(behind, "control")).toContain("b");
    expect(noProxy(behind, "hosts")).toEqual(expect.arrayContaining(["a", "b"]));
  });

  it("is the virtual address of the API, unless all hosts lie behind jump hosts", () => {
    const kubeVip = { address: "10.0.0.100" } as NonNullable<typeof cluster.addons.kubeVip>;
    const virtual = { ...given, addons: { kubeVip } };
    expect(noProxy(virtual, "control")).toContain("10.0.0.100");
    const behind = { ...virtual, hosts: [host("a", { jump: [door] })] };
    expect(noProxy(behind, "control")).not.toContain("10.0.0.100");
    expect(noProxy(behind, "hosts")).toContain("10.0.0.100");
  });
});

describe("the variables of a proxy", () => {
  const variables = (http: string | undefined, https: string | undefined) =>
    proxyVariables({ ...given, proxy: { ...proxy, http, https } }, "hosts");

  it("are none without one", () => {
    expect(proxyVariables({ ...given, proxy: undefined }, "hosts")).toEqual({});
    expect(variables(undefined, undefined)).toEqual({});
  });

  it.each<[string | undefined, string | undefined, readonly (string | undefined)[]]>([
    ["http://one", undefined, ["http://one", "http://one"]],
    [undefined, "http://two", [undefined, "http://two"]],
    ["http://one", "http://two", ["http://one", "http://two"]],
  ])("for http %s and https %s lead there, in both spellings", (http, https, wanted) => {
    const found = variables(http, https);
    expect([found["http_proxy"], found["https_proxy"]]).toEqual(wanted);
    for (const name of ["http_proxy", "https_proxy", "no_proxy"]) expect(found[name.toUpperCase()]).toBe(found[name]);
    expect(found["no_proxy"]).toContain("10.0.0.1");
  });
});
