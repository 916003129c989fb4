import { describe, expect, it } from "vitest";
import type { EtcdMember } from "../../src/engines/rke/day-two/etcd-member.ts";
import { joinStages } from "../../src/engines/rke/day-two/join-stages.ts";
import { quorumWithout } from "../../src/engines/rke/day-two/quorum-step.ts";
import { decideOn, host } from "./support/rke-world.ts";

const member = (number: number, healthy: boolean): EtcdMember => ({
  address: `10.0.0.${number}`,
  healthy,
  bytes: undefined,
  leader: false,
  version: "",
});
/** Every way in which so many members may be healthy or not. */
const mixtures = (count: number): readonly (readonly EtcdMember[])[] =>
  Array.from({ length: 2 ** count }, (_, bits) =>
    Array.from({ length: count }, (_unused, at) => member(at + 1, (bits >> at) % 2 === 1)),
  );
const etcdHost = (name: string) => host(name, { roles: ["etcd"] });
/** More than half, told without a division. */
const isMost = (some: number, all: number) => some * 2 > all;
const healthyIn = (members: readonly EtcdMember[]) => members.filter(({ healthy }) => healthy).length;

describe("a member of etcd that is to go", () => {
  const leaving = etcdHost("node-a");

  it.each([1, 2, 3, 4, 5, 6, 7])("may in no state of %i in which a vote would be lost, and in every other", (count) => {
    for (const members of mixtures(count)) {
      const others = members.slice(1);
      const now = isMost(healthyIn(members), members.length);
      const then = isMost(healthyIn(others), others.length);
      const decision = quorumWithout(leaving, members);
      expect([members, decision.kind]).toEqual([members, now && then ? "ok" : "blocked"]);
    }
  });

  it("is refused with the members that are not healthy, itself too, and with no others", () => {
    for (const members of mixtures(5)) {
      const decision = quorumWithout(leaving, members);
      if (decision.kind !== "blocked") continue;
      const [, named = ""] = decision.because.split("; not healthy: ");
      const sick = members.filter(({ healthy }) => !healthy).map(({ address }) => address);
      expect(named).toBe(sick.join(", "));
    }
  });

  it("counts by what is there, not by what it is called: a stranger's address changes nothing for the others", () => {
    const stranger = etcdHost("node-z");
    for (const members of mixtures(3)) {
      const isWell = isMost(healthyIn(members), 3);
      expect([members, quorumWithout(stranger, members).kind]).toEqual([members, isWell ? "ok" : "blocked"]);
    }
  });
});

describe("a member of etcd that is to join", () => {
  const [a, b, c] = [etcdHost("node-a"), etcdHost("node-b"), etcdHost("node-c")];
  const [stage] = joinStages({ hosts: [a, b, c] }, [c]).before;
  const said = (members: readonly EtcdMember[]) =>
    JSON.stringify(members.map(({ address, healthy }) => ({ endpoint: `https://${address}:2379`, health: healthy })));

  it("may exactly where all others are healthy, itself being there already or not", () => {
    const [step] = stage?.steps ?? [];
    if (step === undefined) throw new Error("no step");
    for (const count of [2, 3])
      for (const members of mixtures(count)) {
        const others = members.filter(({ address }) => address !== "10.0.0.3");
        const decision = decideOn(step, { "docker exec etcd": said(members) }, a);
        const sick = others.filter(({ healthy }) => !healthy).map(({ address }) => address);
        expect([members, decision.kind]).toEqual([members, sick.length === 0 ? "ok" : "blocked"]);
        if (decision.kind === "blocked")
          expect(decision.because).toBe(`no member may join etcd while ${sick.join(", ")} of 2 is not healthy`);
      }
  });
});
