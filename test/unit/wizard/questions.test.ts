import { describe, expect, it } from "vitest";
import { complaints } from "../../../src/inventory/write/complaints.ts";
import type { Answers, HostAnswer } from "../../../src/wizard/answers.ts";
import type { Known } from "../../../src/wizard/known.ts";
import { complaintAbout, toAnswer, toText } from "../../../src/wizard/question.ts";
import { questions } from "../../../src/wizard/questions/all.ts";
import type { Seen } from "../../../src/wizard/seen.ts";
import { nic, seen } from "./known-hosts.ts";

const versions = [
  { version: "v1.32.3-rancher1-1", about: "the newest" },
  { version: "v1.31.7-rancher1-1", about: "" },
];

const hostAt = (address: string, index: number): HostAnswer => ({
  address,
  name: `h${index + 1}`,
  roles: index === 0 ? ["controlplane", "etcd", "worker"] : ["worker"],
});

/** What is known of machines at these addresses, with these answers. */
function known(addresses: readonly string[], answers: Answers = {}, more: Partial<Known> = {}): Known {
  return {
    answers: { name: "lab", user: "root", hosts: addresses.map(hostAt), ...answers },
    seen: addresses.map(() => undefined),
    kubernetesVersions: versions,
    base: {},
    operator: "ann",
    looked: undefined,
    ...more,
  };
}

