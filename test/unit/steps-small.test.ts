import { describe, expect, it } from "vitest";
import type { Cluster } from "../../src/core/cluster.ts";
import { mergeDaemonJson, readDaemonJson, sameJson } from "../../src/steps/docker/daemon-json.ts";
import { hostStages } from "../../src/steps/host-stages.ts";
import { findConflict, longNames, offLoopback, renameLoopback, withBlock } from "../../src/steps/os/hosts-file.ts";
import { isSupported } from "../../src/steps/os/os-release.ts";
import { withoutSwap } from "../../src/steps/os/swap-off.ts";
import { dotted, procPath, sameKey, sameValue } from "../../src/steps/os/sysctl-key.ts";
import { includesDropIns } from "../../src/steps/ssh/forwarding.ts";
import { undoStages } from "../../src/steps/undo/undo-stages.ts";
import { caseHost, stepsById } from "../cases/steps.ts";

const ca = { pem: "", certificates: [] };
const cluster: Cluster = {
  name: "lab",
  hosts: [caseHost],
  docker: { source: "distribution", version: undefined, daemon: {} },
  gpu: {
    driver: { source: "distribution", version: undefined, replace: false },
    toolkit: { source: "nvidia", version: undefined },
    proofImage: "python:3",
  },
  dns: { nameservers: [], search: [] },
  extraHosts: {},
  time: { manage: true, servers: [] },
  firewall: { manage: true },
  upgrades: { hold: ["docker", "nvidia", "kernel"] },
  kernel: { modules: [], sysctl: {} },
  registries: [
    { url: "10.77.0.1:5000/mirror", user: undefined, password: undefined, insecure: true, default: true },
    { url: "registry.example.net", user: "u", password: "s3cret", insecure: false, default: false, ca },
  ],
  engine: { name: "rke", settings: {} },
  rke: { network: { plugin: "flannel", options: {} }, ingress: "nginx", clusterCidr: "10.42.0.0/16" } as Cluster["rke"],
  addons: { certManager: undefined },
  tools: { rke: "rke", kubectl: "kubectl", helm: "helm" },
};

describe("the host stages", () => {
  const stages = hostStages(
    {
      ...cluster,
      hosts: [caseHost, { ...caseHost, name: "gpu1", gpu: true }],
      docker: { ...cluster.docker, dataRoot: "/data" },
      proxy: { http: "http://proxy.lan:3128", https: undefined, no: [] },
    },
    { program: "x" },
  );
  const steps = stages.flatMap((stage) => stage.steps);

  it("are the operating system and Docker, on hosts, the check first", () => {
    expect(hostStages(cluster, { program: "x" }).map(({ id, on }) => `${id} ${on}`)).toEqual([
      "os hosts",
      "docker hosts",
      "docker-ready hosts",
      "upgrades hosts",
    ]);
    expect(steps[0]?.id).toBe("os/supported");
  });

  it("have NVIDIA's between them where a host has GPUs, and what reboots goes from host to host", () => {
    expect(stages.map((stage) => stage.id)).toEqual([
      "os",
      "nvidia",
      "nvidia-load",
      "nvidia-ready",
      "docker",
      "docker-ready",
      "upgrades",
    ]);
    expect(stages.filter((stage) => stage.atOnce === 1).map((stage) => stage.id)).toEqual(["nvidia-load"]);
    const gpuSteps = steps.filter((step) => step.id.startsWith("nvidia/"));
    expect(gpuSteps.filter((step) => step.appliesTo?.(caseHost) !== false)).toEqual([]);
  });

  it("and their undoing hold exactly the steps that have cases, each once", () => {
    const undoing = undoStages.flatMap((stage) => stage.steps);
    expect([...steps, ...undoing].map((step) => step.id).sort()).toEqual(Object.keys(stepsById).sort());
  });

  it("call steps by sentences", () => {
    for (const step of steps) expect(step.title).toMatch(/^[A-Z][a-z]+ .*[^.]$/);
  });

  it("tell Docker the insecure registries without their paths, and no secret", () => {
    const configured = steps.find((step) => step.id === "docker/configured");
    const seen = {
      file: { kind: "absent" },
      service: { known: true, active: true, enabled: true },
      daemon: { version: "26.1.5", answers: true },
      pending: false,
      nvidiaRuntime: false,
      unit: ["-H", "fd://"],
      defaults: [],
      isNode: false,
    };
    const decision = configured?.decide(seen, caseHost);
    const after = decision?.kind === "change" ? decision.changes[0].after : "";
    expect(JSON.parse(after ?? "")).toMatchObject({ "insecure-registries": ["10.77.0.1:5000"] });
    expect(after).not.toContain("s3cret");
  });
});

