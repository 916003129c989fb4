import { describe, expect, it } from "vitest";
import { readStatus } from "../../src/kube/status.ts";

/** A state of a container, as the kubelet reports it. */
const since = "2026-11-20T09:58:11Z";
const running = { running: { startedAt: since } };
const waiting = (reason: string, message: string) => ({ waiting: { reason, message } });
const ended = (exitCode: number, reason: string) => ({
  terminated: { containerID: "docker://4c1f", exitCode, reason, startedAt: since, finishedAt: since },
});
const container = (state: object, { ready = false, name = "web", restartCount = 0, lastState = {} } = {}) => ({
  ...{ name, image: "nginx:1.27", imageID: "docker-pullable://nginx@sha256:0a39", containerID: "docker://9b7e" },
  ...{ ready, restartCount, started: ready, state, lastState },
});

const at = { lastProbeTime: null, lastTransitionTime: since };
const conditions = (ready: "True" | "False") => [
  { type: "PodReadyToStartContainers", status: ready, ...at },
  { type: "Initialized", status: "True", ...at },
  { type: "Ready", status: ready, ...at },
  { type: "ContainersReady", status: ready, ...at },
  { type: "PodScheduled", status: "True", ...at },
];

const pod = (status: object, { metadata = {}, spec = {} } = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    ...{ name: "web-5c7d9f8b6-x2k4p", namespace: "shop", generateName: "web-5c7d9f8b6-", uid: "1f0c" },
    ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-5c7d9f8b6", controller: true }],
    ...metadata,
  },
  spec: { nodeName: "node-b", restartPolicy: "Always", containers: [{ name: "web", image: "nginx:1.27" }], ...spec },
  status: { qosClass: "BestEffort", hostIP: "10.0.0.2", ...status },
});

const list = (...items: readonly object[]) =>
  JSON.stringify({ apiVersion: "v1", items, kind: "List", metadata: { resourceVersion: "" } });

/** What is told of one pod: nothing if it runs. */
function told(one: object): string | undefined {
  const status = readStatus(list(one));
  expect(status?.podsRunning).toBe(status?.podsNotRunning.length === 0 ? 1 : 0);
  return status?.podsNotRunning.map(({ state }) => state)[0];
}

