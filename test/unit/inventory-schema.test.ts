import { describe, expect, it } from "vitest";
import { parseInventory } from "../../src/inventory/parse.ts";
import { host, hosts, minimal, mistakesOf, mistakesOfText, thrownBy } from "./inventory-support.ts";

const withHost = (more: object) => ({ ...minimal, hosts: [{ ...host, ...more }] });
const ed25519 = `ssh-ed25519 ${Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from("ssh-ed25519"), Buffer.alloc(36)]).toString("base64")}`;

describe("the smallest inventory", () => {
  it("is good, and gets every default", () => {
    expect(mistakesOf(minimal)).toEqual([]);
    expect(parseInventory(JSON.stringify(minimal), "i.yaml")).toEqual({
      version: 1,
      cluster: { name: "sample" },
      ssh: {
        config: "~/.ssh/config",
        user: "ubuntu",
        passphrase: "ask",
        sudoPassword: "ask",
        timeoutSeconds: 10,
        keepAliveSeconds: 5,
      },
      hosts: [{ ...host, gpu: false, labels: {}, taints: [] }],
      docker: { source: "docker-ce", mirrors: [], daemon: {}, moveData: false },
      gpu: {
        driver: { source: "distribution", replace: false },
        toolkit: { source: "nvidia" },
        proofImage: "docker.io/library/python:3.13-slim",
      },
      dns: { nameservers: [], search: [] },
      extraHosts: {},
      kernel: { modules: [], sysctl: {} },
      time: { manage: true, servers: [] },
      firewall: { manage: false },
      upgrades: { hold: ["docker", "nvidia", "kernel"] },
      registries: [],
      tools: { rke: {}, kubectl: {}, helm: {} },
      engine: { name: "rke", settings: {} },
      rke: {
        kubernetesVersion: "v1.32.3-rancher1-1",
        network: { plugin: "canal", options: {} },
        clusterCidr: "10.42.0.0/16",
        serviceCidr: "10.43.0.0/16",
        clusterDomain: "cluster.local",
        dns: { provider: "coredns", upstream: [], stubDomains: {} },
        ingress: "nginx",
        nginx: { options: {}, extraArgs: {} },
        api: {
          sans: [],
          nodePorts: "30000-32767",
          secretsEncryption: false,
          alwaysPullImages: false,
          eventRateLimit: false,
        },
        etcd: { snapshots: { enabled: true, everyHours: 6, keep: 12, timeoutSeconds: 300 } },
        upgrade: {
          workersAtOnce: "10%",
          controlplanesAtOnce: "1",
          drain: false,
          drainForce: false,
          drainDeletesLocalData: false,
          drainGraceSeconds: -1,
          drainTimeoutSeconds: 120,
        },
        addonJobTimeout: 180,
        ignoreDockerVersion: false,
        extraArgs: {},
        extraBinds: {},
        extraEnv: {},
        manifests: [],
        clusterYml: {},
      },
      addons: {},
    });
  });

  it.each(["version", "cluster", "hosts"] as const)("needs %s", (key) => {
    const { [key]: _, ...rest } = minimal;
    expect(mistakesOf(rest)).toEqual([`${key}: is missing`]);
  });

  it("takes cert-manager's defaults when it is asked for with nothing said", () => {
    const { addons } = parseInventory(JSON.stringify({ ...minimal, addons: { certManager: {} } }), "i.yaml");
    expect(addons.certManager).toEqual({
      version: "v1.20.3",
      chart: "https://charts.jetstack.io",
      values: {},
      adopt: false,
    });
  });
});

