import { describe, expect, it } from "vitest";
import { complaints } from "../../../src/inventory/write/complaints.ts";
import type { Answers, HostAnswer } from "../../../src/wizard/answers.ts";
import { answersOf } from "../../../src/wizard/answers-of.ts";
import { following } from "../../../src/wizard/following.ts";
import { inventoryOf } from "../../../src/wizard/inventory-of.ts";
import type { Known } from "../../../src/wizard/known.ts";
import type { Looked } from "../../../src/wizard/looked.ts";
import { complaintAbout } from "../../../src/wizard/question.ts";
import { lateQuestions } from "../../../src/wizard/questions/all.ts";
import { balancerCandidates, balancerQuestion } from "../../../src/wizard/questions/balancer.ts";
import { virtualAddressCandidates, virtualAddressQuestion } from "../../../src/wizard/questions/virtual-address.ts";
import type { Seen } from "../../../src/wizard/seen.ts";
import { nic, seen } from "./known-hosts.ts";

type Card = ReturnType<typeof nic>;

/** A machine that does everything, or what is said. */
const host = (address: string, ...roles: NonNullable<HostAnswer["roles"]>): HostAnswer => ({
  address,
  name: `h${address.split(".").at(-1)}`,
  roles: roles.length === 0 ? ["controlplane", "etcd", "worker"] : roles,
});

const withCards = (...nics: readonly Card[]): Seen => seen({ nics, defaultNic: nics[0]?.name });

/** Three machines in one LAN; `more` says what is different. */
function lan(answers: Answers = {}, more: Partial<Known> = {}): Known {
  const hosts = [1, 2, 3].map((last) => host(`192.168.1.${last}`));
  return {
    answers: { name: "lab", user: "root", rancher: false, certManager: false, hosts, ...answers },
    seen: hosts.map(({ address }) => withCards(nic("eno1", `${address}/24`))),
    kubernetesVersions: [],
    base: { version: 1 },
    operator: "ann",
    looked: undefined,
    ...more,
  };
}

/** What is known after all that may be proposed was asked after. */
function lookedAt(known: Known, ...taken: readonly string[]): Known {
  return { ...known, looked: { asked: [...virtualAddressCandidates(known), ...balancerCandidates(known)], taken } };
}

const proposed = (known: Known) => virtualAddressQuestion.propose(known)?.value;
const wrong = (answer: string, known: Known) => complaintAbout(virtualAddressQuestion, answer, known, complaints);

/** The inventory with an answer and what follows from it. */
function inventory(known: Known, kubeVip: string) {
  const more = following(known, "kubeVip", kubeVip);
  return inventoryOf({ ...known.answers, kubeVip, ...more }, known.base);
}

describe("the question for the API's own address", () => {
  it("is asked where there are two controlplanes or more, and not of one", () => {
    const of = (...roles: readonly NonNullable<HostAnswer["roles"]>[]) =>
      virtualAddressQuestion.relevant?.(lan({ hosts: roles.map((one, at) => host(`192.168.1.${at + 1}`, ...one)) }));
    expect(of(["controlplane", "etcd"], ["worker"], ["etcd"])).toBe(false);
    expect(of(["controlplane", "etcd"], ["controlplane", "worker"])).toBe(true);
    expect(of(["controlplane"], ["controlplane"], ["controlplane"], ["etcd"], ["worker"])).toBe(true);
    expect(virtualAddressQuestion.relevant?.(lan({ hosts: [] }))).toBe(false);
  });

  it("is asked of one controlplane too where an address was named: it may be taken back, and is not dropped unsaid", () => {
    const one = { hosts: [host("192.168.1.1")] };
    expect(virtualAddressQuestion.relevant?.(lan({ ...one, kubeVip: "192.168.1.9" }))).toBe(true);
    expect(virtualAddressQuestion.relevant?.(lan({ ...one, kubeVip: "" }))).toBe(false);
  });

  it("comes before MetalLB's, so that the range is proposed beside the address", () => {
    expect(lateQuestions.indexOf(virtualAddressQuestion)).toBeLessThan(lateQuestions.indexOf(balancerQuestion));
  });

  it("has a flag, help and the word for none", () => {
    expect(virtualAddressQuestion).toMatchObject({ flag: "kube-vip", optional: true });
    expect(virtualAddressQuestion.help.join(" ")).toMatch(/none: no address of its own/);
  });
});

