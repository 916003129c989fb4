import { describe, expect, it } from "vitest";
import { clusterDocument } from "../../src/engines/rke/cluster-yml.ts";
import { imagesFor, imagesKnown } from "../../src/engines/rke/images.ts";
import { imagesStep, pullProgress } from "../../src/engines/rke/images-step.ts";
import { changesOf, cluster, decideOn, host, scriptsOf, templates, withRke } from "./support/rke-world.ts";

const flannel = withRke({ network: { plugin: "flannel", options: {} }, ingress: "none" });
const registry = { url: "10.0.0.9:5000", user: undefined, password: undefined, insecure: true, default: true };
const master = host("m", { roles: ["controlplane", "etcd"] });
const worker = host("w");

const images = (given = cluster, on = worker) => imagesFor(clusterDocument(given, templates), on);

describe("the images of a host", () => {
  it("are those of its roles and of the chosen network", () => {
    expect(images(flannel, worker)).toEqual([
      "rancher/flannel-cni:v1.4.1-rancher1",
      "rancher/hyperkube:v1.32.3-rancher1",
      "rancher/mirrored-cluster-proportional-autoscaler:v1.8.9",
      "rancher/mirrored-coredns-coredns:1.11.3",
      "rancher/mirrored-flannel-flannel:v0.26.4",
      "rancher/mirrored-metrics-server:v0.7.2",
      "rancher/mirrored-pause:3.7",
      "rancher/rke-tools:v0.1.111",
    ]);
    expect(images(flannel, master).filter((image) => /etcd|coredns/.test(image))).toEqual([
      "rancher/mirrored-coreos-etcd:v3.5.16",
    ]);
  });

  it("have calico's parts with canal, and nginx only where an ingress is wanted", () => {
    expect(images(cluster).join()).toContain("mirrored-calico-node");
    expect(images(cluster).join()).toContain("nginx-ingress-controller");
    expect(images(withRke({ ingress: "none" })).join()).not.toContain("ingress");
  });

  it("come from the default registry, but a pinned one as it stands", () => {
    const given = withRke(
      { clusterYml: { system_images: { coredns: "other/coredns:1" } } },
      { registries: [registry] },
    );
    expect(images(given)).toContain("10.0.0.9:5000/rancher/hyperkube:v1.32.3-rancher1");
    expect(images(given)).toContain("other/coredns:1");
  });

  it("are not known for a version that the table has not", () => {
    const other = clusterDocument(withRke({ kubernetesVersion: "v9.9.9-rancher1-1" }), templates);
    expect(imagesKnown(other)).toBe(false);
    expect(imagesFor(other, worker)).toEqual([]);
  });
});