describe("fstab", () => {
  it.each([
    ["/swap.img\tnone\tswap\tsw\t0\t0", true],
    ["UUID=1 none swap sw,pri=5 0 0", true],
    ["  /dev/sda2 swap swap", true],
    ["/dev/sda2 none swap", true],
    ["# /swap.img none swap sw 0 0", false],
    ["/dev/swap /swap ext4 swap 0 0", false],
    ["/dev/sda1 / swapfs defaults 0 1", false],
    ["/dev/sda1 /swap", false],
    ["", false],
  ])("line %j is a swap line: %s", (line, is) => {
    expect(withoutSwap(line)).toBe(is ? `# drover: swap off # ${line}` : line);
  });

  it("keeps line ends of other systems and needs no second pass", () => {
    const once = withoutSwap("a / ext4\r\n/s none swap sw\r\n");
    expect(once).toBe("a / ext4\r\n# drover: swap off # /s none swap sw\r\n");
    expect(withoutSwap(once)).toBe(once);
  });
});

describe("a kernel parameter's name", () => {
  it.each([
    ["net.ipv4.ip_forward", "/proc/sys/net/ipv4/ip_forward"],
    ["net/ipv4/ip_forward", "/proc/sys/net/ipv4/ip_forward"],
    ["net/ipv4/conf/eth0.100/forwarding", "/proc/sys/net/ipv4/conf/eth0.100/forwarding"],
    ["net.ipv4.conf.eth0/100.forwarding", "/proc/sys/net/ipv4/conf/eth0.100/forwarding"],
  ])("%s is the file %s", (key, path) => expect(procPath(key)).toBe(path));

  it("is one name in both spellings", () => {
    expect(dotted("net/ipv4/conf/eth0.100/forwarding")).toBe("net.ipv4.conf.eth0/100.forwarding");
    expect(dotted("kernel.panic")).toBe("kernel.panic");
  });

  it.each([
    ["net.ipv4.ip_forward", "net.ipv4.ip_forward"],
    ["net/ipv4/ip_forward", "net.ipv4.ip_forward"],
    ["net.ipv4.conf.all.forwarding", "net.ipv4.ip_forward"],
    ["net.ipv4.conf.*.forwarding", "net.ipv4.ip_forward"],
    ["net/ipv4/conf/*/forwarding", "net/ipv4/conf/eth0.100/forwarding"],
    ["net.ipv4.ip_forward", "net/ipv4/conf/all/forwarding"],
    ["net.*.ip_forward", "net.ipv4.conf.all.forwarding"],
    ["net.ipv4.conf.*.rp_filter", "net.ipv4.conf.all.rp_filter"],
    ["net.ipv4.conf.eth*.rp_filter", "net.ipv4.conf.all.rp_filter", false],
    ["net.ipv4.conf.*", "net.ipv4.conf.all.rp_filter", false],
    ["net.ipv4.conf.default.forwarding", "net.ipv4.ip_forward", false],
    ["net.ipv6.conf.all.forwarding", "net.ipv4.ip_forward", false],
    ["kernel.(.*)", "kernel.panic", false],
    ["__proto__", "kernel.panic", false],
  ])("as %s in a file sets %s", (key, name, sets = true) => expect(sameKey(key, name)).toBe(sets));

  it("has values that differ in more than blanks", () => {
    expect(sameValue(" 4096\t87380 \n", "4096 87380")).toBe(true);
    expect(sameValue("1", "10")).toBe(false);
    expect(sameValue("", "0")).toBe(false);
  });
});