describe("the address that is proposed for the API", () => {
  it("is the last of the LAN at which nobody answered, and nothing before anybody was asked", () => {
    expect(proposed(lan())).toBe("");
    expect(proposed(lookedAt(lan()))).toBe("192.168.1.254");
    expect(proposed(lookedAt(lan(), "192.168.1.254", "192.168.1.253"))).toBe("192.168.1.252");
    expect(proposed(lookedAt(lan(), ...virtualAddressCandidates(lan())))).toBe("");
  });

  it("is no address that nobody was asked after, though others were", () => {
    const looked: Looked = { asked: ["192.168.1.240", "10.0.0.254"], taken: [] };
    expect(proposed(lan({}, { looked }))).toBe("192.168.1.240");
    expect(proposed(lan({}, { looked: { asked: ["10.0.0.254"], taken: [] } }))).toBe("");
  });

  it("and MetalLB's range never overlap, whichever is answered first", () => {
    const first = lookedAt(lan({ kubeVip: "192.168.1.254" }));
    expect(balancerQuestion.propose(first)?.value).toBe("192.168.1.244-192.168.1.253");
    const middle = lookedAt(lan({ kubeVip: "192.168.1.250" }));
    expect(balancerQuestion.propose(middle)?.value).toBe("192.168.1.240-192.168.1.249");
    expect(proposed(lookedAt(lan({ metallb: "192.168.1.240-192.168.1.254" })))).toBe("192.168.1.239");
    expect(proposed(lookedAt(lan({ metallb: "192.168.1.250/31, 192.168.1.252-192.168.1.254" })))).toBe("192.168.1.249");
    expect(proposed(lookedAt(lan({ metallb: "nonsense" })))).toBe("192.168.1.254");
  });

  it("makes with MetalLB's proposal an inventory without a mistake, wherever somebody answers", () => {
    const all = virtualAddressCandidates(lan());
    for (let every = 2; every <= 13; every += 1) {
      const taken = all.filter((_, index) => index % every === 0);
      const kubeVip = proposed(lookedAt(lan(), ...taken)) ?? "";
      const metallb = balancerQuestion.propose(lookedAt(lan({ kubeVip }), ...taken))?.value;
      expect(taken).not.toContain(kubeVip);
      expect(complaints(inventory(lan({ metallb }), kubeVip))).toEqual([]);
    }
  });

  it("is never one of a public network, whose other addresses are somebody's", () => {
    const hosts = ["203.0.113.1", "203.0.113.2"].map((address) => host(address));
    const outside = hosts.map(({ address }) => withCards(nic("eth0", `${address}/24`)));
    expect(virtualAddressCandidates(lan({ hosts }, { seen: outside }))).toEqual([]);
    expect(balancerCandidates(lan({ hosts }, { seen: outside }))).toEqual([]);
    const both = hosts.map(({ address }, index) =>
      withCards(nic("eth0", `${address}/24`), nic("eth1", `10.0.0.${index + 1}/24`)),
    );
    const known = lan({ hosts }, { seen: both });
    expect(proposed(lookedAt(known))).toBe("10.0.0.254");
  });

  it("is of the network of the controlplanes, also where the workers are elsewhere", () => {
    const hosts = [host("10.1.0.1"), host("10.1.0.2"), host("10.2.0.1", "worker")];
    const found = hosts.map(({ address }) => withCards(nic("eno1", `${address}/24`)));
    expect(proposed(lookedAt(lan({ hosts }, { seen: found })))).toBe("10.1.0.254");
  });

  it("is of the network that ssh uses, though pods take a faster one", () => {
    const two = [1, 2].map((last) =>
      withCards(nic("eno1", `192.168.1.${last}/24`, 1000), nic("ib0", `10.9.0.${last}/24`, 100_000)),
    );
    const hosts = [host("192.168.1.1"), host("192.168.1.2")];
    const known = lan({ hosts, internalNetwork: "10.9.0.0/24" }, { seen: two });
    expect(proposed(lookedAt(known))).toBe("192.168.1.254");
    expect(balancerCandidates(known).at(-1)).toBe("10.9.0.254");
  });

  it("is nothing where nothing was seen, or the machines share nothing, or only a card that is named otherwise on each", () => {
    expect(virtualAddressCandidates(lan({}, { seen: [] }))).toEqual([]);
    const apart = [1, 2, 3].map((net) => withCards(nic("eno1", `10.0.${net}.1/24`)));
    expect(virtualAddressCandidates(lan({}, { seen: apart }))).toEqual([]);
    const named = [1, 2, 3].map((at) =>
      withCards(nic("eno1", `203.0.113.${at * 16}/28`), nic(`enp${at}s0`, `10.0.0.${at}/24`)),
    );
    expect(virtualAddressCandidates(lan({}, { seen: named }))).toEqual([]);
  });

  it("is nothing where the inventory that is edited has none: it was left out", () => {
    const base = inventoryOf(lan().answers);
    expect(proposed(lookedAt(lan({}, { base })))).toBe("");
    expect(balancerQuestion.propose(lookedAt(lan({}, { base })))?.value).toBe("");
  });
});

