import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { questionsOf } from "../../src/core/decide.ts";
import { sh } from "../../src/core/shell.ts";
import type { AnyStep } from "../../src/core/step.ts";
import { unitsTogether } from "../../src/core/unit-question.ts";
import { dockerService, dockerUnit } from "../../src/steps/docker/docker-service.ts";
import { candidate } from "../../src/steps/docker/from-distribution.ts";
import { fileProbe } from "../../src/steps/files/file-probe.ts";
import { firewalldProbe } from "../../src/steps/firewall/firewalld.ts";
import { includedText, liveJumps } from "../../src/steps/firewall/nftables.ts";
import { baseChains, rulesText } from "../../src/steps/firewall/nftables-text.ts";
import { kubeflowLimits, limits } from "../../src/steps/os/limits.ts";
import { sysctl } from "../../src/steps/os/sysctl.ts";
import { liveProbe } from "../../src/steps/os/sysctl-live.ts";
import { authorizedKey } from "../../src/steps/ssh/authorized-key.ts";
import { swapUnits, unitNamed, unitProbe } from "../../src/steps/systemd/units.ts";
import { caseHost } from "../cases/steps.ts";
import { host } from "./doubled-host.ts";

describe("the question after units", () => {
  const asked = (calls: readonly string[]) => calls[0]?.split(" -- ")[1]?.split(" ") ?? [];
  const services = (names: readonly string[]) => unitProbe(names.map((name) => `${name}.service`));

  /** A host that systemd runs. */
  const booted = (systemctl: string) => {
    const made = host({ systemctl });
    mkdirSync(join(made.dir, "run/systemd/system"), { recursive: true });
    return made;
  };

  it("is one start of systemctl, which names only services that have a file somewhere", () => {
    const { answer, calls, file } = booted("echo Id=docker.service");
    file("usr/lib/systemd/system/docker.service");
    file("run/systemd/generator.late/dphys-swapfile.service");
    file("etc/systemd/system/chrony.service");
    file("lib/systemd/system/systemd-resolved.service");
    const names = ["dphys-swapfile", "ntp", "chrony", "docker", "systemd-resolved", "nftables"];
    expect(answer(services(names)).code).toBe(0);
    expect(calls()).toHaveLength(1);
    expect(asked(calls())).toEqual([
      "dphys-swapfile.service",
      "chrony.service",
      "docker.service",
      "systemd-resolved.service",
    ]);
  });

  it("names a service once, although it lies in several places, and one that is masked", () => {
    const { dir, answer, calls, file } = booted(":");
    file("etc/systemd/system/docker.service");
    file("usr/lib/systemd/system/docker.service");
    symlinkSync("/dev/null", join(dir, "etc/systemd/system/chrony.service"));
    symlinkSync("/nowhere/ntp.service", join(dir, "etc/systemd/system/ntp.service"));
    answer(services(["chrony", "ntp", "docker"]));
    expect(asked(calls())).toEqual(["chrony.service", "ntp.service", "docker.service"]);
  });

  it("names swap units of somebody's own and of generators that systemd has not loaded", () => {
    const { dir, answer, calls, file } = booted(":");
    file("etc/systemd/system/data-swap.swap");
    file("run/systemd/generator/dev-zram0.swap");
    symlinkSync("/dev/null", join(dir, "run/systemd/generator/old.swap"));
    file("usr/lib/systemd/system/dphys-swapfile.service");
    answer(swapUnits);
    expect(asked(calls())).toEqual([
      "*.swap",
      "data-swap.swap",
      "dev-zram0.swap",
      "old.swap",
      "dphys-swapfile.service",
    ]);
  });

  it("starts nothing where none of the services is there, and nothing is an answer", () => {
    const { answer, calls } = booted(":");
    expect(services(["docker"]).parse(answer(services(["docker"])))).toEqual([]);
    expect(calls()).toEqual([]);
    expect(dockerService.parse(answer(dockerUnit))).toEqual({ known: false, active: false, enabled: false });
  });

  it("says nothing where systemd does not answer, or does not run the host", () => {
    const silent = booted("exit 1");
    silent.file("etc/systemd/system/docker.service");
    const chroot = host({ systemctl: "exit 0" });
    chroot.file("etc/systemd/system/docker.service");
    for (const { answer } of [silent, chroot]) {
      expect(dockerUnit.parse(answer(dockerUnit))).toBeUndefined();
      expect(dockerService.parse(answer(dockerUnit))).toBeUndefined();
      expect(swapUnits.parse(answer(swapUnits))).toBeUndefined();
    }
    expect(chroot.calls()).toEqual([]);
  });

  it("is read by each step for its own: what is not named is not there", () => {
    const stdout = `Id=systemd-sysctl.service\nLoadState=loaded\nLimitNOFILE=524288\n\nId=chrony.service\nLoadState=not-found\n`;
    const all = services(["systemd-sysctl", "chrony"]).parse({ code: 0, stdout, stderr: "" }) ?? [];
    expect(unitNamed(all, "systemd-sysctl.service")?.noFile).toBe("524288");
    expect(unitNamed(all, "chrony.service")).toBeUndefined();
    expect(dockerService.parse({ code: 0, stdout, stderr: "" })).toEqual({
      known: false,
      active: false,
      enabled: false,
    });
    const running = `${stdout}\nId=docker.service\nLoadState=loaded\nActiveState=active\nUnitFileState=static\n`;
    expect(dockerService.parse({ code: 0, stdout: running, stderr: "" })).toEqual({
      known: true,
      active: true,
      enabled: true,
    });
  });

  it("is one for all steps that ask, each of which gets all of the answer", () => {
    const { answer, calls, file } = booted("echo Id=docker.service");
    for (const name of ["docker", "chrony", "systemd-resolved"]) file(`lib/systemd/system/${name}.service`);
    const other = sh`echo other`;
    const questions = [services(["docker", "chrony"]).sh, other, swapUnits.sh, services(["systemd-resolved"]).sh];
    const { asked: put, read } = unitsTogether(questions);
    const [all = other, ...rest] = put;
    expect(rest).toEqual([other]);
    const said = answer({ sh: all, parse: () => undefined });
    expect(asked(calls())).toEqual(["docker.service", "chrony.service", "*.swap", "systemd-resolved.service"]);
    const echoed = { code: 0, stdout: "other\n", stderr: "" };
    expect(read([said, echoed])).toEqual([said, echoed, said, said]);
  });

  it("leaves other questions as they are, those that begin like it too", () => {
    const questions = [sh`echo one`, sh`set -- docker.service\nsystemctl show -- "$@"`];
    const { asked: put, read } = unitsTogether(questions);
    expect(put).toEqual(questions);
    const answers = questions.map((_, index) => ({ code: index, stdout: "", stderr: "" }));
    expect(read(answers)).toEqual(answers);
  });
});