describe("/etc/hosts", () => {
  const entries = [{ name: "h1", address: "10.0.0.1" }];

  it("holds our block once, however often it is written", () => {
    const once = withBlock("127.0.0.1 localhost", entries) ?? "";
    expect(withBlock(once, entries)).toBe(once);
    expect(once.match(/BEGIN drover/g)).toHaveLength(1);
  });

  it.each(["# END drover\n# BEGIN drover\n", "# BEGIN drover\n# BEGIN drover\n# END drover\n", "# END drover\n"])(
    "with the marks %j is left alone",
    (text) => expect(withBlock(text, entries)).toBeUndefined(),
  );

  it("keeps names that only begin like the old one", () => {
    const text = "127.0.1.1 web web2 web.lan\n10.0.0.1 web";
    expect(renameLoopback(text, "web", "h1")).toBe("127.0.1.1 h1 web2 h1.lan\n10.0.0.1 web");
    expect(renameLoopback("127.0.1.1 localhost", "", "h1")).toBe("127.0.1.1 localhost");
  });

  it.each([
    ["127.0.1.1\th1", "# drover: its address is below # 127.0.1.1\th1"],
    [
      "127.0.1.1 h1.lan h1 # by the installer",
      "# drover: its address is below # 127.0.1.1 h1.lan h1 # by the installer",
    ],
    ["127.0.0.1 localhost h1 # x", "127.0.0.1 localhost # x"],
    ["::1 h1 ip6-loopback", "::1 ip6-loopback"],
    ["# 127.0.1.1 h1", "# 127.0.1.1 h1"],
    ["127.0.1.1 h10 xh1", "127.0.1.1 h10 xh1"],
    ["10.0.0.1 h1", "10.0.0.1 h1"],
  ])("line %j without the host's own name on loopback is %j", (line, after) => {
    expect(offLoopback(`${line}\nlast`, "h1")).toBe(`${after}\nlast`);
    expect(offLoopback(offLoopback(line, "h1"), "h1")).toBe(offLoopback(line, "h1"));
  });

  it("keeps the long names of the host only, and only real ones", () => {
    expect(longNames("127.0.1.1 h1.lan h1 h2.lan\n10.0.0.1 h1.example.com h1\n10.0.0.2 h1.other", "h1")).toEqual([
      "h1.lan",
      "h1.example.com",
    ]);
    expect(longNames("127.0.1.1 h1.$(x) h1", "h1")).toEqual([]);
  });

  it("may give a host's own name a loopback address, but not another's", () => {
    expect(findConflict("127.0.1.1 h1", entries, "h1")).toBeUndefined();
    expect(findConflict("127.0.1.1 h1", entries, "h2")).toMatchObject({ name: "h1", line: 1 });
  });

  it("may name an address of the other family too", () => {
    expect(findConflict("fd00::1 h1", entries, "h2")).toBeUndefined();
  });

  it.each([
    ["2001:db8:0:0:0:0:0:12 h2", undefined],
    ["2001:DB8::0012 h2", undefined],
    ["2001:db8::13 h2", "2001:db8::13"],
    ["2001:db8::12]/ h2", "2001:db8::12]/"],
  ])("does not quarrel with another spelling of an address: %s", (line, address) => {
    expect(findConflict(line, [{ name: "h2", address: "2001:db8::12" }], "h1")?.address).toBe(address);
  });

  it("knows no capital letters in names, as the C library does not", () => {
    expect(renameLoopback("127.0.1.1 WEB.Example.com Web web2", "web", "h1")).toBe("127.0.1.1 h1.Example.com h1 web2");
    expect(renameLoopback("127.0.1.1 web.lan web", "WEB", "h1")).toBe("127.0.1.1 h1.lan h1");
    expect(longNames("127.0.1.1 H1.Example.com H1 H2.lan\n10.0.0.1 h1.example.com H1", "h1")).toEqual([
      "h1.example.com",
    ]);
    expect(findConflict("10.0.0.9 db H1", entries, "h2")).toMatchObject({ name: "h1", address: "10.0.0.9" });
    expect(findConflict("10.0.0.1 H1", entries, "h2")).toBeUndefined();
    expect(offLoopback("127.0.1.1 H1.Example.com H1 db\n", "h1")).toBe("127.0.1.1 db\n");
  });
});

