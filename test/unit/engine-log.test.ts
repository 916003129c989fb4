import { describe, expect, it } from "vitest";
import { rkeFailures } from "../../src/engines/rke/rke-failures.ts";
import { readRkeLog } from "../../src/engines/rke/rke-log.ts";
import { rkePhase, rkeRemovePhase } from "../../src/engines/rke/rke-phase.ts";

const log = (message: string, level = "info") =>
  `time="2026-11-21T05:04:01Z" level=${level} msg=${JSON.stringify(message)}`;

describe("rke's log", () => {
  it("is read with Go's quoting undone", () => {
    expect(readRkeLog(log('a "b" \\ c\nd', "fatal"))).toEqual({ level: "fatal", message: 'a "b" \\ c\nd' });
    expect(readRkeLog('time="x" level=info msg=word')).toEqual({ level: "info", message: "word" });
    expect(readRkeLog("panic: runtime error")).toBeUndefined();
  });

  it("becomes phases whose fraction only grows, in the order of a first run", () => {
    const run = [
      "Initiating Kubernetes cluster",
      "[certificates] Generating CA kubernetes certificates",
      "Building Kubernetes cluster",
      "[network] Deploying port listener containers",
      "[certificates] Deploying kubernetes certificates to Cluster nodes",
      "[reconcile] Reconciling cluster state",
      "Pre-pulling kubernetes images",
      "[etcd] Building up etcd plane..",
      "[controlplane] Building up Controller Plane..",
      "[authz] Creating rke-job-deployer ServiceAccount",
      "[worker] Building up Worker Plane..",
      "[sync] Syncing nodes Labels and Taints",
      "[network] Setting up network plugin: flannel",
      "[addons] Setting up coredns",
      "[addons] Setting up Metrics Server",
      "[ingress] Setting up nginx ingress controller",
      "[addons] Setting up user addons",
      "Finished building Kubernetes cluster successfully",
    ].map((message) => rkePhase(log(message)));
    expect(run).not.toContain(undefined);
    const fractions = run.map((progress) => progress?.fraction ?? -1);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    expect(run[12]?.phase).toBe("deploying the pods' network (flannel)");
  });

  it("says nothing about lines that begin no phase", () => {
    expect(rkePhase(log("Starting container [etcd] on host [h], try #1"))).toBeUndefined();
    expect(rkePhase("Building Kubernetes cluster")).toBeUndefined();
  });

  it("tells how far a removal is", () => {
    expect(rkeRemovePhase(log("[hosts] Cleaning up host [10.0.0.1]"))?.phase).toBe("cleaning 10.0.0.1");
  });
});

