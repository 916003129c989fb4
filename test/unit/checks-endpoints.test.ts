import { describe, expect, it } from "vitest";
import { endpoints } from "../../src/checks/check-facts.ts";
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