function question(id: string) {
  const found = questions.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no question ${id}`);
  return found;
}

const propose = (id: string, about: Known) => question(id).propose(about)?.value;
const isAsked = (id: string, about: Known) => question(id).relevant?.(about) ?? true;
const complaint = (id: string, answer: string, about = known(["10.0.0.1"])) =>
  complaintAbout(question(id), answer, about, complaints);

const lan = ["10.0.0.1", "10.0.0.2"];
const withGpus = (...models: readonly string[]): Seen => seen({ gpus: models });
const rancher: Answers = { rancher: true, ingress: "nginx" };

describe("what is proposed", () => {
  it.each([
    [["gpu1.lab.example.com", "gpu2.lab.example.com"], "rancher.lab.example.com"],
    [["GPU1.Lab.Example.com", "gpu2.lab.example.com"], "rancher.lab.example.com"],
    [["gpu1.lan", "gpu2.example.com"], "rancher.lab.internal"],
    [["gpu1.lan", "10.0.0.2"], "rancher.lab.internal"],
    [["gpu1", "gpu2"], "rancher.lab.internal"],
    [["2001:db8::1"], "rancher.lab.internal"],
    [[], "rancher.lab.internal"],
  ])("for Rancher's name, of machines at %j: %s", (addresses, name) => {
    const about = known(addresses, rancher);
    expect(propose("rancherHostname", about)).toBe(name);
  });

  it("for Rancher's name, before the cluster has one", () => {
    expect(propose("rancherHostname", known([], { name: undefined }))).toBe("rancher.cluster.internal");
  });

  it("is the newest Kubernetes, and none where none is known", () => {
    expect(propose("kubernetesVersion", known(lan))).toBe("v1.32.3-rancher1-1");
    expect(question("kubernetesVersion").propose(known(lan, {}, { kubernetesVersions: [] }))).toBeUndefined();
  });

  it.each([
    ["a new inventory", {}, "yes"],
    ["one without machines", { base: { hosts: [] } }, "yes"],
    ["one that has machines: what it leaves out was left out", { base: { hosts: [{ name: "h1" }] } }, "no"],
  ])("for Rancher and cert-manager, in %s", (_, more, value) => {
    expect(propose("rancher", known(lan, {}, more))).toBe(value);
    expect(propose("certManager", known(lan, { rancher: false }, more))).toBe(value);
  });

  it.each<[Answers, string]>([
    [{ ingress: "none" }, "no"],
    [{ rancher: true, rancherTls: "secret" }, "no"],
    [{ ingress: "nginx", rancher: false }, "yes"],
  ])("for cert-manager, after %j: %s", (answers, value) => {
    expect(propose("certManager", known(lan, answers))).toBe(value);
  });

  it("passes what is proposed: no proposal is refused by its own question", () => {
    const all = [
      known(lan),
      known(["gpu1.lan", "gpu2.lan"], rancher),
      known(["2001:db8::1"]),
      known(["10.42.0.7", "10.43.0.7"]),
    ];
    for (const about of all)
      for (const one of questions) {
        const value = one.relevant?.(about) === false ? undefined : one.propose(about)?.value;
        if (value !== undefined)
          expect(complaintAbout(one, value, about, complaints), `${one.id} ${value}`).toBeUndefined();
      }
  });

  it.each([
    [["10.42.0.7"], "clusterCidr"],
    [["10.43.255.254"], "serviceCidr"],
  ])("are ranges that do not meet the machines' own addresses: %j", (addresses, id) => {
    const value = propose(id, known(addresses)) ?? "";
    expect(value).not.toBe("");
    expect(["10.42.0.0/16", "10.43.0.0/16"]).not.toContain(value);
  });
});

describe("what is asked at all", () => {
  it.each<[string, Answers, boolean]>([
    ["rancher", { ingress: "none" }, false],
    ["rancher", { ingress: "nginx" }, true],
    ["rancherHostname", rancher, true],
    ["rancherHostname", { ...rancher, ingress: "none" }, false],
    ["rancherTls", { ...rancher, rancher: false }, false],
    ["rancherEmail", { ...rancher, rancherTls: "letsEncrypt" }, true],
    ["rancherEmail", { ...rancher, rancherTls: "rancher" }, false],
    ["rancherCertificate", { ...rancher, rancherTls: "secret" }, true],
    ["rancherKey", { ...rancher, rancherTls: "secret" }, true],
    ["rancherKey", { ...rancher, rancherTls: "letsEncrypt" }, false],
    ["certManager", { ...rancher, rancherTls: "rancher" }, false],
    ["certManager", { ...rancher, rancherTls: "secret" }, true],
    ["gpu", {}, false],
  ])("%s, after %j: %s", (id, answers, asked) => {
    expect(isAsked(id, known(lan, answers))).toBe(asked);
  });

  it("GPUs, where a machine has one, or the inventory says so of one that did not answer", () => {
    expect(isAsked("gpu", known(lan, {}, { seen: [undefined, withGpus("H200")] }))).toBe(true);
    const hosts = lan.map(hostAt).map((one, index) => ({ ...one, ...(index === 1 ? { gpu: true } : {}) }));
    const about = known([], { hosts }, { seen: [withGpus("L40S", "L40S"), undefined] });
    expect(isAsked("gpu", about)).toBe(true);
    expect(question("gpu").options?.(about)[0]?.about).toBe("2 machines have NVIDIA GPUs");
    const one = known(lan, {}, { seen: [withGpus("L40S", "L40S"), undefined] });
    expect(question("gpu").options?.(one)[0]?.about).toBe("1 machine has NVIDIA GPUs");
  });

  it("the network between the machines, where there are several machines and another network than ssh's", () => {
    const cards = (last: number) =>
      seen({ nics: [nic("eno1", `10.0.0.${last}/24`), nic("ib0", `192.168.50.${last}/24`)], defaultNic: "eno1" });
    const two = known(lan, {}, { seen: [cards(1), cards(2)] });
    expect(isAsked("internalNetwork", two)).toBe(true);
    expect(
      question("internalNetwork")
        .options?.(two)
        .map(({ value }) => value),
    ).toEqual(["10.0.0.0/24", "192.168.50.0/24"]);
    expect(isAsked("internalNetwork", known(["10.0.0.1"], {}, { seen: [cards(1)] }))).toBe(false);
    expect(isAsked("internalNetwork", known(lan))).toBe(false);
    expect(question("internalNetwork").propose(known([]))).toBeUndefined();
  });
});

describe("what is wrong with an answer", () => {
  it.each([
    ["name", "Lab", /^It must be a DNS label/],
    ["name", "", /^It /],
    ["name", "-lab", /DNS label/],
    ["name", "läb", /DNS label/],
    ["name", "a\nb", /^It must be one line\.$/],
    ["name", "x".repeat(64), /at most 63/],
    ["clusterCidr", "10.42.0.0", /^It must be an IPv4 range/],
    ["clusterCidr", "10.42.0.1/16", /^It has bits set beyond its prefix; write 10\.42\.0\.0\/16\.$/],
    ["clusterCidr", "10.0.0.0/16", /^It meets 10\.0\.0\.1/],
    ["serviceCidr", "2001:db8::/112", /^It must be an IPv4 range/],
    ["serviceCidr", "0.0.0.0/0", /^It /],
    ["networkPlugin", "cilium", /^must be one of canal/],
    ["ingress", "Nginx", /^must be one of nginx, none$/],
    ["kubernetesVersion", "v1.33.0", /^must be one of v1\.32\.3-rancher1-1, v1\.31\.7-rancher1-1$/],
    ["registry", "https://registry.lan", /without|scheme/],
    ["registry", "ada:word@registry.lan", /must not hold a user or a password/],
    ["proxy", "proxy.lan:3128", /^It /],
  ])("%s: %j", (id, answer, why) => {
    expect(complaint(id, answer)).toMatch(why);
  });

  it.each([
    ["name", "lab-1"],
    ["clusterCidr", "172.20.0.0/14"],
    ["registry", ""],
    ["registry", "registry.lan:5000"],
    ["proxy", ""],
    ["proxy", "http://proxy.lan:3128"],
    ["networkPlugin", "calico"],
  ])("%s: %j is right", (id, answer) => {
    expect(complaint(id, answer)).toBeUndefined();
  });

  it.each([
    ["rancherHostname", "10.0.0.1", /name, not an IP address/],
    ["rancherHostname", "*.example.com", /without a wildcard/],
    ["rancherHostname", "rancher", /./],
    ["rancherHostname", "rancher.example.com:8443", /DNS name/],
    ["rancherHostname", "https://rancher.example.com", /DNS name/],
  ])("%s: %j, where Rancher is wanted", (id, answer, why) => {
    expect(complaint(id, answer, known(lan, rancher))).toMatch(why);
  });

  it("is kept as a text or as yes and no, as the question is, and read back", () => {
    expect(toAnswer("gpu", "yes")).toEqual({ gpu: true });
    expect(toAnswer("certManager", "no")).toEqual({ certManager: false });
    expect(toAnswer("name", "yes")).toEqual({ name: "yes" });
    expect([toText(true), toText(false), toText("x"), toText(undefined)]).toEqual(["yes", "no", "x", undefined]);
  });
});

describe("every question", () => {
  it("says what it wants, helps within 120 columns, and has a flag of its own", () => {
    expect(new Set(questions.map(({ flag }) => flag)).size).toBe(questions.length);
    for (const { title, flag, about, help } of questions) {
      expect(title, flag).toMatch(/\?$/);
      expect(flag).toMatch(/^[a-z][a-z-]+$/);
      expect(about, flag).not.toMatch(/[.?]$/);
      expect(help.length, flag).toBeGreaterThan(0);
      for (const line of help) expect(line.length, line).toBeLessThanOrEqual(120);
    }
  });
});