describe("the kind of a value", () => {
  it.each([
    [{ hosts: {} }, "hosts: must be a list (`- one` per line, or `[one, two]`), but is a mapping"],
    [{ dns: [] }, "dns: must be a mapping of keys to values, but is a list"],
    [{ cluster: "x" }, "cluster: must be a mapping of keys to values, but is text"],
    [{ cluster: null }, "cluster: has no value; give it one, or remove the key"],
    [{ docker: { version: 28.3 } }, "docker.version: must be text; put quotes around it"],
    [{ docker: { source: "podman" } }, 'docker.source: must be one of distribution, docker-ce, none, but is "podman"'],
    [
      { docker: { source: "dokcer-ce" } },
      'docker.source: must be one of distribution, docker-ce, none, but is "dokcer-ce"; did you mean "docker-ce"?',
    ],
    [{ rke: { ignoreDockerVersion: "yes" } }, "rke.ignoreDockerVersion: must be true or false, but is text"],
    [{ rke: { addonJobTimeout: "45s" } }, "rke.addonJobTimeout: must be a whole number, but is text"],
    [{ rke: { addonJobTimeout: 1.5 } }, "rke.addonJobTimeout: must be a whole number, but is a number"],
    [{ rke: { addonJobTimeout: 0 } }, "rke.addonJobTimeout: must be at least 1 second"],
    [{ ssh: { user: "u", port: 70000 } }, "ssh.port: must be a port from 1 to 65535"],
    [{ version: 2 }, "version: must be 1, but is 2"],
    [
      { rke: { network: { options: { canal_iface: [] } } } },
      "rke.network.options.canal_iface: must be text, a whole number, true or false",
    ],
  ])("%j is told in words", (change, mistake) => {
    expect(mistakesOf({ ...minimal, ...change })).toEqual([mistake]);
  });

  it("is free for flags, options and kernel settings, which become text", () => {
    const { rke, kernel } = parseInventory(
      JSON.stringify({
        ...minimal,
        kernel: { sysctl: { "vm.max_map_count": 262144, "net.ipv4.tcp_rmem": "4096 1 2" } },
        rke: {
          extraArgs: { kubelet: { "max-pods": 200, "fail-swap-on": false } },
          network: { options: { canal_flannel_backend_vni: 1 } },
        },
      }),
      "i.yaml",
    );
    expect(kernel.sysctl).toEqual({ "vm.max_map_count": "262144", "net.ipv4.tcp_rmem": "4096 1 2" });
    expect(rke.extraArgs.kubelet).toEqual({ "max-pods": "200", "fail-swap-on": "false" });
    expect(rke.network.options).toEqual({ canal_flannel_backend_vni: "1" });
  });
});

describe("unknown keys", () => {
  it("are mistakes at every depth, each with what may have been meant", () => {
    const change = {
      dokcer: {},
      rke: { network: { plugins: "canal" }, extraArgs: { "kube-apiserver": {}, kubelte: {} } },
    };
    expect(mistakesOf({ ...minimal, ...change })).toEqual([
      'dokcer: is not a key that Drover knows; did you mean "docker"?',
      'rke.network.plugins: is not a key that Drover knows; did you mean "plugin"?',
      "rke.extraArgs.kube-apiserver: is not a key that Drover knows here; it knows kube-api, kube-controller, scheduler, kubelet, kubeproxy, etcd",
      'rke.extraArgs.kubelte: is not a key that Drover knows; did you mean "kubelet"?',
    ]);
  });

  it("of a host name the keys of hosts", () => {
    expect(mistakesOf(withHost({ flavour: [] }))).toEqual([
      "hosts[0].flavour: is not a key that Drover knows here; it knows name, address, internalAddress, groups, hostKey, roles, gpu, labels, taints, user, port, key, password, sudoPassword, jump",
    ]);
  });

  it("are welcome where others decide: daemon.json, chart values", () => {
    const free = { any: { thing: [1, null] } };
    const more = { docker: { daemon: free }, addons: { certManager: { values: free } } };
    expect(mistakesOf({ ...minimal, ...more })).toEqual([]);
  });

  it("cannot smuggle in a prototype", () => {
    const text = `${JSON.stringify(minimal).slice(0, -1)}, "__proto__": {"polluted": true}}`;
    expect(mistakesOfText(text).join()).toContain("__proto__");
  });
});

