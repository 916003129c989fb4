import { answers, type Limits, testLimits, type Written } from "./limits.ts";

const bare = { packages: "end\n", info: "", service: "ActiveState=inactive\nUnitFileState=\n", json: "" };

const kubernetes = (version: string, time: string): Written => ({
  ...answers("clock", { now: `${Date.parse(time)}\n` }),
  cluster: { rke: { kubernetesVersion: version } },
});
const listens = (address: string, port: number, process = "java"): Written =>
  answers("ports", {
    listening: `tcp LISTEN 0 5 ${address}:${port} *:*${process === "" ? "" : ` users:(("${process}",pid=812,fd=6))`}\ndone\n`,
  });
const servers = (count: number) => {
  const text = Array.from({ length: count }, (_, index) => `nameserver 10.0.0.${index + 1}\n`).join("");
  return answers("resolver", { conf: text, real: text });
};
const search = (count: number) =>
  answers("resolver", {
    conf: `nameserver 10.0.0.1\nsearch ${Array.from({ length: count }, (_, index) => `d${index}.example.com`).join(" ")}\n`,
  });
const etcd = (count: number): Written => ({
  others: Array.from({ length: count - 1 }, (_, index) => ({ host: { name: `k${index + 2}` } })),
});
/** Kubeflow on one worker of this size, and on another that adds CPUs alone. */
const kubeflow = (cpus: number, kib: number): Written => ({
  ...answers("machine", { cpus: `${cpus - 1}\n`, memory: `${kib}\n` }),
  others: [
    { host: { name: "k2", roles: ["worker"] }, answers: { machine: { cpus: "1\n", memory: `${900 * 1024}\n` } } },
    { host: { name: "k3", roles: ["etcd"] }, answers: { machine: { cpus: "64\n", memory: "99999999\n" } } },
  ],
  cluster: { addons: { kubeflow: {} } },
});

const ufw = (rule: string, port = 22): Written => ({
  host: { port },
  ...answers("firewall", { ufw: `active\n${rule}\n` }),
});

const limits: Limits = [
  ["firewall/ufw-limit", ufw("ufw limit 80/tcp"), ufw("ufw limit 22/tcp")],
  ["firewall/ufw-limit", ufw("ufw limit 22/udp"), ufw("ufw limit 22")],
  ["firewall/ufw-limit", ufw("ufw limit 2022/tcp"), ufw("ufw limit 2022/tcp", 2022)],
  ["firewall/ufw-limit", ufw("ufw limit 2200/tcp", 2022), ufw("ufw limit 22/tcp", 2022)],
  ["firewall/ufw-limit", ufw("ufw limit 23:25/tcp"), ufw("ufw limit 20:25/tcp")],
  ["firewall/ufw-limit", ufw("ufw limit 80/tcp comment 'not for 22, ssh'"), ufw("ufw limit 22/tcp comment 'ssh'")],
  [
    "firewall/ufw-limit",
    ufw("ufw limit from 10.0.0.22 to any port 80 proto tcp"),
    ufw("ufw limit from 10.0.0.0/8 to any port 22 proto tcp"),
  ],
  ["firewall/ufw-limit", ufw("ufw limit out 22/tcp"), ufw("ufw limit in on eth0 to any port 22 proto tcp")],
  ["firewall/ufw-limit", ufw("ufw limit WWW"), ufw("ufw limit OpenSSH")],
  ["firewall/ufw-limit", ufw("ufw allow 22/tcp"), ufw("ufw limit from 10.0.0.0/8")],
  [
    "firewall/forward",
    answers("firewall", { filter: ":FORWARD DROP [0:0]\n" }),
    { answers: { docker: bare, firewall: { filter: ":FORWARD DROP [0:0]\n" } } },
  ],
  ["firewall/iptables", { answers: { docker: bare, firewall: { command: "" } } }, answers("firewall", { command: "" })],
  ["firewall/input", answers("firewall", { filter: "" }), answers("firewall", { filter: ":INPUT DROP [0:0]\n" })],
  [
    "firewall/input",
    answers("firewall", { filter: ":INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n" }),
    answers("firewall", { filter: ":INPUT ACCEPT [0:0]\n-A INPUT -s 10.0.0.0/8 -j DROP\n" }),
  ],
  ["leftovers/packet-rules", answers("leftovers", { chains: "0\n" }), answers("leftovers", { chains: "0\n1\n" })],
  ["dns/nameservers", { ...servers(0), cluster: { dns: { nameservers: ["10.0.0.9"], search: [] } } }, servers(0)],
  [
    "dns/loopback",
    answers("resolver", { real: "nameserver 12.7.0.1\n" }),
    answers("resolver", { real: "nameserver 127.0.0.1\n" }),
  ],
  [
    "dns/loopback",
    answers("resolver", { real: "nameserver ::10\n" }),
    answers("resolver", { real: "nameserver 10.0.0.1\nnameserver ::1\n" }),
  ],
  [
    "dns/loopback",
    answers("resolver", { conf: "nameserver 127.0.0.53\n" }),
    answers("resolver", { conf: "nameserver 127.0.0.53\n", resolved: "failed\n" }),
  ],
  ["dns/too-many", servers(3), servers(4)],
  ["dns/search-list", search(6), search(7)],
  [
    "names/localhost",
    answers("resolver", { hosts: "::1 localhost\n127.0.0.1 a localhost\n" }),
    answers("resolver", { hosts: "127.0.1.1 localhost\n" }),
  ],
  ["ports/node-ports", listens("0.0.0.0", 29_999), listens("0.0.0.0", 30_000)],
  ["ports/node-ports", listens("0.0.0.0", 32_768), listens("0.0.0.0", 32_767)],
  ["ports/node-ports", listens("0.0.0.0", 31_000, ""), listens("127.0.0.1", 31_000)],
  ["ports/local", listens("127.0.0.1", 10_248, "kubelet"), listens("127.0.0.1", 10_248)],
  ["ports/local", listens("127.0.0.1", 10_255), listens("127.0.0.1", 10_256)],
  ["ports/local", listens("127.0.0.1", 10_258), listens("127.0.0.1", 10_257)],
  ["ports/local", listens("127.0.0.1", 10_260), listens("0.0.0.0", 10_259)],
  ["ports/roles", listens("127.0.0.1", 6443), listens("10.125.0.11", 6443)],
  ["ports/roles", listens("0.0.0.0", 10_250, ""), listens("[::]", 10_250)],
  ["ports/ingress", listens("0.0.0.0", 80, "nginx-ingress-c"), listens("0.0.0.0", 80, "nginx")],
  ["ports/ingress", listens("0.0.0.0", 8443), listens("0.0.0.0", 443)],
  ["cluster/quorum", etcd(3), etcd(2)],
  ["cluster/quorum", etcd(1), etcd(4)],
  [
    "cluster/kubernetes-version",
    kubernetes("v1.32.9-rancher1-1", "2026-02-27T23:59:59.999Z"),
    kubernetes("v1.32.9-rancher1-1", "2026-02-28T00:00:00Z"),
  ],
  [
    "cluster/kubernetes-version",
    kubernetes("v1.33.1-rancher1-1", "2026-03-01T00:00:00Z"),
    kubernetes("v1.28.15-rancher1-1", "2026-03-01T00:00:00Z"),
  ],
  ["cluster/kubeflow-size", kubeflow(5, 13_198 * 1024), kubeflow(4, 13_198 * 1024)],
  ["cluster/kubeflow-size", kubeflow(5, 13_198 * 1024), kubeflow(5, 13_198 * 1024 - 1)],
];

testLimits(limits);
