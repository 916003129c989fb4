import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Sh, sh } from "../../src/core/shell.ts";
import { type RememberedKind, remembered, rememberOnce } from "../../src/steps/undo/remember.ts";
import { undoSettings } from "../../src/steps/undo/settings.ts";
import { caseHost } from "../cases/steps.ts";
import { testFolder } from "../test-folder.ts";

/** Programs as bodies of shell scripts, by name; each call is noted before. */
type Programs = Readonly<Record<string, string>>;

/** A machine in a folder: real scripts and records, the folders /proc and /var/lib/drover moved there, its programs doubles. */
function machine(programs: Programs) {
  const root = testFolder("way-back");
  mkdirSync(join(root, "bin"));
  mkdirSync(join(root, "proc/sys/net/ipv4"), { recursive: true });
  const all = {
    systemctl: "",
    swapon: "",
    nft: "",
    "apt-mark": "",
    "dpkg-query": "",
    getent: "",
    gpasswd: "",
    ...programs,
  };
  for (const [name, body] of Object.entries(all)) {
    writeFileSync(join(root, "bin", name), `#!/bin/sh\nprintf '%s\\n' "${name} $*" >>${root}/calls\n${body}\n`, {
      mode: 0o755,
    });
  }
  const run = (script: Sh) => {
    const input = script.text
      .replaceAll("/var/lib/drover", join(root, "kept"))
      .replaceAll("/proc/", `${root}/proc/`)
      .replaceAll("PATH=$PATH:/usr/sbin", ":");
    const { status, stdout, stderr } = spawnSync("/bin/sh", ["-s"], {
      input: `PATH=${root}/bin:/usr/bin:/bin\n${input}`,
      encoding: "utf8",
    });
    return { code: status ?? 1, stdout, stderr };
  };
  const calls = () =>
    existsSync(join(root, "calls")) ? readFileSync(join(root, "calls"), "utf8").trim().split("\n") : [];
  /** Takes everything back that is remembered; the exits of the ways back. */
  const undo = () => {
    const decision = undoSettings().decide({ records: remembered.parse(run(remembered.sh)) }, caseHost);
    const actions = decision.kind === "change" ? decision.changes.flatMap((change) => change.actions) : [];
    return actions.map((action) => (action.kind === "run" ? run(action.sh).code : -1));
  };
  const remember = (kind: RememberedKind, name: string, value: string) =>
    run(rememberOnce(kind, name, sh`printf '%s\n' ${value}`));
  const kept = () => remembered.parse(run(remembered.sh));
  return { root, run, calls, undo, remember, kept };
}

/** What systemctl was told to change, in order, without options that only keep it quiet. */
function told(calls: readonly string[]): readonly string[] {
  const words = calls.map((call) => call.replace(/ -q | -- /g, " ").replace(/ {2,}/g, " "));
  return words
    .filter((call) => !/ (show|daemon-reload|unmask)/.test(call))
    .map((call) => call.replace("systemctl ", ""));
}

const loaded = 'case "$*" in show*) echo loaded ;; esac';

describe("a unit", () => {
  it.each([
    ["active\nenabled", ["enable x.service", "start x.service"]],
    ["active\ndisabled", ["disable x.service", "start x.service"]],
    ["inactive\nenabled", ["enable x.service", "stop x.service"]],
    ["inactive\ndisabled", ["disable x.service", "stop x.service"]],
    ["failed\nenabled", ["enable x.service", "stop x.service"]],
    ["active\nstatic", ["start x.service"]],
    ["inactive\ngenerated", ["stop x.service"]],
    ["active\n", ["start x.service"]],
    // One that is stopped once it is masked no longer knows how.
    ["inactive\nmasked", ["stop x.service", "mask x.service"]],
  ])("that was %j is so again, and forgotten", (value, expected) => {
    const { remember, undo, calls, kept } = machine({ systemctl: loaded });
    remember("unit", "x.service", value);
    expect(undo()).toEqual([0]);
    expect(told(calls())).toEqual(expected);
    expect(kept()).toEqual([]);
  });

  it("is unmasked before systemd is asked what it is: until then it is nothing", () => {
    const { remember, undo, calls } = machine({ systemctl: loaded });
    remember("unit", "x.service", "active\nenabled");
    undo();
    expect(
      calls().map((call) => call.split(" ").find((word) => /^[a-z-]{4,}$/.test(word) && word !== "systemctl")),
    ).toEqual(["unmask", "daemon-reload", "show", "enable", "start"]);
  });

  it("whose package is gone is left alone, and forgotten", () => {
    const { remember, undo, calls, kept } = machine({ systemctl: 'case "$*" in show*) echo not-found ;; esac' });
    remember("unit", "zramswap.service", "active\nenabled");
    expect(undo()).toEqual([0]);
    expect(told(calls())).toEqual([]);
    expect(kept()).toEqual([]);
  });

  it.each(["enable", "start"])("that systemd does not %s stays remembered, so that it is tried again", (verb) => {
    const { remember, undo, kept } = machine({ systemctl: `${loaded}\ncase "$*" in *${verb}*) exit 1 ;; esac` });
    remember("unit", "x.service", "active\nenabled");
    expect(undo()).toEqual([1]);
    expect(kept()).toEqual([{ kind: "unit", name: "x.service", value: "active enabled" }]);
  });
});