describe("a pod of a cluster, as kubectl prints it", () => {
  it("runs where it is ready, however often it was started before", () => {
    const crashedOnce = container(running, { ready: true, restartCount: 3, lastState: ended(137, "OOMKilled") });
    const one = { phase: "Running", conditions: conditions("True"), containerStatuses: [crashedOnce] };
    expect(told(pod(one))).toBeUndefined();
  });

  it("runs where an init container is done, and where one goes on beside it", () => {
    const initContainerStatuses = [
      container(ended(0, "Completed"), { name: "migrate", ready: true }),
      container(running, { name: "log-shipper", ready: true }),
    ];
    const containerStatuses = [container(running, { ready: true })];
    expect(
      told(pod({ phase: "Running", conditions: conditions("True"), initContainerStatuses, containerStatuses })),
    ).toBeUndefined();
  });

  it("does not run on a node that is lost, though its containers were ready when they were last heard of", () => {
    const containerStatuses = [container(running, { ready: true })];
    expect(told(pod({ phase: "Running", conditions: conditions("False"), containerStatuses }))).toBe("NotReady");
  });

  it("does not run where a gate of its own keeps it from being ready", () => {
    const gate = { type: "target-health.example.com/ready", status: "False", ...at };
    const containerStatuses = [container(running, { ready: true })];
    const status = { phase: "Running", conditions: [gate, ...conditions("False")], containerStatuses };
    expect(told(pod(status, { spec: { readinessGates: [{ conditionType: gate.type }] } }))).toBe("NotReady");
  });

  it("is left out of what runs and of what does not where it has done its work", () => {
    const status = { phase: "Succeeded", conditions: conditions("False"), containerStatuses: [ended(0, "Completed")] };
    expect(readStatus(list(pod(status)))).toMatchObject({ podsRunning: 0, podsNotRunning: [] });
  });

  const unready = { conditions: conditions("False") };
  it.each<[string, object, string]>([
    [
      "crashes",
      {
        ...{ phase: "Running", ...unready },
        containerStatuses: [
          container(waiting("CrashLoopBackOff", "back-off 5m0s restarting failed container=web"), {
            restartCount: 42,
            lastState: ended(1, "Error"),
          }),
        ],
      },
      "CrashLoopBackOff",
    ],
    [
      "has just crashed, and is not backed off yet",
      { phase: "Running", ...unready, containerStatuses: [container(ended(137, "OOMKilled"))] },
      "OOMKilled",
    ],
    [
      "has one container that crashes beside one that is well",
      {
        ...{ phase: "Running", ...unready },
        containerStatuses: [
          container(running, { name: "proxy", ready: true }),
          container(ended(1, "Error"), { restartCount: 1 }),
        ],
      },
      "Error",
    ],
    [
      "has one container that is done, and waits for the other",
      {
        ...{ phase: "Running", ...unready },
        containerStatuses: [container(ended(0, "Completed"), { name: "copy" }), container(running)],
      },
      "NotReady",
    ],
    [
      "gets no image",
      {
        ...{ phase: "Pending", ...unready },
        containerStatuses: [
          container(waiting("ImagePullBackOff", 'Back-off pulling image "registry.shop.example/web:7"')),
        ],
      },
      "ImagePullBackOff",
    ],
    [
      "names an image wrongly",
      {
        ...{ phase: "Pending", ...unready },
        containerStatuses: [container(waiting("InvalidImageName", "invalid reference format"))],
      },
      "InvalidImageName",
    ],
    [
      "lacks the Secret that its variables come from",
      {
        ...{ phase: "Pending", ...unready },
        containerStatuses: [container(waiting("CreateContainerConfigError", 'secret "db" not found'))],
      },
      "CreateContainerConfigError",
    ],
    [
      "has an init container that fails",
      {
        ...{ phase: "Pending", ...unready },
        initContainerStatuses: [container(waiting("CrashLoopBackOff", "back-off 20s"), { name: "migrate" })],
        containerStatuses: [container(waiting("PodInitializing", ""))],
      },
      "CrashLoopBackOff",
    ],
    [
      "has an init container that has just failed",
      {
        ...{ phase: "Pending", ...unready },
        initContainerStatuses: [container(ended(3, "Error"), { name: "migrate" })],
        containerStatuses: [container(waiting("PodInitializing", ""))],
      },
      "Error",
    ],
    [
      "is still in its init containers",
      {
        ...{ phase: "Pending", ...unready },
        initContainerStatuses: [container(ended(0, "Completed"), { name: "a" }), container(running, { name: "b" })],
        containerStatuses: [container(waiting("PodInitializing", ""))],
      },
      "Pending",
    ],
    [
      "waits for its volume",
      {
        ...{ phase: "Pending", ...unready },
        containerStatuses: [container(waiting("ContainerCreating", ""))],
      },
      "ContainerCreating",
    ],
    [
      "was evicted",
      { phase: "Failed", reason: "Evicted", message: "The node was low on resource: ephemeral-storage." },
      "Evicted",
    ],
    [
      "was evicted, with what became of its container",
      {
        ...{ phase: "Failed", reason: "Evicted", message: "The node had condition: [DiskPressure].", ...unready },
        containerStatuses: [container(ended(137, "ContainerStatusUnknown"))],
      },
      "Evicted",
    ],
    [
      "ended with its node",
      { phase: "Failed", reason: "Terminated", message: "Pod was terminated in response to imminent node shutdown." },
      "Terminated",
    ],
    [
      "wants a GPU that broke between scheduler and kubelet",
      {
        ...{ phase: "Failed", reason: "UnexpectedAdmissionError" },
        message: "Allocate failed due to no healthy devices present; cannot allocate unhealthy devices nvidia.com/gpu",
      },
      "UnexpectedAdmissionError",
    ],
    [
      "is a job's and failed",
      { phase: "Failed", ...unready, containerStatuses: [container(ended(1, "Error"))] },
      "Error",
    ],
  ])("that %s is told with the reason", (_, status, state) => {
    expect(told(pod(status))).toBe(state);
  });

  it("that no node can take says so, and is on none", () => {
    const message = "0/3 nodes are available: 3 Insufficient nvidia.com/gpu. preemption: 0/3 nodes are available.";
    const scheduled = { type: "PodScheduled", status: "False", reason: "Unschedulable", message, ...at };
    const one = pod({ phase: "Pending", conditions: [scheduled] }, { spec: { nodeName: undefined } });
    expect(readStatus(list(one))?.podsNotRunning).toEqual([
      { namespace: "shop", name: "web-5c7d9f8b6-x2k4p", state: "Unschedulable", node: "" },
    ]);
  });

  it("that has been told to go and does not is called so, whatever its containers say", () => {
    const metadata = { deletionTimestamp: "2026-11-20T10:00:00Z", deletionGracePeriodSeconds: 30 };
    const containerStatuses = [container(ended(137, "Error"))];
    expect(told(pod({ phase: "Running", conditions: conditions("False"), containerStatuses }, { metadata }))).toBe(
      "Terminating",
    );
  });

  it("that goes in good order is none to be told of: its containers still run", () => {
    const metadata = { deletionTimestamp: "2026-11-20T10:00:00Z", deletionGracePeriodSeconds: 30 };
    const containerStatuses = [container(running, { ready: true })];
    expect(
      told(pod({ phase: "Running", conditions: conditions("True"), containerStatuses }, { metadata })),
    ).toBeUndefined();
  });
});

