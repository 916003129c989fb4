import { expect, it } from "vitest";
import { catalogue } from "../../src/catalogue/all.ts";
import { messageIn } from "../../src/catalogue/entry.ts";

/** Whole outputs, as the programs end with them: several entries may fit, and the one that tells the cause comes first. */
const outputs: readonly (readonly [what: string, output: string, id: string, message: string])[] = [
  [
    "apt-get of Ubuntu 22.04 beside unattended-upgrades",
    `E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 2381 (unattended-upgr)
E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?`,
    "apt/locked",
    "Another package installation (unattended-upgr, process 2381) has not ended within ten minutes",
  ],
  [
    "apt-get update without a nameserver, where every source fails and some lists are old",
    `Err:1 http://archive.ubuntu.com/ubuntu noble InRelease
  Temporary failure resolving 'archive.ubuntu.com'
Err:2 http://security.ubuntu.com/ubuntu noble-security InRelease
  Temporary failure resolving 'security.ubuntu.com'
Reading package lists...
W: Failed to fetch http://archive.ubuntu.com/ubuntu/dists/noble/InRelease  Temporary failure resolving 'archive.ubuntu.com'
W: Some index files failed to download. They have been ignored, or old ones used instead.`,
    "apt/name-unknown",
    "The host cannot resolve archive.ubuntu.com, where its packages come from",
  ],
  [
    "apt-get install whose mirror has moved on",
    `Err:1 http://deb.debian.org/debian trixie/main amd64 containerd amd64 1.7.24~ds1-6
  404  Not Found [IP: 151.101.2.132 80]
E: Failed to fetch http://deb.debian.org/debian/pool/main/c/containerd/containerd_1.7.24~ds1-6_amd64.deb  404  Not Found [IP: 151.101.2.132 80]
E: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?`,
    "apt/not-fetched",
    "A package could not be fetched: http://deb.debian.org/debian/pool/main/c/containerd/containerd_1.7.24~ds1-6_amd64.deb",
  ],
  [
    "dpkg on a full disk, which is the cause of all that follows",
    `Unpacking containerd (1.7.24~ds1-6) ...
dpkg: error processing archive /var/cache/apt/archives/containerd_1.7.24~ds1-6_amd64.deb (--unpack):
 cannot copy extracted data for './usr/bin/ctr' to '/usr/bin/ctr.dpkg-new': failed to write (No space left on device)
Errors were encountered while processing:
 /var/cache/apt/archives/containerd_1.7.24~ds1-6_amd64.deb
E: Sub-process /usr/bin/dpkg returned an error code (1)`,
    "apt/disk-full",
    "There is no space left for the packages",
  ],
  [
    "dpkg with Docker's own packages beside the distribution's",
    `Preparing to unpack .../containerd.io_1.7.27-1_amd64.deb ...
dpkg: error processing archive /var/cache/apt/archives/containerd.io_1.7.27-1_amd64.deb (--unpack):
 trying to overwrite '/usr/bin/containerd', which is also in package containerd 1.7.24~ds1-6+b2
E: Sub-process /usr/bin/dpkg returned an error code (1)`,
    "dpkg/files-collide",
    "two packages bring /usr/bin/containerd; it belongs to containerd",
  ],
  [
    "a service of a package that does not start",
    `Setting up docker.io (26.1.5+dfsg1-9+b4) ...
Job for docker.service failed because the control process exited with error code.
dpkg: error processing package docker.io (--configure):
 installed docker.io package post-installation script subprocess returned error exit status 1
Errors were encountered while processing:
 docker.io
E: Sub-process /usr/bin/dpkg returned an error code (1)`,
    "dpkg/broken-package",
    "The package docker.io could not be set up",
  ],
  [
    "apt-get with held packages",
    `Some packages could not be installed. This may mean that you have requested an impossible situation.
The following packages have unmet dependencies:
 docker-ce : Depends: containerd.io (>= 1.6.24) but it is not going to be installed
E: Unable to correct problems, you have held broken packages.`,
    "apt/unmet-dependencies",
    "apt finds no way to install what is needed: docker-ce has dependencies that cannot be met",
  ],
  [
    "apt-get update by a clock two days behind",
    `E: Release file for http://security.ubuntu.com/ubuntu/dists/jammy-security/InRelease is not valid yet (invalid for another 1d 23h 4min 2s). Updates for this repository will not be applied.`,
    "apt/clock-behind",
    "The host's clock is behind: by it, the package lists of http://security.ubuntu.com/ubuntu/dists/jammy-security/InRelease will be valid in 1d 23h 4min 2s only",
  ],
  [
    "docker run of an image that a mirror lacks, behind words on the pull",
    `Unable to find image 'r.lan:5000/rancher/rke-tools:v0.1.114' locally
docker: Error response from daemon: manifest for r.lan:5000/rancher/rke-tools:v0.1.114 not found: manifest unknown: manifest unknown.
See 'docker run --help'.`,
    "docker/manifest-unknown",
    "the registry does not have the image r.lan:5000/rancher/rke-tools:v0.1.114",
  ],
  [
    "docker pull at Docker Hub's limit",
    `Error response from daemon: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit`,
    "docker/rate-limit",
    "the registry gives no more images for now: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit",
  ],
  [
    "docker without its daemon, before 29",
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
    "docker/daemon-silent",
    "Docker does not run: nothing answers at unix:///var/run/docker.sock",
  ],
  [
    "docker pull behind a proxy that opens TLS, in the words of Go before 1.20",
    `Error response from daemon: Get "https://registry-1.docker.io/v2/": x509: certificate signed by unknown authority`,
    "docker/certificate-untrusted",
    "the host does not trust the certificate of registry-1.docker.io: certificate signed by unknown authority",
  ],
  [
    "helm whose cluster is away, in the words of helm 3 on an upgrade",
    `Error: UPGRADE FAILED: Kubernetes cluster unreachable: Get "https://10.0.0.11:6443/version": dial tcp 10.0.0.11:6443: connect: no route to host`,
    "helm/cluster-unreachable",
    'helm does not reach the cluster: Get "https://10.0.0.11:6443/version": dial tcp 10.0.0.11:6443: connect: no route to host',
  ],
  [
    "helm without a way to the charts' registry",
    `Error: INSTALLATION FAILED: failed to perform "FetchReference" on source: Get "https://quay.io/v2/jetstack/charts/cert-manager/manifests/v1.19.1": dial tcp: lookup quay.io on 127.0.0.53:53: server misbehaving`,
    "helm/registry-unreachable",
    "this machine does not reach quay.io: dial tcp: lookup quay.io on 127.0.0.53:53: server misbehaving",
  ],
  [
    "kubectl with a certificate that has ended, which is no line that is cut",
    `E1122 20:15:01.123456   12345 memcache.go:265] "Unhandled Error" err="couldn't get current server API group list"
Unable to connect to the server: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-22T20:15:01Z is after 2026-11-01T00:00:00Z`,
    "kubectl/certificate",
    "the API's certificate does not fit the kubeconfig: certificate has expired or is not yet valid: current time 2026-11-22T20:15:01Z is after 2026-11-01T00:00:00Z",
  ],
  [
    "kubectl without an API server",
    `E1122 20:15:01.123456   12345 memcache.go:265] "Unhandled Error" err="couldn't get current server API group list: dial tcp 10.0.0.11:6443: connect: connection refused"
The connection to the server 10.0.0.11:6443 was refused - did you specify the right host or port?`,
    "kubectl/refused",
    "Kubernetes' API does not answer at 10.0.0.11:6443",
  ],
  [
    "kubectl before a CRD is there",
    `error: resource mapping not found for name: "pool" namespace: "metallb-system" from "STDIN": no matches for kind "IPAddressPool" in version "metallb.io/v1beta1"
ensure CRDs are installed first`,
    "kubectl/kind-unknown",
    "the cluster does not know IPAddressPool (metallb.io/v1beta1)",
  ],
  [
    "ssh with a name that no server knows",
    "ssh: Could not resolve hostname gpu1.lan: Temporary failure in name resolution",
    "ssh/name-unknown",
    "the name gpu1.lan does not resolve",
  ],
  [
    "ssh at a closed port, by the line ends of a terminal",
    "ssh: connect to host 10.0.0.11 port 22: No route to host\r\n",
    "ssh/not-connected",
    "10.0.0.11 port 22 cannot be reached: No route to host",
  ],
  [
    "ssh whose key lies open, which is why it is not let in",
    `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
Permissions 0644 for '/home/ann/.ssh/id_ed25519' are too open.
It is required that your private key files are NOT accessible by others.
This private key will be ignored.
Load key "/home/ann/.ssh/id_ed25519": bad permissions
ann@10.0.0.11: Permission denied (publickey).`,
    "ssh/key-open-to-others",
    "ssh refuses the key /home/ann/.ssh/id_ed25519, which others may read (mode 0644)",
  ],
];

it.each(outputs)("of %s, the cause is told", (_, output, id, message) => {
  const entry = catalogue.find(({ pattern }) => pattern.test(output));
  expect(entry?.id).toBe(id);
  expect(entry === undefined ? "" : messageIn(output, entry)).toBe(message);
});