describe("the questions after firewalls", () => {
  it("start nothing where there is neither firewalld nor a file of ours", () => {
    const { answer, calls } = host({ systemctl: "exit 0", sed: ":", sort: ":", nft: ":" });
    expect(firewalldProbe(caseHost).parse(answer(firewalldProbe(caseHost)))).toBeNull();
    expect(liveJumps.parse(answer(liveJumps))).toEqual([]);
    expect(calls()).toEqual([]);
  });

  it("ask nft for the tables that our file adds to, however nftables.conf names them", () => {
    // As nft 1.0.6 lists what a file begins with `table filter {`.
    const listed = `table ip filter {
	chain drover_ports {
		tcp dport 6443 accept
	}

	chain INPUT {
		type filter hook input priority filter; policy drop;
		jump drover_ports
		ct state established,related accept
	}

	chain forward {
		type filter hook forward priority filter; policy drop;
	}
}`;
    const { answer, calls, file } = host({
      nft: `case $* in *'ip filter') cat <<'X'\n${listed}\nX\n;; *) exit 1 ;; esac`,
    });
    const chains = [
      { family: "ip", table: "filter", chain: "INPUT", jump: "drover_ports" },
      { family: "ip", table: "filter", chain: "forward", jump: "drover_pods" },
      { family: "inet", table: "gone", chain: "input", jump: "drover_ports" },
    ] as const;
    file("etc/nftables.drover.conf", rulesText(chains, [], "10.42.0.0/16"));
    expect(liveJumps.parse(answer(liveJumps))).toEqual(["ip filter INPUT"]);
    expect(calls()).toEqual(["nft list table inet gone", "nft list table ip filter"]);
  });

  describe("the one about what nftables.conf includes", () => {
    const chain = (name: string) => `table inet ${name} { chain input { type filter hook input priority 0; }; }`;
    const namesIn = (text = "") => baseChains(text).map(({ table }) => table);

    it("follows patterns in the order of names, relative paths and what is included in turn, and no hidden files", () => {
      const { dir, answer, file } = host({});
      file(
        "etc/nftables.conf",
        `include "${dir}/etc/nftables.d/*.nft"\n\tinclude "more/own rules.nft" # own\n#include "more/off.nft"\n`,
      );
      file("etc/nftables.d/20-b.nft", chain("b"));
      file("etc/nftables.d/10-a.nft", `${chain("a")}\ninclude "${dir}/etc/deeper"`);
      file("etc/nftables.d/.hidden.nft", chain("hidden"));
      file("etc/nftables.d/30-c.off", chain("off"));
      file("etc/deeper", chain("deeper"));
      file("etc/more/own rules.nft", chain("own"));
      file("etc/more/off.nft", chain("off"));
      expect(namesIn(includedText.parse(answer(includedText)))).toEqual(["a", "deeper", "b", "own"]);
    });

    it("passes our own file over, and comes to an end where a file includes itself or nothing fits", () => {
      const { dir, answer, file } = host({});
      const nobody = `include "${dir}/etc/nftables.none/*"\ninclude "$(touch ${dir}/ran).nft"\n`;
      file("etc/nftables.conf", `${nobody}include "${dir}/etc/nftables.drover.conf"\ninclude "${dir}/etc/loop"\n`);
      file("etc/nftables.drover.conf", chain("ours"));
      file("etc/loop", `${chain("loop")}\ninclude "${dir}/etc/loop"\n`);
      expect(namesIn(includedText.parse(answer(includedText)))).toEqual(["loop"]);
      expect(existsSync(join(dir, "ran"))).toBe(false);
    });

    it.each([
      ["flush ruleset\n", false],
      ['flush ruleset\n# include "/etc/x"\n', false],
      ['# BEGIN drover\ninclude "/etc/nftables.drover.conf"\n# END drover\n', false],
      ['include "/etc/nftables.d/*.nft"\n# BEGIN drover\ninclude "/etc/nftables.drover.conf"\n', true],
    ])("is asked only where something is included that is not ours: %j", (text, isNeeded) => {
      const { answer, file } = host({});
      file("etc/nftables.conf", text);
      expect(includedText.onlyIf?.isNeeded(answer(fileProbe("/etc/nftables.conf")))).toBe(isNeeded);
    });
  });

  it("ask systemd whether a firewalld that is installed runs", () => {
    const { answer, calls } = host({ systemctl: "exit 3", "firewall-cmd": ":" });
    expect(firewalldProbe(caseHost).parse(answer(firewalldProbe(caseHost)))).toBeNull();
    expect(calls()).toEqual(["systemctl is-active -q firewalld"]);
  });
});