describe("rke/images", () => {
  const document = clusterDocument(flannel, templates);
  const step = imagesStep(flannel, document);
  const all = images(flannel).join("\n");

  it("is content when every image is there", () => {
    expect(decideOn(step, { "docker image ls": all }, worker).kind).toBe("ok");
  });

  it("reads tags that stand beside digests, as Docker lists them", () => {
    const rows = all.replace(/^(.*):(.*)$/gm, "$1:$2 $1@sha256:0123");
    expect(decideOn(step, { "docker image ls": rows }, worker).kind).toBe("ok");
  });

  it("finds an image of Docker's own registry, whose name Docker leaves out", () => {
    const named = {
      ...flannel,
      registries: [{ url: "docker.io", user: undefined, password: undefined, insecure: false, default: true }],
    };
    const wanted = images(named);
    expect(wanted.every((image) => image.startsWith("docker.io/"))).toBe(true);
    const own = imagesStep(named, clusterDocument(named, templates));
    const listed = wanted.map((image) => image.slice("docker.io/".length)).join("\n");
    expect(decideOn(own, { "docker image ls": listed }, worker).kind).toBe("ok");
  });

  it.each([
    ["docker.io/library/busybox:1.36", "busybox:1.36 busybox@sha256:ab12"],
    ["index.docker.io/shop/coredns:1.11.3", "shop/coredns:1.11.3 shop/coredns@sha256:ab12"],
    ["docker.io/library/mirror/coredns:1", "library/mirror/coredns:1 library/mirror/coredns@sha256:ab12"],
    ["10.0.0.9:5000/coredns:1.11.3@sha256:ab12", "10.0.0.9:5000/coredns:<none> 10.0.0.9:5000/coredns@sha256:ab12"],
    ["shop/coredns:1@sha256:ab12", "shop/coredns:<none> shop/coredns@sha256:ab12"],
  ])("finds the pinned image %s under the name that Docker gives it", (image, row) => {
    const pinned = { ...flannel, rke: { ...flannel.rke, clusterYml: { system_images: { coredns: image } } } };
    const own = imagesStep(pinned, clusterDocument(pinned, templates));
    const others = images(pinned).filter((one) => one !== image);
    expect(others).toHaveLength(images(pinned).length - 1);
    const listed = (...rows: readonly string[]) => ({ "docker image ls": rows.join("\n") });
    expect(decideOn(own, listed(...others, row), worker).kind).toBe("ok");
    const other = row.replaceAll("ab12", "cd34").replaceAll(/:1[.\d]*(?= )/g, ":2");
    expect(changesOf(decideOn(own, listed(...others, other), worker))[0]?.after).toBe(`${image}\n`);
  });

  it("pulls exactly what is missing", () => {
    const decision = decideOn(step, { "docker image ls": all.replace(/rancher\/mirrored-pause:3.7\n?/, "") }, worker);
    expect(changesOf(decision)[0]).toMatchObject({ summary: "pull 1 image", after: "rancher/mirrored-pause:3.7\n" });
    expect(scriptsOf(decision).match(/docker pull/g)).toHaveLength(1);
  });

  it("cannot be known before Docker is there", () => {
    expect(decideOn(step, { docker: { code: 3 } }, worker)).toMatchObject({ kind: "later", after: "docker/installed" });
  });

  it("logs in with the password on stdin, and leaves no login behind", () => {
    const secret = { ...registry, user: "u", password: "very-secret" };
    const decision = decideOn(
      imagesStep({ ...flannel, registries: [secret] }, document),
      { "docker image": "" },
      worker,
    );
    const [action] = changesOf(decision)[0]?.actions ?? [];
    expect(action).toMatchObject({ stdin: "very-secret\n" });
    expect(scriptsOf(decision)).not.toContain("very-secret");
    expect(scriptsOf(decision)).toMatch(
      /trap 'rm -rf "\$work"' EXIT && trap 'exit \d+' .*TERM \|\| exit 1\nDOCKER_CONFIG=\$work;/,
    );
  });

  it("tells how far it is", () => {
    expect(pullProgress("pulled 2 of 8: rancher/x:1")).toEqual({ phase: "pulled rancher/x:1", fraction: 0.25 });
    expect(pullProgress("Digest: sha256")).toBeUndefined();
  });

  it.each([
    ["Error response from daemon: manifest for x/y:1 not found: manifest unknown", "does not have this image"],
    ["Error response from daemon: toomanyrequests: You have reached your pull rate limit", "Wait"],
    ['Error response from daemon: Get "https://r/v2/": http: server gave HTTP response to HTTPS client', "insecure"],
    [
      'Error response from daemon: Get "https://r/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      "`ca` at the registry",
    ],
    [
      'Error response from daemon: Get "https://r/v2/": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2031-01-01T00:00:00Z is after 2030-01-01T00:00:00Z',
      "Renew",
    ],
    [
      'Error response from daemon: Get "https://r/v2/": tls: failed to verify certificate: x509: certificate is valid for r.lan, not r',
      "as its certificate does",
    ],
    [
      'Error response from daemon: Get "https://r/v2/": tls: failed to verify certificate: x509: cannot validate certificate for 10.0.0.9 because it doesn\'t contain any IP SANs',
      "subjectAltName",
    ],
    [
      'Error response from daemon: Get "https://r/v2/": tls: failed to verify certificate: x509: certificate relies on legacy Common Name field, use SANs instead',
      "subjectAltName",
    ],
    [
      'Error response from daemon: Get "https://r/v2/": tls: failed to verify certificate: x509: invalid signature: parent certificate cannot sign this kind of certificate',
      "`ca` at the registry",
    ],
    ['Error response from daemon: Get "https://r/v2/": dial tcp: lookup r: no such host', "does not reach"],
    ["Error response from daemon: pull access denied for x/y", "user"],
    ["something nobody has heard of", "by hand"],
  ])("explains %s", (said, remedy) => {
    const [action] = changesOf(decideOn(step, { "docker image": "" }, worker))[0]?.actions ?? [];
    const failures = action?.kind === "run" ? (action.failures ?? []) : [];
    const output = `${said}\nnot pulled: x/y:1\n`;
    const known = failures.find(({ pattern }) => pattern.test(output));
    expect(known).toMatchObject({ code: "cluster/image-not-pullable", remedy: expect.stringContaining(remedy) });
    expect(known?.pattern.exec(output)?.[2]).toBe("x/y:1");
  });
});
