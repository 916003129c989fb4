import { describe, expect, it } from "vitest";
import type { Action, Decision } from "../../src/core/step.ts";
import { clockServices, time } from "../../src/steps/os/time.ts";
import { isOn, type Unit } from "../../src/steps/systemd/units.ts";
import { caseHost } from "../cases/steps.ts";
import { randomNumbers } from "./support/random-numbers.ts";
import { rounds } from "./support/thoroughness.ts";

const timesyncd = "systemd-timesyncd.service";
const absent = { kind: "absent" } as const;

function unit(name: string, active: string, fileState: string, load = "loaded"): Unit {
  return {
    name,
    load,
    active,
    fileState,
    fragment: `/lib/systemd/system/${name}`,
    source: "",
    execStart: "",
    noFile: "",
  };
}

interface World {
  readonly units: readonly Unit[];
  readonly synced?: readonly string[];
  readonly servers?: readonly string[];
  readonly chronyMain?: string;
}

function decide({ units, synced = [], servers = [], chronyMain }: World): Decision {
  const main = {
    kind: "present",
    mode: 0o644,
    owner: "0:0",
    realPath: "/etc/chrony/chrony.conf",
    text: chronyMain ?? "",
  };
  const files = { timesyncd: absent, chrony: absent, chronyMain: chronyMain === undefined ? absent : main };
  return time({ manage: true, servers }).decide({ units, synced: new Set(synced), ...files }, caseHost);
}

function summaries(decision: Decision): readonly string[] {
  return decision.kind === "change" ? decision.changes.map(({ summary }) => summary) : [decision.kind];
}

function actionsOf(decision: Decision): readonly Action[] {
  return decision.kind === "change" ? decision.changes.flatMap((change) => change.actions) : [];
}

const scripts = (decision: Decision) => actionsOf(decision).flatMap((one) => (one.kind === "run" ? [one.sh.text] : []));
const stays = (service: string) => `${service} keeps the clock, now and after a reboot`;

describe("the client that keeps the clock", () => {
  const others = clockServices.filter((name) => name !== timesyncd);

  it.each(
    others.flatMap((name) => [
      [name, "active", "enabled", "ok"],
      [name, "active", "static", "ok"],
      [name, "active", "disabled", stays(name)],
      [name, "inactive", "enabled", stays(name)],
      [name, "failed", "enabled", stays(name)],
      [name, "inactive", "disabled", "systemd-timesyncd keeps the clock"],
      [name, "inactive", "masked", "systemd-timesyncd keeps the clock"],
    ]),
  )("%s, if it is %s and %s: %s", (name, active, fileState, expected) => {
    const load = fileState === "masked" ? "masked" : "loaded";
    expect(summaries(decide({ units: [unit(name, active, fileState, load)], synced: [name, timesyncd] }))).toEqual([
      expected,
    ]);
  });

  it.each(others)("%s is waited for where it runs and says that it is not in sync yet", (name) => {
    const decision = decide({ units: [unit(name, "active", "enabled")] });
    const slow = name === "openntpd.service";
    expect(summaries(decision)).toEqual([
      `The clock is in sync${slow ? ", which OpenNTPD says some minutes after its start" : ""}`,
    ]);
    const [wait] = actionsOf(decision);
    // Half a minute more than the script itself takes, so that it ends with its own words.
    expect(wait?.kind === "run" && wait.timeoutMs).toBe(slow ? 510_000 : 120_000);
    expect(scripts(decision)[0]).toContain(`[ $n -lt ${slow ? 480 : 90} ]`);
  });

  const pairs = others.flatMap((one) => others.flatMap((other) => (one < other ? [[one, other] as const] : [])));
  const order = ["chrony.service", "ntpsec.service", "ntp.service", "openntpd.service"];

  it.each(pairs)("%s beside %s: the better one stays where both run", (one, other) => {
    const [kept, off] = order.indexOf(one) < order.indexOf(other) ? [one, other] : [other, one];
    const both = [unit(one, "active", "enabled"), unit(other, "active", "enabled")];
    const decision = decide({ units: both, synced: [kept] });
    expect(summaries(decision)).toEqual([`${off} no longer moves the clock beside ${kept}`]);
    expect(scripts(decision).at(-1)).toBe(`systemctl disable --now -- ${off}`);
  });

  it.each(pairs)("%s beside %s: the one that runs stays, better or not", (runs, waits) => {
    for (const [kept, off] of [
      [runs, waits],
      [waits, runs],
    ] as const) {
      const units = [unit(kept, "active", "enabled"), unit(off, "inactive", "enabled")];
      expect(summaries(decide({ units, synced: [kept] }))).toEqual([`${off} no longer moves the clock beside ${kept}`]);
    }
  });

  it("is waited for once, whatever else is done about it", () => {
    for (const [fileState, active, servers] of [
      ["enabled", "inactive", []],
      ["enabled", "active", ["t1.lan"]],
    ] as const) {
      const decision = decide({ units: [unit(timesyncd, active, fileState)], servers });
      expect(decision.kind === "change" && decision.changes).toHaveLength(1);
      expect(scripts(decision).filter((text) => text.includes("clock-not-in-sync"))).toHaveLength(1);
    }
  });

  it("is installed where there is none, and not where it is there or masked", () => {
    expect(scripts(decide({ units: [] }))[0]).toContain("install --no-install-recommends systemd-timesyncd");
    for (const load of ["loaded", "masked"]) {
      const [remember = "", enable] = scripts(decide({ units: [unit(timesyncd, "inactive", "disabled", load)] }));
      expect(remember).toContain(`unit:${timesyncd}`);
      expect(remember).not.toContain("install");
      expect(enable).toBe(`systemctl unmask ${timesyncd} && systemctl enable --now ${timesyncd}`);
    }
  });

  it("is nobody's business in a container, but for two that would quarrel", () => {
    expect(decide({ units: [], synced: ["container"], servers: ["t1"] })).toEqual({ kind: "ok" });
    const both = ["chrony.service", "ntp.service"].map((name) => unit(name, "active", "enabled"));
    expect(summaries(decide({ units: both, synced: ["container"] }))).toHaveLength(1);
  });
});