describe("the question after what apt would install", () => {
  it("starts apt-cache only where dpkg has no sums of the package", () => {
    const { answer, calls, file } = host({
      "apt-cache": "printf 'docker.io:\\n  Installed: (none)\\n  Candidate: 26.1.5\\n'",
    });
    expect(candidate.parse(answer(candidate))).toBe("26.1.5");
    expect(calls()).toHaveLength(1);
    file("var/lib/dpkg/info/docker.io.list");
    answer(candidate);
    expect(calls()).toHaveLength(2);
    file("var/lib/dpkg/info/docker.io.md5sums");
    expect(candidate.parse(answer(candidate))).toBeUndefined();
    expect(calls()).toHaveLength(2);
  });
});

describe("the question after the kernel's settings", () => {
  it("is one program for all of them, and gives the kernel's own values", () => {
    const keys = ["kernel.pid_max", "vm.no_such_key", "net.ipv4.ip_local_port_range"];
    const probe = liveProbe(keys);
    const { status, stdout } = spawnSync("/bin/sh", ["-s"], { input: probe.sh.text, encoding: "utf8" });
    const [pidMax, none, range] = probe.parse({ code: status ?? 1, stdout, stderr: "" }) ?? [];
    expect(pidMax).toBe(readFileSync("/proc/sys/kernel/pid_max", "utf8").trim());
    expect(none).toBeNull();
    expect(range?.split(/\s+/)).toEqual(
      readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").trim().split(/\s+/),
    );
    expect(probe.sh.text.match(/\b(grep|cat|tr|sed)\b/g)).toHaveLength(1);
  });

  it("is the same for all steps that have one, whatever the inventory sets besides", () => {
    const more = { "vm.swappiness": "10", "vm.max_map_count": "300000" };
    const of = (step: AnyStep) => questionsOf([step], caseHost).filter(({ text }) => text.includes("/proc/sys/vm"));
    expect(of(limits(more, kubeflowLimits))).toEqual(of(sysctl(more)));
    expect(of(sysctl(more))[0]?.text.match(/vm.max_map_count/g)).toHaveLength(1);
  });

  it("is not answered by half an answer, and not by another key that begins alike", () => {
    const probe = liveProbe(["vm.max_map", "vm.max_map_count"]);
    const parse = (stdout: string) => probe.parse({ code: 0, stdout, stderr: "" });
    expect(parse("/proc/sys/vm/max_map_count:262144\nend\n")).toEqual([null, "262144"]);
    expect(parse("/proc/sys/vm/max_map_count:1 2\n/proc/sys/vm/max_map_count:3\nend\n")).toEqual([null, "1 2 3"]);
    for (const half of ["", "end", "/proc/sys/vm/max_map_count:26", "/proc/sys/vm/max_map_count:262144\n"]) {
      expect(parse(half)).toBeUndefined();
    }
  });
});

describe("the question after a user's keys", () => {
  const ask = (user: string, input: string) => {
    const [question] = questionsOf([authorizedKey()], { ...caseHost, user });
    return spawnSync("/bin/sh", ["-s"], { input: `${input}\n${question?.text}`, encoding: "utf8" });
  };

  it("starts no program to find their folder, whichever it is", () => {
    const [name, , , , , home] = spawnSync("/usr/bin/getent", ["passwd", "games"], { encoding: "utf8" }).stdout.split(
      ":",
    );
    expect(name).toBe("games");
    const { status, stdout } = ask("games", "PATH=/nonexistent; cat() { :; }; set -x 2>&1; exec 2>&1");
    expect(stdout).toContain(`f=${home}/.ssh/authorized_keys`);
    expect(status).toBe(0);
  });

  it.each(["nobody-is-called-this", "no.such.user"])("says that there is no user %s", (user) => {
    expect(ask(user, "").status).toBe(44);
  });
});