describe("a host's", () => {
  it.each(["H1", "h_1", "-h", "h-", "h.1", "", "h".repeat(64)])("name cannot be %j", (name) => {
    expect(mistakesOf(withHost({ name }))).toEqual([expect.stringMatching(/^hosts\[0\]\.name: must be a DNS label/)]);
  });

  it.each(["10.0.0.1", "fd00::1", "host.example.com", "Host.Example.com", "node7"])("address can be %s", (address) => {
    expect(mistakesOf(withHost({ address }))).toEqual([]);
  });

  it.each(["10.0.0.300", "10.0.0", "010.0.0.1", "a b", "a_b", "http://a", "a:22", ""])(
    "address cannot be %j",
    (address) => {
      expect(mistakesOf(withHost({ address }))).toEqual([expect.stringMatching(/^hosts\[0\]\.address: /)]);
    },
  );

  it("roles are at least one, and each once", () => {
    const roles = (own: unknown) =>
      mistakesOf({ ...minimal, hosts: [host, { name: "h2", address: "h2", roles: own }] });
    expect(roles([])).toEqual(["hosts[1].roles: must name at least one role: controlplane, etcd, worker"]);
    expect(roles(["worker", "worker"])).toEqual(["hosts[1].roles: names the same role twice"]);
    expect(roles(["wroker"])).toEqual([
      'hosts[1].roles[0]: must be one of controlplane, etcd, worker, but is "wroker"; did you mean "worker"?',
    ]);
  });

  it.each(["a", "a.b_c-d", "example.com/pool", "A1"])("label can be called %s", (name) => {
    expect(mistakesOf(withHost({ labels: { [name]: "" } }))).toEqual([]);
  });

  it.each(["", "-a", "a b", "Example.com/pool", "/a", "a/", "a/b/c", "x".repeat(64)])(
    "label cannot be called %j",
    (name) => {
      expect(mistakesOf(withHost({ labels: { [name]: "x" } }))).toEqual([
        expect.stringContaining("not a label's name"),
      ]);
    },
  );

  it.each(["a b", "-a", "a-", "é", "x".repeat(64)])("label cannot be %j", (value) => {
    expect(mistakesOf(withHost({ labels: { pool: value } }))).toEqual([
      expect.stringMatching(/^hosts\[0\]\.labels\.pool: is not a label's value/),
    ]);
  });

  it.each([ed25519, `${ed25519} root@h1`])("pinned key can be %s", (hostKey) => {
    expect(mistakesOf(withHost({ hostKey }))).toEqual([]);
  });

  it.each([
    ["ssh-ed25519", "must be a type and a key"],
    ["", "must be a type and a key"],
    ["ssh-ed25519 AAAA...", "does not decode"],
    ["ssh-ed25519 AAAA", "does not decode"],
    [ed25519.slice(0, 30), "does not decode"],
    [ed25519.replace("ssh-ed25519", "ssh-rsa"), 'says "ssh-rsa" but holds a key of another type'],
    ["SHA256:abc def", "does not decode"],
  ])("pinned key cannot be %j", (hostKey, words) => {
    expect(mistakesOf(withHost({ hostKey }))).toEqual([expect.stringContaining(words)]);
  });
});

describe("further formats", () => {
  it.each([
    [{ dns: { nameservers: ["127.0.0.53"] } }, "dns.nameservers[0]: is a loopback address"],
    [{ dns: { nameservers: ["::1"] } }, "dns.nameservers[0]: is a loopback address"],
    [{ dns: { nameservers: ["0:0:0:0:0:0:0:1"] } }, "dns.nameservers[0]: is a loopback address"],
    [{ dns: { nameservers: ["::ffff:127.0.0.53"] } }, "dns.nameservers[0]: is a loopback address"],
    [{ dns: { nameservers: ["0.0.0.0"] } }, "dns.nameservers[0]: is a loopback address"],
    [{ dns: { nameservers: ["::"] } }, "dns.nameservers[0]: is a loopback address"],
    [
      { dns: { nameservers: ["fe80::1%eth0"] } },
      "dns.nameservers[0]: is an address of one link, which pods cannot reach",
    ],
    [withHost({ address: "fe80::1%eth0" }), "hosts[0].address: must not name a network card"],
    [withHost({ internalAddress: "fe80::1%eth0" }), "hosts[0].internalAddress: must not name a network card"],
    [{ time: { servers: ["fe80::7%eno1"] } }, "time.servers[0]: must not name a network card"],
    [{ dns: { nameservers: ["dns.example.com"] } }, "dns.nameservers[0]: must be the IP address"],
    [{ dns: { nameservers: ["1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4"] } }, "dns.nameservers: lists more than 3"],
    [{ dns: { nameservers: ["192.0.2.53"], search: ["Example"] } }, "dns.search[0]: must be a DNS name"],
    [{ extraHosts: { "a.b": "c.d" } }, 'extraHosts["a.b"]: must be an IP address, or the name of a host'],
    [{ docker: { dataRoot: "data" } }, "docker.dataRoot: must be the absolute path of a folder"],
    [{ docker: { dataRoot: "/data/my docker" } }, "docker.dataRoot: must be the absolute path of a folder"],
    [{ docker: { mirrors: ["mirror.lan"] } }, "docker.mirrors[0]: must be http://host:port"],
    [{ docker: { logOptions: { max_size: "1m" } } }, "docker.logOptions.max_size: is not the name of an option"],
    [{ proxy: { http: "proxy.lan:3128" } }, "proxy.http: must be http://host:port"],
    [{ proxy: { http: "http://me:hunter2@proxy.lan" } }, "proxy.http: must not hold a user or a password"],
    [{ proxy: { http: "http://p", no: ["a b"] } }, "proxy.no[0]: must be a name, .domain, address or range"],
    [{ proxy: {} }, "proxy: has neither http nor https"],
    [{ dns: { search: ["corp.example.com"] } }, "dns.search: has no effect without dns.nameservers"],
    [{ dns: { nameservers: [], search: ["corp.example.com"] } }, "dns.search: has no effect without dns.nameservers"],
    [{ extraHosts: { a_b: "192.0.2.9" } }, "extraHosts.a_b: must be a DNS name"],
    [{ kernel: { modules: ["br_netfilter; reboot"] } }, "kernel.modules[0]: is not the name of a kernel module"],
    [{ kernel: { sysctl: { max_map_count: 1 } } }, "kernel.sysctl.max_map_count: is not a sysctl key"],
    [
      { kernel: { sysctl: { "net.ipv4.conf.*.rp_filter": 0 } } },
      'kernel.sysctl["net.ipv4.conf.*.rp_filter"]: is not a sysctl key, such as vm.max_map_count; a pattern',
    ],
    [{ kernel: { sysctl: { "vm.x": "1\n2" } } }, 'kernel.sysctl["vm.x"]: must be one line'],
    [{ time: { servers: ["ntp server"] } }, "time.servers[0]: must be an IP address or a DNS name"],
    [{ firewall: { manage: "ufw" } }, "firewall.manage: "],
    [{ upgrades: { hold: ["kernels"] } }, "upgrades.hold[0]: "],
    [{ tools: { rke: " " } }, "tools.rke: must be one line, and not empty"],
    [{ tools: { rke: { version: "1.8.4" } } }, "tools.rke: must be a name in PATH, a path, or { version: v1.2.3 }"],
    [{ tools: { helm: { version: "v3.20" } } }, "tools.helm: must be a name in PATH, a path, or { version: v1.2.3 }"],
    [{ tools: { kubectl: { from: "here" } } }, "tools.kubectl.from: is not a key that Drover knows here"],
    [{ rke: { kubernetesVersion: "1.32.3" } }, "rke.kubernetesVersion: must be a version as RKE lists it"],
    [{ rke: { clusterCidr: "10.42.0.0" } }, "rke.clusterCidr: must be an IPv4 range"],
    [{ rke: { serviceCidr: "10.43.1.0/16" } }, "rke.serviceCidr: has bits set beyond its prefix; write 10.43.0.0/16"],
    [{ rke: { extraArgs: { etcd: { "--quota": 1 } } } }, 'rke.extraArgs.etcd["--quota"]: is not the name of a flag'],
    [{ docker: { version: "latest" } }, "docker.version: must be the beginning of a version"],
    [{ addons: { certManager: { version: "1.20.3" } } }, "addons.certManager.version: must be a version with its v"],
    [{ addons: { certManager: { chart: "cert-manager" } } }, "addons.certManager.chart: must be a repository"],
    [{ ssh: { user: "two words" } }, "ssh.user: must be the name of a user"],
  ])("%j is refused", (change, start) => {
    const mistakes = mistakesOf({ ...minimal, ...change });
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]?.slice(0, start.length)).toBe(start);
  });
});