describe("an address that is typed for the API", () => {
  it("is taken if it is free and in the controlplanes' LAN", () => {
    expect(wrong("192.168.1.100", lan())).toBeUndefined();
    expect(wrong("", lan())).toBeUndefined();
  });

  it.each([
    ["192.168.1.300", /IPv4|address/],
    ["api.lan", /IPv4|address/],
    ["192.168.1.100/24", /IPv4|address/],
    ["192.168.1.7; reboot", /IPv4|address/],
    ["192.168.1.0", /stands for all of 192\.168\.1\.0\/24/],
    ["192.168.1.255", /stands for all of 192\.168\.1\.0\/24/],
    ["192.168.2.9", /lies in no network of all controlplane machines: 192\.168\.1\.0\/24/],
    ["192.168.1.2", /is an address of h2/],
    ["192.168.1.254", /is somebody's/],
    ["192.168.1.205", /MetalLB/],
    ["192.168.1.211", /MetalLB/],
  ])("is refused in place if it is %s", (answer, why) => {
    const looked = { asked: ["192.168.1.254"], taken: ["192.168.1.254"] };
    const known = lan({ metallb: "192.168.1.200-192.168.1.206, 192.168.1.208/30" }, { looked });
    expect(wrong(answer, known)).toMatch(why);
  });

  it("is refused in the pods' and services' ranges, by the inventory's own rules", () => {
    expect(wrong("10.42.0.9", lan({}, { seen: [] }))).toMatch(/10\.42\.0\.9 lies in /);
    expect(wrong("10.43.0.9", lan({}, { seen: [] }))).toMatch(/10\.43\.0\.9 lies in /);
  });

  it("is refused where it is a machine's by the inventory alone, and nobody was seen", () => {
    expect(wrong("192.168.1.3", lan({}, { seen: [] }))).toMatch(/is the address of h3/);
  });

  it("is refused on a card that the inventory could not name", () => {
    const named = [1, 2, 3].map((at) =>
      withCards(nic("eno1", `203.0.113.${at}/24`), nic(`enp${at}s0`, `10.0.0.${at}/24`)),
    );
    expect(wrong("10.0.0.9", lan({}, { seen: named }))).toMatch(/card is not called the same/);
  });
});

describe("MetalLB's addresses that are typed", () => {
  const refused = (answer: string, known: Known) => complaintAbout(balancerQuestion, answer, known, complaints);

  it.each(["192.168.1.100-192.168.1.120", "192.168.1.96/28", "192.168.1.10-192.168.1.12, 192.168.1.100/31"])(
    "are refused in place where they hold the API's own: %s",
    (answer) => {
      expect(refused(answer, lan({ kubeVip: "192.168.1.100" }))).toBe("192.168.1.100 is the API's own address.");
      expect(refused(answer, lan({ kubeVip: "192.168.1.99" }))).toEqual(
        answer === "192.168.1.96/28" ? "192.168.1.99 is the API's own address." : undefined,
      );
    },
  );

  it("are refused where somebody answered, in each way to write a range", () => {
    const looked = { asked: ["192.168.1.250"], taken: ["192.168.1.250"] };
    for (const answer of ["192.168.1.240-192.168.1.254", "192.168.1.248/29", "192.168.1.8/31,192.168.1.250/32"])
      expect(refused(answer, lan({}, { looked }))).toBe("192.168.1.250 is somebody's: it answered just now.");
    expect(refused("192.168.1.200-192.168.1.249", lan({}, { looked }))).toBeUndefined();
  });
});

describe("the inventory with the API's own address", () => {
  it("says it as the addon, without a mistake", () => {
    const value = inventory(lan({ metallb: "192.168.1.240-192.168.1.249" }), "192.168.1.250");
    expect(value["addons"]).toMatchObject({ kubeVip: { address: "192.168.1.250" } });
    expect(value["addons"]).not.toHaveProperty("kubeVip.interface");
    expect(complaints(value)).toEqual([]);
  });

  it("names the card where it is not the default route's", () => {
    const two = [1, 2, 3].map((last) =>
      withCards(nic("eno1", `203.0.113.${last}/24`), nic("ib0", `10.9.0.${last}/24`)),
    );
    const value = inventory(lan({}, { seen: two }), "10.9.0.100");
    expect(value["addons"]).toEqual({ kubeVip: { address: "10.9.0.100", interface: "ib0" } });
    expect(complaints(value)).toEqual([]);
  });

  it("has no addon where none was wanted", () => {
    expect(inventory(lan(), "")).not.toHaveProperty("addons");
  });

  it("keeps the addon as it stands while its address does, and takes another address without the old one's card", () => {
    const kubeVip = { address: "192.168.1.250", interface: "eno2", version: "v1.2.3" };
    const base = { ...inventoryOf(lan().answers), addons: { kubeVip } };
    const known = lan(answersOf(base), { base });
    expect(known.answers.kubeVip).toBe("192.168.1.250");
    expect(inventory(known, "192.168.1.250")["addons"]).toEqual({ kubeVip });
    expect(inventory(known, "192.168.1.251")["addons"]).toEqual({
      kubeVip: { address: "192.168.1.251", version: "v1.2.3" },
    });
    expect(inventory(known, "")).not.toHaveProperty("addons");
  });
});
