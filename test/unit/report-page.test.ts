import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { renderReport, reportMark } from "../../src/view/report/page.ts";
import type { ReportData } from "../../src/view/report/report-data.ts";
import { changed, finding, ran, reportData, written } from "./support/report-world.ts";

const style = readFileSync(resolve(import.meta.dirname, "../../templates/report.css"), "utf8");

function page(more: Partial<ReportData> = {}): string {
  return renderReport(reportData(more), style);
}

/** One section of the page, without its tags: blanks between what stood in different elements. */
function section(id: string, more: Partial<ReportData> = {}): string {
  const [, inside = ""] = new RegExp(`<section id="${id}"[^>]*>(.*?)</section>`, "s").exec(page(more)) ?? [];
  return textOf(inside);
}

function textOf(markup: string): string {
  return markup
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

function ids(text: string): readonly string[] {
  return [...text.matchAll(/ id="([^"]+)"/g)].map((match) => match[1] ?? "");
}

/** With another state of the cluster. */
function live(more: Partial<NonNullable<ReportData["live"]>>): Partial<ReportData> {
  const { live: usual } = reportData();
  return usual === undefined ? {} : { live: { ...usual, ...more } };
}

describe("the page", () => {
  it("is one file: nothing is loaded, and nothing can run", () => {
    expect(page()).not.toMatch(/<script|<link|<img|<iframe|<object|@import|url\(|https?:\/\/|\son\w+=/i);
    expect(page()).toContain("default-src 'none'; style-src 'unsafe-inline'");
  });

  it("says of which cluster it is, when it was written and by what", () => {
    const head = page().split("<main")[0] ?? "";
    expect(head).toContain("<title>practice: cluster report</title>");
    expect(textOf(head)).toMatch(
      /Cluster practice Kubernetes v1\.32\.3-rancher1-1, 2 hosts\. Written 2026-11-21 12:00 UTC by Drover 0\.1\.0\./,
    );
  });

  it("says its language, and fits a phone", () => {
    expect(page()).toContain('<html lang="en">');
    expect(page()).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">');
  });

  it("can be known as a report of ours", () => {
    expect(page()).toContain(reportMark);
  });

  it("has all sections in the order in which they matter", () => {
    const sections = [...page().matchAll(/<section id="([^"]+)"/g)].map((match) => match[1]);
    expect(sections).toEqual([
      "overview",
      "attention",
      "hosts",
      "mesh",
      "releases",
      "proofs",
      "certificates",
      "runs",
      "checks",
    ]);
  });

  it("has no id twice, and no link that leads nowhere", () => {
    const all = ids(page());
    expect(new Set(all).size).toBe(all.length);
    const targets = [...page().matchAll(/href="#([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(targets.filter((target) => !all.includes(target))).toEqual([]);
  });

  it("links to no section that is left out", () => {
    const bare = page({ live: undefined, proofs: undefined, certificates: [], runs: [] });
    const all = ids(bare);
    const targets = [...bare.matchAll(/href="#([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(targets.filter((target) => !all.includes(target))).toEqual([]);
    expect(all).not.toContain("attention");
    expect(all).not.toContain("mesh");
    expect(textOf(bare)).toContain("From journals only: no host was asked.");
  });

  it("closes every tag that it opens", () => {
    const open: string[] = [];
    const markup = page().replace(/<style>.*?<\/style>/s, "");
    for (const [, end, name = "", closed] of markup.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/g)) {
      if (["meta", "br", "hr"].includes(name) || closed === "/") continue;
      if (end === "/") expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });

  it("gives every table a caption, column headings and row headings", () => {
    const tables = [...page().matchAll(/<table>(.*?)<\/table>/gs)].map((match) => match[1] ?? "");
    expect(tables.length).toBeGreaterThan(6);
    for (const table of tables) {
      expect(table).toContain("<caption>");
      expect(table).toContain('<th scope="col">');
      expect(table).toContain('<th scope="row">');
    }
  });

  it("never tells good from bad by colour alone", () => {
    const badges = [...page().matchAll(/<span class="badge (\w+)">(.*?)<\/span>(.*?)<\/span>/gs)];
    expect(badges.length).toBeGreaterThan(20);
    for (const [, , sign = "", word = ""] of badges) {
      expect(textOf(sign)).toMatch(/^[✓!✗–]$/);
      expect(word.trim()).not.toBe("");
    }
  });

  it("finds a host's node by either address, and by its name in small letters as engines write it", () => {
    const { hosts, live: usual } = reportData();
    const [host] = hosts;
    const [node] = usual?.status.nodes ?? [];
    if (host === undefined || usual === undefined || node === undefined) throw new Error("no host");
    const seen = (one: typeof host, more: Partial<typeof node>) =>
      section("hosts", {
        hosts: [one],
        live: { ...usual, status: { ...usual.status, nodes: [{ ...node, ...more }], hosts: [] } },
      });
    expect(seen({ ...host, name: "Node-A" }, { name: "node-a", internalIP: "192.168.7.1" })).toContain("✓ ready");
    expect(seen(host, { name: "other", internalIP: host.address })).toContain("✓ ready");
    expect(seen(host, { name: "other", internalIP: "192.168.7.1" })).toContain("– no node");
    expect(seen(host, { limits: ["cordoned"] })).toContain("! ready, cordoned");
    expect(seen(host, { ready: false, limits: ["cordoned"] })).toContain("✗ not ready, cordoned");
  });

  it("is the same for the same data", () => {
    expect(page()).toBe(page());
  });

  it("shows nothing as markup that came from a host, a chart or the inventory", () => {
    const evil = "<img src=x onerror=alert(1)>";
    const shown = page({
      cluster: evil,
      kubernetes: evil,
      hosts: [{ name: evil, address: evil, roles: [evil], facts: [[evil, evil]], gpus: [{ model: evil, count: 1 }] }],
      live: {
        status: {
          cluster: evil,
          made: true,
          notes: [evil],
          nodes: [{ name: evil, ready: true, limits: [], roles: [evil], version: evil, internalIP: evil }],
          hosts: [{ name: evil, state: "DIFFERS", differences: [evil] }],
          releases: [{ name: evil, namespace: evil, chart: evil, status: evil }],
          problems: [evil],
        },
        checks: [
          finding({ evidence: evil, fix: evil, commands: [evil], hosts: [evil] }),
          finding({ evidence: evil, verdict: "unknown" }),
        ],
        mesh: [{ from: evil, to: evil, text: evil, good: false }],
      },
      proofs: { at: written, lines: [{ name: evil, about: evil, result: "ok", detail: evil }] },
      certificates: [{ name: evil, subject: evil, notAfter: written }],
      runs: [
        ran({
          id: evil,
          command: evil,
          changes: [changed({ host: evil, step: evil, summary: evil, stage: evil })],
          failures: [{ code: "host/disk-full", message: evil, host: evil, step: evil, remedy: evil, details: [evil] }],
        }),
      ],
    });
    expect(shown).not.toContain("<img");
    expect(shown.match(/&lt;img src=x onerror=alert\(1\)&gt;/g)?.length).toBeGreaterThan(40);
  });
});

describe("at a glance", () => {
  it("counts what there is", () => {
    const text = section("overview");
    for (const card of [
      "Nodes ready ✗ 1 of 2",
      "Hosts as wanted ✗ 1 of 2",
      "Checks ✗ 3 findings",
      "Releases deployed ✗ 1 of 2",
      "GPUs – 4",
      "Proofs ✗ 1 of 2",
      "Certificates ✗ expired",
      "Last up ✓ changed",
    ])
      expect(text).toContain(card);
  });

  it("says what is well", () => {
    const { live: usual } = reportData();
    const status = {
      ...usual?.status,
      cluster: "practice",
      made: true,
      notes: [],
      problems: [],
      nodes: usual?.status.nodes.slice(0, 1) ?? [],
      hosts: usual?.status.hosts.slice(0, 1) ?? [],
      releases: [],
    };
    const text = section("overview", {
      hosts: reportData().hosts.slice(0, 1),
      live: { status, checks: [finding({ verdict: "ok" })], mesh: [] },
    });
    expect(text).toContain("Nodes ready ✓ 1 of 1");
    expect(text).toContain("Checks ✓ all well");
    expect(text).toContain("Releases deployed – none");
  });

  it.each([
    ["blocking", "✗"],
    ["warning", "!"],
    ["note", "✓"],
  ] as const)("takes the worst finding's mood: %s", (severity, sign) => {
    expect(section("overview", live({ checks: [finding({ severity: "note" }), finding({ severity })] }))).toContain(
      `Checks ${sign} 2 findings`,
    );
  });

  it("does not count what up puts right by itself, nor what nobody knows", () => {
    const checks = [finding({ fixedByUp: "os/swap-off" }), finding({ verdict: "unknown" })];
    expect(section("overview", live({ checks }))).toContain("Checks ✓ all well");
  });

  it.each([
    [31, "✓ 31 days left"],
    [30, "✓ 30 days left"],
    [29, "! 29 days left"],
    [1, "! 1 day left"],
    [0, "! 0 days left"],
    [-1, "✗ expired"],
  ])("warns before a certificate ends: %d days", (days, shown) => {
    const certificates = [{ name: "a", subject: "a", notAfter: written + days * 86_400_000 }];
    expect(section("overview", { certificates })).toContain(`Certificates ${shown}`);
  });

  it.each([
    ["changed", "✓ changed"],
    ["nothing-to-do", "✓ nothing to do"],
    ["failed", "✗ failed"],
    ["interrupted", "✗ interrupted"],
  ] as const)("tells how the last up ended: %s", (outcome, shown) => {
    expect(section("overview", { runs: [ran({ command: "check" }), ran({ outcome }), ran()] })).toContain(
      `Last up ${shown}`,
    );
  });

  it("says that there was none yet", () => {
    expect(section("overview", { runs: [] })).toContain("Last up – none yet");
  });
});

describe("what needs attention", () => {
  it("comes worst first, the cluster's own problems before all", () => {
    const text = section("attention");
    const order = [
      "pod kube-system/coredns-1",
      "blocking the cluster: 10.43.0.0/16",
      "warning n2: swap of 2 GiB",
      "note n2: 8 of 16 lanes",
    ];
    const places = order.map((part) => text.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("says once what is the same on several hosts, and apart what is not", () => {
    const checks = [
      finding({ hosts: ["n1"] }),
      finding({ hosts: ["n2"] }),
      finding({ hosts: ["n3"], evidence: "swap of 9 GiB is on" }),
    ];
    const text = section("attention", live({ checks }));
    expect(text).toContain("n1, n2: swap of 2 GiB is on");
    expect(text).toContain("n3: swap of 9 GiB is on");
    expect(text.match(/swap of/g)).toHaveLength(2);
  });

  it("says why, what to do, and with which commands", () => {
    expect(section("attention")).toContain(
      "os/swap : swap is off. The kubelet does not start with it. What to do: Turn it off. swapoff -a",
    );
  });

  it("leaves out what up puts right, what is well and what nobody knows", () => {
    expect(section("attention")).not.toMatch(/br_netfilter|there is room|no usable answer/);
  });

  it("says so where there is nothing", () => {
    const { live: usual } = reportData();
    const status = {
      ...usual?.status,
      cluster: "practice",
      made: true,
      nodes: [],
      hosts: [],
      releases: [],
      problems: [],
      notes: [],
    };
    expect(section("attention", { live: { status, checks: [], mesh: [] } })).toBe("What needs attention ✓ Nothing.");
  });
});

describe("hosts", () => {
  it("stand with their roles, GPUs, node and what differs", () => {
    const text = section("hosts");
    expect(text).toContain("n1 10.0.0.11 controlplane, etcd none known ✓ ready v1.32.3 ✓ as wanted");
    expect(text).toContain(
      "n2 10.0.0.12 worker 4 × NVIDIA L40S ✗ not ready v1.32.3 ✗ differs os/swap-off: turn swap off",
    );
  });

  it("are found among the nodes by address where the names differ", () => {
    const [host] = reportData().hosts;
    expect(section("hosts", { hosts: host === undefined ? [] : [{ ...host, name: "other" }] })).toContain(
      "other 10.0.0.11 controlplane, etcd none known ✓ ready",
    );
  });

  it("are no nodes before the cluster is there", () => {
    const { live: usual } = reportData();
    const none = { cluster: "practice", made: false, nodes: [], releases: [], problems: [], notes: [] };
    const status = { ...none, hosts: usual?.status.hosts ?? [] };
    expect(section("hosts", { live: { status, checks: [], mesh: [] } })).toContain("– no node");
  });

  it("tell in detail what they told", () => {
    expect(section("hosts")).toContain("n2 in detail system Ubuntu 22.04.5 LTS, amd64, kernel 5.15.0-122-generic");
  });

  it("have no details where nobody asked them", () => {
    const hosts = reportData().hosts.map((host) => ({ ...host, facts: [] }));
    expect(section("hosts", { hosts })).not.toContain("in detail");
  });
});

describe("between the hosts", () => {
  it("rows reach columns", () => {
    expect(section("mesh")).toContain("From n1 n2 n1 – ✓ 0.3 ms n2 ✗ no 2379 –");
  });

  it("is left out for one host", () => {
    expect(section("mesh", live({ mesh: [] }))).toBe("");
  });
});

describe("releases, proofs and certificates", () => {
  it("show each release's state", () => {
    expect(section("releases")).toContain("rancher cattle-system rancher-2.11.1 ✗ failed");
    expect(section("releases")).toContain("cert-manager cert-manager cert-manager-v1.18.2 ✓ deployed");
  });

  it("show what was proven, and when", () => {
    const text = section("proofs");
    expect(text).toContain("Made 2026-11-21 11:50 UTC .");
    expect(text).toContain("dns ✓ ok names of the cluster are found on 2 nodes");
    expect(text).toContain("load-balancer ✗ failed an address of the range answers no address came");
    expect(text).toContain("volume – skipped a volume keeps what was written no storage class");
  });

  it("show the certificate that ends first at the top", () => {
    const text = section("certificates");
    const places = [
      "kube-scheduler system:kube-scheduler",
      "kube-apiserver system:kube-apiserver",
      "kube-ca kube-ca",
    ].map((part) => text.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(text).toContain("2026-11-20 12:00 UTC ✗ -1");
    expect(text).toContain("2026-12-11 12:00 UTC ! 20");
  });
});

describe("runs", () => {
  it("are all listed, newest first", () => {
    const text = section("runs");
    const places = ["20261121-110000-abcd up", "20261121-100000-0001 check", "20261121-090000-beef up"].map((part) =>
      text.indexOf(part),
    );
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("say what they changed, where, and how long it took", () => {
    expect(section("runs")).toContain("n1 Prepare hosts os/swap-off turn swap off 2.0 s");
    expect(section("runs")).toContain("(control) Bring up the cluster rke/up run rke up 1 min 58 s");
  });

  it("say what was not finished, and why", () => {
    const text = section("runs");
    expect(text).toContain("os/swap-off turn swap off not finished");
    expect(text).toContain(
      "✗ host/disk-full n2, docker/installed the disk of n2 is full What to do: Make room. No space left on device",
    );
  });

  it("say that there were none", () => {
    expect(section("runs", { runs: [] })).toBe("Runs There are no journals yet.");
  });

  it("have a line of the timeline for each host that was changed", () => {
    const [drawn = ""] = /<div class="timeline".*?<\/ul><\/div>/s.exec(page()) ?? [];
    expect([...drawn.matchAll(/aria-label="([^"]+)"/g)].map((match) => match[1])).toEqual([
      "Timeline of run 20261121-110000-abcd, 2 min 25 s",
      "n1: 1 change, 2.0 s",
      "n2: 1 change, 2.0 s",
      "(control): 1 change, 1 min 58 s",
      "Stages",
    ]);
    expect(textOf(drawn)).toContain("Prepare hosts Bring up the cluster");
  });

  it("have bars where the change was, wide enough to be seen, never beyond the run", () => {
    const changes = [
      changed({ from: 0, tookMs: 1 }),
      changed({ from: 100_000, tookMs: 45_000 }),
      changed({ from: 140_000, tookMs: 999_999 }),
      changed({ from: 72_500, tookMs: undefined }),
    ];
    const bars = [...page({ runs: [ran({ changes })] }).matchAll(/<rect class="s0" x="(\d+)" y="1" width="(\d+)"/g)];
    expect(bars.map(([, x, width]) => [Number(x), Number(width)])).toEqual([
      [0, 3],
      [690, 310],
      [966, 34],
      [500, 500],
    ]);
  });

  it("give stages colours that come round again", () => {
    const changes = Array.from({ length: 10 }, (_, index) => changed({ stage: `stage ${index}`, from: index * 1000 }));
    const colours = [...page({ runs: [ran({ changes })] }).matchAll(/<rect class="(s\d+)"/g)].map((match) => match[1]);
    expect(colours).toEqual(["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s0", "s1"]);
  });

  it("have no timeline where no time passed", () => {
    expect(page({ runs: [ran({ tookMs: 0 })] })).not.toContain('class="timeline"');
  });
});

describe("all checks", () => {
  it("stand by area, each area with what it comes to", () => {
    const text = section("checks");
    expect(text).toContain("disk ✓ all well");
    expect(text).toContain("os ! findings");
    expect(text).toContain("disk/space ✓ ok n1, n2 there is room");
    expect(text).toContain("os/modules – up will do it br_netfilter is not loaded n2");
    expect(text).toContain("time/step – not known n2");
    expect(text).toContain("network/route ✗ blocking 10.43.0.0/16 is routed elsewhere");
  });
});