describe("a node of a cluster, as kubectl prints it", () => {
  const says = (type: string, status: string, reason: string) => ({ type, status, reason, ...at });
  const well = [
    says("NetworkUnavailable", "False", "FlannelIsUp"),
    says("MemoryPressure", "False", "KubeletHasSufficientMemory"),
    says("DiskPressure", "False", "KubeletHasNoDiskPressure"),
    says("PIDPressure", "False", "KubeletHasSufficientPID"),
    says("Ready", "True", "KubeletReady"),
  ];
  const but = (...changed: readonly { readonly type: string }[]) => [
    ...well.filter(({ type }) => !changed.some((one) => one.type === type)),
    ...changed,
  ];
  const node = (
    conditions: readonly object[],
    { spec = {}, addresses = [{ type: "InternalIP", address: "10.0.0.2" }] } = {},
  ) => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: "node-b",
      labels: { "kubernetes.io/hostname": "node-b", "node-role.kubernetes.io/worker": "true" },
      creationTimestamp: since,
    },
    spec: { podCIDR: "10.42.1.0/24", ...spec },
    status: {
      addresses,
      conditions,
      nodeInfo: { kubeletVersion: "v1.32.3", containerRuntimeVersion: "docker://26.1.5" },
    },
  });
  const read = (one: object) => readStatus(list(one))?.nodes[0];

  it("is ready without a but where all is well", () => {
    expect(read(node(well))).toEqual({
      ...{ name: "node-b", ready: true, limits: [], roles: ["worker"], version: "v1.32.3", internalIP: "10.0.0.2" },
    });
  });

  const silent = ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"].map((type) =>
    says(type, "Unknown", "NodeStatusUnknown"),
  );
  it.each<[string, object, boolean, readonly string[]]>([
    ["takes no pods any more", node(well, { spec: { unschedulable: true } }), true, ["cordoned"]],
    [
      "has a full disk, for which Kubernetes evicts",
      node(but(says("DiskPressure", "True", "KubeletHasDiskPressure"))),
      true,
      ["DiskPressure"],
    ],
    [
      "has no pod network yet",
      node(but(says("NetworkUnavailable", "True", "NoRouteCreated"), says("Ready", "False", "KubeletNotReady"))),
      false,
      ["NetworkUnavailable"],
    ],
    ["does not report any more", node(but(...silent)), false, []],
    [
      "was drained, and switched off",
      node(but(...silent), { spec: { unschedulable: true, taints: [{ key: "node.kubernetes.io/unreachable" }] } }),
      false,
      ["cordoned"],
    ],
    [
      "has a condition of somebody else's, which may be good or bad",
      node(but(says("EtcdIsVoter", "True", "MemberNotLearner"), says("KernelDeadlock", "True", "DockerHung"))),
      true,
      [],
    ],
    ["has said nothing yet", node([]), false, []],
  ])("that %s is told so", (_, one, ready, limits) => {
    expect(read(one)).toMatchObject({ ready, limits });
  });

  it("has the first of its internal addresses, and none where it has only a name", () => {
    const two = [
      { type: "Hostname", address: "node-b" },
      { type: "InternalIP", address: "10.0.0.2" },
      { type: "InternalIP", address: "fd00::2" },
    ];
    expect(read(node(well, { addresses: two }))?.internalIP).toBe("10.0.0.2");
    expect(read(node(well, { addresses: two.slice(0, 1) }))?.internalIP).toBe("");
  });
});
