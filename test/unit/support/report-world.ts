import type { CheckLine } from "../../../src/view/check-report.ts";
import type { ReportData } from "../../../src/view/report/report-data.ts";
import type { ChangeRecord, RunRecord } from "../../../src/view/run-record.ts";

/** When the report of these tests was written. */
export const written = Date.UTC(2026, 10, 21, 12, 0, 0);

const day = 24 * 60 * 60 * 1000;

/** A finding of a check, as it comes from a host. */
export function finding(more: Partial<CheckLine> = {}): CheckLine {
  return {
    check: "os/swap",
    title: "swap is off",
    severity: "warning",
    why: "The kubelet does not start with it.",
    verdict: "found",
    hosts: ["n2"],
    evidence: "swap of 2 GiB is on",
    fix: "Turn it off.",
    commands: ["swapoff -a"],
    fixedByUp: undefined,
    ...more,
  };
}

/** A change of a run. */
export function changed(more: Partial<ChangeRecord> = {}): ChangeRecord {
  return {
    host: "n1",
    step: "os/swap-off",
    summary: "turn swap off",
    stage: "Prepare hosts",
    from: 1000,
    tookMs: 2000,
    ...more,
  };
}

/** A run that changed something. */
export function ran(more: Partial<RunRecord> = {}): RunRecord {
  return {
    id: "20261121-110000-abcd",
    command: "up",
    cluster: "practice",
    hosts: ["n1", "n2"],
    at: written - 3600_000,
    outcome: "changed",
    tookMs: 145_000,
    changes: [
      changed(),
      changed({ host: "n2", from: 1200 }),
      changed({
        host: "(control)",
        step: "rke/up",
        summary: "run rke up",
        stage: "Bring up the cluster",
        from: 20_000,
        tookMs: 118_000,
      }),
    ],
    failures: [],
    ...more,
  };
}

/** A report of a small cluster in which there is one of everything. */
export function reportData(more: Partial<ReportData> = {}): ReportData {
  return {
    cluster: "practice",
    at: written,
    version: "0.1.0",
    kubernetes: "v1.32.3-rancher1-1",
    hosts: [
      {
        name: "n1",
        address: "10.0.0.11",
        roles: ["controlplane", "etcd"],
        facts: [["system", "Ubuntu 24.04.1 LTS, amd64, kernel 6.8.0-45-generic"]],
        gpus: [],
      },
      {
        name: "n2",
        address: "10.0.0.12",
        roles: ["worker"],
        facts: [["system", "Ubuntu 22.04.5 LTS, amd64, kernel 5.15.0-122-generic"]],
        gpus: [{ model: "NVIDIA L40S", count: 4 }],
      },
    ],
    live: {
      status: {
        made: true,
        notes: [],
        cluster: "practice",
        nodes: [
          {
            name: "n1",
            ready: true,
            limits: [],
            roles: ["controlplane", "etcd"],
            version: "v1.32.3",
            internalIP: "10.0.0.11",
          },
          { name: "n2", ready: false, limits: [], roles: ["worker"], version: "v1.32.3", internalIP: "10.0.0.12" },
        ],
        hosts: [
          { name: "n1", state: "as wanted", differences: [] },
          { name: "n2", state: "DIFFERS", differences: ["os/swap-off: turn swap off"] },
        ],
        releases: [
          { name: "cert-manager", namespace: "cert-manager", chart: "cert-manager-v1.18.2", status: "deployed" },
          { name: "rancher", namespace: "cattle-system", chart: "rancher-2.11.1", status: "failed" },
        ],
        problems: ["pod kube-system/coredns-1 on n2: CrashLoopBackOff"],
      },
      checks: [
        finding(),
        finding({
          check: "gpu/lanes",
          severity: "note",
          title: "every GPU has all its lanes",
          evidence: "8 of 16 lanes",
        }),
        finding({
          check: "network/route",
          severity: "blocking",
          hosts: [],
          evidence: "10.43.0.0/16 is routed elsewhere",
          commands: [],
        }),
        finding({
          check: "os/modules",
          verdict: "found",
          fixedByUp: "os/kernel-modules",
          evidence: "br_netfilter is not loaded",
        }),
        finding({
          check: "disk/space",
          verdict: "ok",
          evidence: "",
          fix: "",
          commands: [],
          hosts: ["n1", "n2"],
          title: "there is room",
        }),
        finding({ check: "time/step", verdict: "unknown", evidence: "no usable answer about clock" }),
      ],
      mesh: [
        { from: "n1", to: "n2", text: "0.3 ms", good: true },
        { from: "n2", to: "n1", text: "no 2379", good: false },
      ],
    },
    proofs: {
      at: written - 600_000,
      lines: [
        { name: "dns", about: "names of the cluster are found", result: "ok", detail: "on 2 nodes" },
        {
          name: "load-balancer",
          about: "an address of the range answers",
          result: "failed",
          detail: "no address came",
        },
        { name: "volume", about: "a volume keeps what was written", result: "skipped", detail: "no storage class" },
      ],
    },
    certificates: [
      { name: "kube-ca", subject: "kube-ca", notAfter: written + 3650 * day },
      { name: "kube-apiserver", subject: "system:kube-apiserver", notAfter: written + 20 * day },
      { name: "kube-scheduler", subject: "system:kube-scheduler", notAfter: written - day },
    ],
    runs: [
      ran(),
      ran({ id: "20261121-100000-0001", command: "check", outcome: "nothing-to-do", tookMs: 1800, changes: [] }),
      ran({
        id: "20261121-090000-beef",
        outcome: "failed",
        changes: [changed({ tookMs: undefined })],
        failures: [
          {
            code: "host/disk-full",
            message: "the disk of n2 is full",
            host: "n2",
            step: "docker/installed",
            remedy: "Make room.",
            details: ["No space left on device"],
          },
        ],
      }),
    ],
    ...more,
  };
}