describe("swap", () => {
  const swaps = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";

  it("goes on where it was on, and is not turned on twice", () => {
    const { root, remember, undo, calls, kept } = machine({});
    writeFileSync(join(root, "proc/swaps"), `${swaps}/dev/sda2                               partition\t1\t0\t-2\n`);
    remember("swap", "all", "/dev/sda2\n/dev/sda20\n/swap\\040file.img");
    expect(undo()).toEqual([0]);
    expect(calls()).toEqual(["swapon -- /dev/sda20", "swapon -- /swap file.img"]);
    expect(kept()).toEqual([]);
  });

  it("that cannot be turned on any more stays remembered", () => {
    const { root, remember, undo, kept } = machine({ swapon: "exit 255" });
    writeFileSync(join(root, "proc/swaps"), swaps);
    remember("swap", "all", "/swap.img");
    expect(undo()).toEqual([255]);
    expect(kept()).toHaveLength(1);
  });

  it("that was none is none, and nothing but a path is handed to swapon", () => {
    const { remember, undo, calls } = machine({});
    remember("swap", "all", "none -a relative");
    expect(undo()).toEqual([0]);
    expect(calls()).toEqual([]);
  });
});

describe("a kernel parameter", () => {
  const path = "proc/sys/net/ipv4/ip_forward";

  it("has its value again, lists with their blanks", () => {
    const { root, remember, undo } = machine({});
    writeFileSync(join(root, path), "1\n");
    remember("sysctl", "net.ipv4.ip_forward", "4096\t87380\t6291456");
    expect(undo()).toEqual([0]);
    expect(readFileSync(join(root, path), "utf8")).toBe("4096 87380 6291456\n");
  });

  it.each([
    ["that the kernel did not have then", "", true],
    ["that the kernel no longer has", "0", false],
  ])("%s is left alone", (_, value, there) => {
    const { root, remember, undo, kept } = machine({});
    if (there) writeFileSync(join(root, path), "1\n");
    remember("sysctl", "net.ipv4.ip_forward", value);
    expect(undo()).toEqual([0]);
    expect(existsSync(join(root, path)) && readFileSync(join(root, path), "utf8")).toBe(there ? "1\n" : false);
    expect(kept()).toEqual([]);
  });
});

describe("a hold, and a member of a group", () => {
  it.each([
    [
      "there is still",
      "exit 0",
      ["dpkg-query -W libnvidia-compute-580:i386", "apt-mark -q unhold libnvidia-compute-580:i386"],
    ],
    ["is gone", "exit 1", ["dpkg-query -W libnvidia-compute-580:i386"]],
  ])("of a package that %s goes", (_, query, expected) => {
    const { remember, undo, calls, kept } = machine({ "dpkg-query": query });
    remember("hold", "libnvidia-compute-580:i386", "");
    expect(undo()).toEqual([0]);
    expect(calls()).toEqual(expected);
    expect(kept()).toEqual([]);
  });

  it.each([
    ["there is", "exit 0", ["getent group docker", "gpasswd -d ann.b$ docker"]],
    ["is gone", "exit 2", ["getent group docker"]],
  ])("whose group %s leaves it", (_, getent, expected) => {
    const { remember, undo, calls } = machine({ getent });
    remember("group", "docker/ann.b$", "");
    expect(undo()).toEqual([0]);
    expect(calls()).toEqual(expected);
  });
});

// nft 1.0.6's own words.
const chain = `table inet filter {
	chain input { # handle 1
		type filter hook input priority filter; policy drop;
		jump drover_ports # handle 9
		ct state established,related accept # handle 4
		tcp dport 22 accept comment "jump drover_ports" # handle 5
		iifname "eth0" jump drover_pods counter packets 1 bytes 60 # handle 12
		jump drovers # handle 13
	}
}
`;

describe("rules of nftables", () => {
  const listed = `case "$*" in *'list chain inet filter input') cat <<'END'\n${chain}END\n;; esac`;

  it("of Drover's are taken out by their handles, then its chains; those of others stay", () => {
    const { remember, undo, calls, kept } = machine({ nft: listed });
    remember("nft", "inet filter input", "");
    expect(undo()).toEqual([0]);
    expect(calls().filter((call) => call.includes("delete"))).toEqual([
      "nft delete rule inet filter input handle 9",
      "nft delete rule inet filter input handle 12",
      "nft delete chain inet filter drover_ports",
      "nft delete chain inet filter drover_pods",
    ]);
    expect(kept()).toEqual([]);
  });

  it("are nothing to speak of in a table that is gone", () => {
    const { remember, undo, kept } = machine({ nft: "exit 1" });
    remember("nft", "inet filter input", "");
    expect(undo()).toEqual([0]);
    expect(kept()).toEqual([]);
  });
});

describe("several of them", () => {
  it("go back each by itself: one that fails keeps no other", () => {
    const { remember, undo, kept } = machine({ systemctl: "exit 1", "dpkg-query": "exit 0" });
    remember("hold", "docker-ce", "");
    remember("unit", "x.service", "inactive\nmasked");
    expect(undo()).toEqual([1, 0]);
    expect(kept()?.map(({ kind }) => kind)).toEqual(["unit"]);
  });
});