describe("time servers of the inventory", () => {
  const servers = ["t1.lan", "10.0.0.9"];
  const reads = "pool 2.debian.pool.ntp.org iburst\nconfdir /etc/chrony/conf.d\n";
  const written = (decision: Decision) =>
    actionsOf(decision).flatMap((one) => (one.kind === "write" ? [[one.path, one.content]] : []));
  const head = "# Written by Drover: time servers of the inventory.\n";

  it.each([
    [timesyncd, "/etc/systemd/timesyncd.conf.d/90-drover.conf", "[Time]\nNTP=t1.lan 10.0.0.9\n"],
    ["chrony.service", "/etc/chrony/conf.d/90-drover.conf", "server t1.lan iburst\nserver 10.0.0.9 iburst\n"],
  ])("are told to %s in %s, which is restarted and waited for", (service, path, text) => {
    const decision = decide({
      units: [unit(service, "active", "enabled")],
      synced: [service],
      servers,
      chronyMain: reads,
    });
    expect(summaries(decision)).toEqual(["The clock follows t1.lan, 10.0.0.9"]);
    expect(written(decision)).toEqual([[path, head + text]]);
    const [restart, wait] = scripts(decision).slice(-2);
    expect(restart).toBe(`systemctl restart ${service}`);
    expect(wait).toContain("clock-not-in-sync");
  });

  it.each(["\tconfdir   /etc/chrony/conf.d\n", "confdir /etc/chrony/conf.d /run/x\n"])(
    "are read by chrony with %j",
    (chronyMain) => {
      const world = { units: [unit("chrony.service", "active", "enabled")], servers, chronyMain };
      expect(written(decide(world))).toHaveLength(1);
    },
  );

  it.each([
    "",
    "# confdir /etc/chrony/conf.d\n",
    "confdir /etc/chrony/conf.d2\n",
    "sourcedir /etc/chrony/conf.d\n",
    undefined,
  ])("are not written where chrony would not read them: %j", (chronyMain) => {
    const world = {
      units: [unit("chrony.service", "active", "enabled")],
      servers,
      ...(chronyMain === undefined ? {} : { chronyMain }),
    };
    expect(decide(world)).toMatchObject({
      kind: "blocked",
      because: expect.stringContaining("/etc/chrony/chrony.conf does not read /etc/chrony/conf.d/90-drover.conf"),
      remedy: expect.stringContaining("t1.lan, 10.0.0.9"),
    });
  });

  it.each(["ntpsec.service", "ntp.service", "openntpd.service"])("are not written for %s, which is said", (service) => {
    const because = `${service} keeps the clock, and Drover does not write its configuration`;
    expect(decide({ units: [unit(service, "active", "enabled")], servers })).toMatchObject({
      kind: "blocked",
      because,
    });
    expect(decide({ units: [unit(service, "active", "enabled")], synced: [service] })).toEqual({ kind: "ok" });
  });

  it("are there before a client starts for the first time, which is not restarted then", () => {
    const decision = decide({ units: [unit(timesyncd, "inactive", "disabled")], servers });
    expect(summaries(decision)).toEqual(["The clock follows t1.lan, 10.0.0.9", "systemd-timesyncd keeps the clock"]);
    expect(scripts(decision).filter((text) => text.includes("systemctl restart"))).toEqual([]);
    expect(scripts(decision).filter((text) => text.includes("clock-not-in-sync"))).toHaveLength(1);
  });
});

describe("clients in any state together", () => {
  /** The units after the commands of a decision. */
  function after(units: readonly Unit[], decision: Decision): readonly Unit[] {
    const said = scripts(decision).join("\n");
    const told = (verb: string) =>
      new Set([...said.matchAll(new RegExp(`systemctl ${verb} --now (?:-- )?(\\S+)`, "g"))].map((match) => match[1]));
    const [off, on] = [told("disable"), told("enable")];
    const all = units.some(({ name }) => name === timesyncd)
      ? units
      : [...units, unit(timesyncd, "inactive", "disabled")];
    return all.map((one) => {
      if (off.has(one.name)) return { ...one, active: "inactive", fileState: "disabled" };
      return on.has(one.name) ? { ...one, load: "loaded", active: "active", fileState: "enabled" } : one;
    });
  }

  it("are one afterwards, which runs now and after a reboot, and there is nothing more to do", () => {
    const below = randomNumbers(23);
    const states = [
      ["active", "enabled"],
      ["active", "disabled"],
      ["inactive", "enabled"],
      ["inactive", "disabled"],
      ["failed", "enabled"],
      ["active", "static"],
      ["inactive", "masked"],
    ] as const;
    for (let round = 0; round < rounds(600); round += 1) {
      const there = clockServices.filter(() => below(2) === 0);
      const units = there.map((name) => {
        const [active, fileState] = states[below(states.length)] ?? states[0];
        return unit(name, active, fileState, fileState === "masked" ? "masked" : "loaded");
      });
      const decision = decide({ units });
      const then = after(units, decision);
      const on = then.filter(isOn);
      expect(
        on.map(({ active }) => active),
        JSON.stringify(units),
      ).toEqual(["active"]);
      expect(["enabled", "static"]).toContain(on[0]?.fileState);
      expect(decide({ units: then, synced: on.map(({ name }) => name) })).toEqual({ kind: "ok" });
    }
  });
});
