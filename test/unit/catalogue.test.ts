import { describe, expect, it } from "vitest";
import { catalogue } from "../../src/catalogue/all.ts";
import { messageIn } from "../../src/catalogue/entry.ts";
import { unreachableError } from "../../src/connection/login-errors.ts";
import { control } from "../../src/core/cluster.ts";

const tools = ["ssh", "apt", "dpkg", "docker", "helm", "kubectl"] as const;
const entriesOf = (tool: string) => catalogue.filter(({ id }) => id.startsWith(`${tool}/`));

describe("the catalogue of what programs say", () => {
  it.each(tools)("knows several ways in which %s fails", (tool) => {
    expect(entriesOf(tool).length).toBeGreaterThanOrEqual(4);
  });

  it("names nothing twice", () => {
    expect(new Set(catalogue.map(({ id }) => id)).size).toBe(catalogue.length);
  });

  it.each(catalogue)("explains its own example, before any other entry does: $id", (entry) => {
    expect(catalogue.find(({ pattern }) => pattern.test(entry.example))?.id).toBe(entry.id);
    const message = messageIn(entry.example, entry);
    expect(message).toMatch(/^\S.{12,}$/);
    expect(message, "every group was filled in").not.toMatch(/\$\d|undefined|\s$|: $/);
  });

  it.each(catalogue)("says what to do, and where the words come from: $id", ({ remedy, source }) => {
    expect(remedy).toMatch(/^[A-Z`].{25,}[.]$/);
    expect(remedy).not.toMatch(/\$\d/);
    expect(source).toMatch(/^https:\/\/(github\.com|salsa\.debian\.org|docs\.docker\.com)\/[^ ]+$/);
  });

  it.each(catalogue)("comes to an end, and to a short message, on output that is made against it: $id", (entry) => {
    const { example } = entry;
    // A pattern that goes back and forth over it would hold this for minutes, and the runner gives up after half a one.
    for (const evil of [" ".repeat(50_000), "x".repeat(50_000), example.slice(0, -1).repeat(500), "\n".repeat(20_000)])
      expect((messageIn(evil, entry) ?? "").length).toBeLessThan(800);
  });

  it.each([
    ["ssh/no-common-algorithm", "Handshake failed: no matching C->S cipher"],
    [
      "ssh/no-common-algorithm",
      "Unable to negotiate with 10.0.0.11 port 22: no matching MAC found. Their offer: hmac-md5",
    ],
    ["ssh/closed-before-login", "kex_exchange_identification: read: Connection reset by peer"],
    ["ssh/closed-before-login", "Connection lost before handshake"],
    ["apt/disk-full", "dpkg: error: failed to write status database record: No space left on device"],
    [
      "apt/unsigned",
      "W: GPG error: https://x.example noble InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY A1B2C3",
    ],
    ["apt/package-unknown", "E: Package 'docker.io' has no installation candidate"],
    ["dpkg/broken-package", "dpkg: error processing archive /tmp/x.deb (--unpack):\n cannot access archive"],
    [
      "docker/socket-forbidden",
      "permission denied while trying to connect to the docker API at unix:///var/run/docker.sock",
    ],
    [
      "docker/socket-forbidden",
      "permission denied while trying to connect to the docker API at unix:///var/run/docker.sock\n",
    ],
    ["docker/port-taken", "failed to listen on TCP socket: listen tcp4 0.0.0.0:443: bind: address already in use"],
    [
      "docker/certificate-untrusted",
      'Get "https://registry.lan/v2/": x509: certificate has expired or is not yet valid',
    ],
    ["helm/cluster-unreachable", 'Error: kubernetes cluster unreachable: Get "https://127.0.0.1:1/version": EOF'],
    ["helm/cluster-unreachable", "Error: UPGRADE FAILED: Kubernetes cluster unreachable: EOF"],
    ["kubectl/kind-unknown", 'no matches for kind "ClusterIssuer" in group "cert-manager.io"'],
    ["kubectl/unreachable", "Unable to connect to the server: net/http: TLS handshake timeout"],
    ["kubectl/unreachable", "Unable to connect to the server: dial tcp: lookup api.lan on 10.0.0.1:53: no such host"],
    ["kubectl/unreachable", "Unable to connect to the server: context deadline exceeded"],
    ["kubectl/unreachable", "Unable to connect to the server: proxyconnect tcp: dial tcp 10.0.0.9:3128: i/o timeout"],
    ["kubectl/certificate", "Unable to connect to the server: x509: certificate signed by unknown authority"],
    [
      "kubectl/login-refused",
      "error: You must be logged in to the server (the server has asked for the client to provide credentials)",
    ],
    ["kubectl/api-not-ready", "Error from server: etcdserver: request timed out"],
    ["kubectl/api-not-ready", "Error from server (InternalError): etcdserver: leader changed"],
    // A webhook that does not answer in time is not the API.
    [
      "kubectl/webhook",
      'Error from server (Timeout): failed calling webhook "w.example.org": Post "https://w.n.svc:443/": EOF',
    ],
    [
      "docker/pull-denied",
      'Error response from daemon: failed to resolve reference "docker.io/team/app:1": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    ],
    [
      "docker/manifest-unknown",
      'Error response from daemon: failed to resolve reference "docker.io/rancher/hyperkube:v9": docker.io/rancher/hyperkube:v9: not found',
    ],
    ["docker/manifest-unknown", "Error response from daemon: manifest unknown"],
  ])("knows %s in the other words that the program has for it: %s", (id, words) => {
    const found = catalogue.find(({ pattern }) => pattern.test(words));
    expect(found?.id).toBe(id);
    expect(found === undefined ? "" : messageIn(words, found)).not.toMatch(/\$\d|undefined|: $/);
  });

  it.each([
    ["manifest for team/app:9 not found: manifest unknown: manifest unknown", "image team/app:9"],
    ['failed to resolve reference "r.lan/app:9": r.lan/app:9: not found', "image r.lan/app:9"],
    ["manifest unknown", "image"],
  ])("names the image that a registry does not have, in the words of either store: %s", (words, end) => {
    const entry = catalogue.find(({ id }) => id === "docker/manifest-unknown") ?? expect.fail();
    expect(messageIn(words, entry)).toBe(`the registry does not have the ${end}`);
  });

  it("tells who forbids the socket without the words that follow", () => {
    const entry = catalogue.find(({ id }) => id === "docker/socket-forbidden") ?? expect.fail();
    for (const end of ["", "\n", ': Get "http://x": dial unix', ": "])
      expect(
        messageIn(`permission denied while trying to connect to the docker API at unix:///d.sock${end}`, entry),
      ).toBe("the login user may not use Docker (unix:///d.sock)");
  });

  it.each([
    "Setting up docker.io (26.1.5+dfsg1-9) ...\nProcessing triggers for man-db (2.13.1-1) ...",
    "node/worker-1 condition met",
    "deployment.apps/web created",
    'Release "cert-manager" does not exist. Installing it now.\nNAME: cert-manager\nSTATUS: deployed',
    "Warning: Permanently added '10.0.0.11' (ED25519) to the list of known hosts.",
    "Status: Downloaded newer image for rancher/hyperkube:v1.32.3-rancher1",
  ])("takes nothing that went well for a failure: %s", (output) => {
    expect(catalogue.filter(({ pattern }) => pattern.test(output))).toEqual([]);
  });
});

describe("a login that fails in words of the ssh library", () => {
  const host = { ...control, name: "a", address: "10.0.0.11", port: 22 };

  it("is explained with what can be done", () => {
    const error = unreachableError(host, new Error("Handshake failed: no matching key exchange method"));
    expect(error).toMatchObject({ code: "ssh/unreachable", host: "a" });
    expect(error.message).toBe(
      "10.0.0.11 port 22: this machine and the host's sshd have no key exchange method in common",
    );
    expect(error.details).toEqual(["Handshake failed: no matching key exchange method"]);
  });

  it("in words that nobody knows is told with them", () => {
    expect(unreachableError(host, new Error("gone fishing"))).toMatchObject({
      message: "10.0.0.11 port 22 gave no SSH session",
      details: ["gone fishing"],
    });
  });
});