describe("daemon.json", () => {
  const none = { insecureRegistries: [], oldClients: false, nvidia: false, daemon: {} };

  it.each([
    ['{"a":1,}', "line 1, column 8"],
    ["{", "line 1, column 2"],
    ['{\n  "a": 1\n  "b": 2\n}', "line 3, column 3"],
    ['{"a":1} x', "line 1, column 9"],
  ])("%j is wrong from %s", (text, place) => {
    const read = readDaemonJson(text);
    expect(read.settings === undefined && read.mistake).toContain(place);
  });

  it("is merged into itself without a change", () => {
    const wishes = { ...none, insecureRegistries: ["a", "b"] };
    const once = mergeDaemonJson({ "data-root": "/d" }, wishes);
    expect(mergeDaemonJson(once, wishes)).toEqual(once);
  });

  it.each([
    ["no others", {}, {}, ["nvidia"]],
    ["one of the host's", { runtimes: { kata: { path: "/opt/kata" } } }, {}, ["kata", "nvidia"]],
    ["one of the inventory's", {}, { runtimes: { kata: { path: "/opt/kata" } } }, ["kata", "nvidia"]],
    [
      "the inventory's in place of the host's",
      { runtimes: { old: { path: "/o" } } },
      { runtimes: { kata: { path: "/k" } } },
      ["kata", "nvidia"],
    ],
    ["something that is no list of runtimes", { runtimes: "nvidia" }, {}, ["nvidia"]],
  ])("has NVIDIA's runtime, its default one, beside %s", (_, existing, daemon, names) => {
    const wishes = { ...none, nvidia: true, daemon };
    const merged = mergeDaemonJson(existing, wishes);
    expect(Object.keys(merged["runtimes"] ?? {}).sort()).toEqual(names);
    expect(merged["default-runtime"]).toBe("nvidia");
    expect(mergeDaemonJson(merged, wishes)).toEqual(merged);
  });

  it("leaves NVIDIA's runtime as somebody set it up, and the default one to the inventory", () => {
    const own = { nvidia: { path: "/opt/nvidia-container-runtime", args: ["--debug"] } };
    const merged = mergeDaemonJson({ runtimes: own }, { ...none, nvidia: true, daemon: { "default-runtime": "runc" } });
    expect(merged).toMatchObject({ runtimes: own, "default-runtime": "runc" });
  });

  it("gets no size limits for a log driver that has none", () => {
    const merged = mergeDaemonJson({}, { ...none, daemon: { "log-driver": "journald" } });
    expect(merged).toEqual({ "log-driver": "journald" });
  });

  it("is not fooled by keys of JavaScript's own", () => {
    const { settings = {} } = readDaemonJson('{"__proto__": {"x": 1}, "constructor": 2}');
    const text = JSON.stringify(mergeDaemonJson(settings, none));
    expect(text).toContain('"__proto__":{"x":1}');
    expect(text).toContain('"constructor":2');
  });

  it("says the same in any order of keys, not of lists", () => {
    expect(sameJson({ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 })).toBe(true);
    expect(sameJson({ a: ["x", "y"] }, { a: ["y", "x"] })).toBe(false);
  });
});

describe("sshd's main file", () => {
  it.each([
    ["Include /etc/ssh/sshd_config.d/*.conf\nPort 22\n", true],
    ["# Include /etc/ssh/sshd_config.d/*.conf\n", false],
    ["Port 22\nMatch User x\nInclude /etc/ssh/sshd_config.d/*.conf\n", false],
    ["include /etc/ssh/sshd_config.d/00-drover.conf\n", true],
    ["", false],
  ])("%j reads drop-ins: %s", (text, does) => expect(includesDropIns(text)).toBe(does));
});

describe("an operating system", () => {
  it.each(["20.04", "22.04", "24.04", "25.10", "26.04"])("Ubuntu %s is known", (version) => {
    expect(isSupported({ id: "ubuntu", version, codename: "", prettyName: "" })).toBe(true);
  });

  it.each(["18.04", "26.10", "24.4", "", "NaN"])("Ubuntu %j is not", (version) => {
    expect(isSupported({ id: "ubuntu", version, codename: "", prettyName: "" })).toBe(false);
  });
});