/** What rke really says, and what Drover makes of it. */
const sayings: readonly (readonly [said: string, explained: string])[] = [
  [
    "Failed to validate cluster: v1.99.0-rancher1-1 is an unsupported Kubernetes version and system images are not populated: x",
    "rke does not know Kubernetes v1.99.0-rancher1-1",
  ],
  ["Failed to validate cluster: Cluster can't have duplicate node: 10.0.0.1", "two hosts are one to RKE: 10.0.0.1"],
  ["Failed to validate cluster: Network plugin [foo] is not supported", "the network plugin foo is not supported"],
  [
    "Failed to validate cluster: Ingress controller foo is incorrect",
    "rke refuses cluster.yml: Ingress controller foo is incorrect",
  ],
  [
    "Unsupported Docker version found [29.0.1] on host [10.0.0.1], supported versions are [1.13.x]",
    "10.0.0.1 has Docker 29.0.1, which this rke does not list",
  ],
  [
    "Failed to set up SSH tunneling for host [10.0.0.2]: Can't retrieve Docker Info: error: client version 1.41 is too old. Minimum",
    "Docker on 10.0.0.2 does not speak rke's API version 1.41",
  ],
  [
    'Failed to set up SSH tunneling for host [h]: Can\'t retrieve Docker Info: error during connect: Get "http://x": Unable to access the service on /var/run/docker.sock. Error: ssh: rejected: connect failed (open failed)',
    "on h rke does not get through ssh to Docker",
  ],
  [
    "Failed to set up SSH tunneling for host [h]: ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain",
    "rke cannot log in on h",
  ],
  [
    "Failed to set up SSH tunneling for host [h]: Error configuring SSH: ssh: this private key is passphrase protected",
    "the key for h has a passphrase, which rke cannot ask for",
  ],
  [
    "Failed to set up SSH tunneling for host [h]: Failed to dial ssh using address [h:22]: dial tcp 10.0.0.1:22: connect: connection refused",
    "rke does not reach h: connect: connection refused",
  ],
  [
    "Failed to set up SSH tunneling for host [h]: Failed to dial ssh using address [h:22]: ssh: handshake failed: EOF",
    "sshd on h hangs up on rke, which opens many connections at once",
  ],
  [
    "Failed to set up SSH tunneling for host [127.0.0.1]: Can't retrieve Docker Info: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
    "rke does not get to Docker on 127.0.0.1, over ssh or at all: it does not say which",
  ],
  [
    "Cluster must have at least one etcd plane host: failed to connect to the following etcd host(s) [10.9.9.9]",
    "no host for etcd can be reached: 10.9.9.9",
  ],
  [
    "[network] Host [10.0.0.1] is not able to connect to the following ports: [10.0.0.2:10250]. Please check network policies and firewall rules",
    "10.0.0.1 does not reach 10.0.0.2:10250",
  ],
  [
    "[network] Can't access KubeAPI port [6443] on Control Plane host: 10.0.0.1",
    "this machine does not reach port 6443 of 10.0.0.1",
  ],
  [
    "Failed to start [rke-etcd-port-listener] container on host [h]: failed to bind host port for 0.0.0.0:2379: address already in use",
    "a port that rke-etcd-port-listener wants on h is taken",
  ],
  [
    "Failed to create [etcd] container on host [h]: Error: No such image: rancher/etcd:1",
    "rancher/etcd:1 cannot be pulled on h",
  ],
  [
    "[etcd] Failed to bring up Etcd Plane: etcd cluster is unhealthy: hosts [10.0.0.1] failed to report healthy. Check etcd container logs",
    "etcd does not come up on 10.0.0.1",
  ],
  [
    "Failed to check https://localhost:6443/healthz for service [kube-apiserver] on host [h]: EOF, log: unknown flag: --x",
    "kube-apiserver does not get healthy on h: unknown flag: --x",
  ],
  ["remote error: tls: bad certificate", "a host still holds certificates or data of another cluster"],
  [
    "Failed to get job complete status for job rke-network-plugin-deploy-job in namespace kube-system",
    "RKE's job rke-network-plugin-deploy-job did not finish in time",
  ],
  [
    "[controlPlane] Failed to upgrade Control Plane: [[host master not ready]]",
    "node master is not Ready, so rke upgrades nothing",
  ],
  [
    "[workerPlane] cannot proceed with upgrade of worker since 2 host(s) cannot be reached prior to upgrade",
    "2 worker host(s) cannot be reached; rke upgrades none before they are back",
  ],
  [
    "Provisioning incomplete, host(s) [10.0.0.3] skipped because they could not be contacted",
    "rke left out 10.0.0.3, which it could not reach",
  ],
  [
    "Etcd plane nodes are replaced. Stopping provisioning. Please restore your cluster from backup.",
    "all etcd hosts changed at once",
  ],
  ["Something quite new happened", "rke ended with: Something quite new happened"],
];

describe("the catalogue of rke's failures", () => {
  it.each(sayings)("explains: %s", (said, explained) => {
    const output = `${log("Building Kubernetes cluster")}\n${log(said, "fatal")}\n`;
    const known = rkeFailures.find(({ pattern }) => pattern.test(output));
    const match = known?.pattern.exec(output);
    expect(known?.message.replace(/\$(\d)/g, (_, group: string) => match?.[Number(group)] ?? "")).toBe(explained);
  });

  it("has at least 25 entries, each with a remedy that needs no group of its pattern", () => {
    expect(rkeFailures.length).toBeGreaterThanOrEqual(25);
    for (const { remedy } of rkeFailures) expect(remedy).toMatch(/^(?!.*\$\d).{20,}$/s);
  });

  it("does not take an ordinary log for a failure", () => {
    const output = [
      log("Rebuilding and updating local kube config"),
      log("[etcd] etcd host [h] reported healthy=true"),
    ].join("\n");
    expect(rkeFailures.filter(({ pattern }) => pattern.test(output))).toEqual([]);
  });
});