describe("a registry", () => {
  const withRegistry = (registry: object) => mistakesOf({ ...minimal, registries: [registry] });

  it.each(["10.77.0.1:5000", "registry.example.com", "registry.example.com/some/path", "a:1/b"])(
    "can be at %s",
    (url) => {
      expect(withRegistry({ url })).toEqual([]);
    },
  );

  it.each([
    ["https://registry.example.com", "must not have a scheme"],
    ["https://me:hunter2@registry.example.com", "must not have a scheme"],
    ["me:hunter2@registry.example.com", "must not hold a user or a password"],
    ["registry example", "must be host, host:port or host:port/path"],
    ["", "must be host, host:port or host:port/path"],
  ])("cannot be at %s", (url, words) => {
    const mistakes = withRegistry({ url });
    expect(mistakes).toEqual([expect.stringContaining(words)]);
    expect(mistakes.join()).not.toContain("hunter2");
  });

  it.each(["env:PASSWORD", "file:~/password", "cmd:pass show registry"])("can have its password at %s", (password) => {
    expect(withRegistry({ url: "a", user: "u", password })).toEqual([]);
  });

  it.each([
    "hunter2",
    "env:hunter2 hunter2",
    "file:",
    "cmd:",
    "ENV:hunter2",
    "env:",
    4711,
    true,
    ["hunter2"],
    { a: "hunter2" },
  ])("cannot have the password %j itself, and it is not repeated", (password) => {
    const mistakes = withRegistry({ url: "a", user: "u", password });
    expect(mistakes).toEqual([expect.stringMatching(/^registries\[0\]\.password: must /)]);
    expect(mistakes.join()).not.toMatch(/hunter2|4711/);
  });
});

describe("limits", () => {
  const three = hosts(3);
  const workers = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ name: `w${n}`, address: `w${n}`, roles: ["worker"] }));

  it("are 1,000 hosts", () => {
    const rke = { clusterCidr: "10.64.0.0/12" };
    expect(mistakesOf({ ...minimal, rke, hosts: [...three, ...workers(997)] })).toEqual([]);
    expect(mistakesOf({ ...minimal, rke, hosts: [...three, ...workers(998)] })).toEqual([
      "hosts: lists more than 1000 hosts; Drover builds clusters of up to 1000",
    ]);
  });

  it("are 1 MiB, in bytes and not in letters", () => {
    const padded = (filler: string, bytes: number) => {
      const text = `${JSON.stringify(minimal)}\n# `;
      return text + filler.repeat((bytes - text.length) / Buffer.byteLength(filler));
    };
    expect(mistakesOfText(padded("x", 1024 * 1024))).toEqual([]);
    expect(thrownBy(() => parseInventory(padded("x", 1024 * 1024 + 1), "i.yaml")).message).toContain("1 MiB");
    expect(thrownBy(() => parseInventory(padded("é", 1024 * 1024 + 2), "i.yaml")).message).toContain("1 MiB");
  });
});
