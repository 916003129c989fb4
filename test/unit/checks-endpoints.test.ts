import { describe, expect, it } from "vitest";
import { endpoints, isPassedBy } from "../../src/checks/check-facts.ts";
import type { Cluster } from "../../src/core/cluster.ts";
import { cluster } from "./support/rke-world.ts";

describe("what the hosts must reach for Docker's packages", () => {
  const last = (docker: Partial<Cluster["docker"]>) =>
    endpoints({ ...cluster, docker: { ...cluster.docker, ...docker } }).at(-1);
  const mirror = (url: string) => ({ source: "docker-ce", repository: { url, fingerprint: undefined } }) as const;

  it("is Docker's own repository, or the mirror that the inventory names", () => {
    expect(last({ source: "docker-ce" })).toEqual({ name: "download.docker.com", port: 443 });
    expect(last(mirror("https://mirror.lan/docker/linux"))).toEqual({ name: "mirror.lan", port: 443 });
    expect(last(mirror("http://mirror.lan/linux"))).toEqual({ name: "mirror.lan", port: 80 });
    expect(last(mirror("http://10.0.0.5:8081/linux"))).toEqual({ name: "10.0.0.5", port: 8081 });
  });

  it("is nothing where they come from elsewhere", () => {
    expect(last({ source: "distribution" })?.name).not.toBe("download.docker.com");
  });
});

describe("what the hosts must reach behind a proxy", () => {
  const registry = (url: string, insecure: boolean) => ({
    ...cluster.registries[0],
    url,
    insecure,
    default: false,
    user: undefined,
    password: undefined,
  });
  const world = (proxy: NonNullable<Cluster["proxy"]>, ...registries: Cluster["registries"]): Cluster => ({
    ...cluster,
    proxy,
    registries,
    docker: { ...cluster.docker, source: "docker-ce" },
  });
  const places = (...given: Parameters<typeof world>) =>
    endpoints(world(...given)).map(({ name, port }) => `${name}:${port}`);
  const http = "http://proxy.lan:3128";
  const https = "https://proxy.lan";

  it("is the proxy, once for all that goes through it", () => {
    expect(places({ http, https: undefined, no: [] }, registry("quay.io", false))).toEqual(["proxy.lan:3128"]);
    expect(places({ http, https, no: [] })).toEqual(["proxy.lan:443"]);
    expect(places({ http, https, no: [] }, registry("old.example.com", true))).toEqual([
      "proxy.lan:3128",
      "proxy.lan:443",
    ]);
    expect(places({ http: "http://[2001:db8::1]:8080/", https: undefined, no: [] })).toEqual(["2001:db8::1:8080"]);
    expect(places({ http: "http://proxy.lan", https: undefined, no: [] })).toEqual(["proxy.lan:80"]);
  });

  it("is the place itself where the proxy is not for it", () => {
    const names = { http, https: undefined, no: [".lan", "download.docker.com", "docker.io"] };
    expect(places(names, registry("registry.lan:5000/team", true), registry("10.0.0.9:5000", false))).toEqual([
      "registry.lan:5000",
      "proxy.lan:3128",
      "registry-1.docker.io:443",
      "download.docker.com:443",
    ]);
    // It is for https alone: what is asked for without it goes straight there.
    expect(places({ http: undefined, https, no: [] }, registry("registry.example.com:5000", true))).toEqual([
      "registry.example.com:5000",
      "proxy.lan:443",
    ]);
  });

  it("of apt is the proxy also for names that only Docker passes it by for", () => {
    expect(places({ http, https: undefined, no: ["docker.com", "*"] })).toEqual([
      "registry-1.docker.io:443",
      "proxy.lan:3128",
    ]);
  });

  it.each([
    ["registry.lan", ["registry.lan"], true],
    ["registry.lan", ["REGISTRY.LAN"], true],
    ["registry.lan", ["lan"], true],
    ["registry.lan", [".lan"], true],
    ["registry.lan", ["*.lan"], true],
    ["lan", [".lan"], false],
    ["lan", ["*.lan"], false],
    ["registry.plan", ["lan"], false],
    ["registry.lan.example.com", [".lan"], false],
    ["anything", ["*"], true],
    ["10.0.0.5", ["10.0.0.0/24"], true],
    ["10.0.1.5", ["10.0.0.0/24"], false],
    ["10.0.0.5", ["10.0.0.5"], true],
    ["10.0.0.50", ["10.0.0.5"], false],
    ["registry.lan", ["10.0.0.0/8", "::1", ".svc"], false],
    ["registry.lan", [], false],
  ] as const)("passes %s by %j: %s", (name, words, is) => expect(isPassedBy(name, words)).toBe(is));
});
