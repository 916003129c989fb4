import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fetchKey } from "../../src/steps/apt/signed-key.ts";
import { driverFailures, driverScripts, type WantedDriver } from "../../src/steps/nvidia/driver-scripts.ts";
import { testFolder } from "../test-folder.ts";

// apt-cache, dpkg-query, curl and gpg are doubles here: small scripts. The shell text that Drover runs is the real one.

interface World {
  /** Packages that the sources have: name and version, newest first. */
  readonly offers: readonly (readonly [name: string, version: string])[];
  readonly kernels?: readonly string[];
  /** What mokutil says of it. */
  readonly secureBoot?: string;
  /** Packages of which apt says that they cannot be installed. */
  readonly refused?: string;
  /** Packages that somebody holds before. */
  readonly heldBefore?: readonly string[];
}

const running = "6.8.0-48-generic";

function doubles(world: World) {
  const { offers, kernels = [running], secureBoot = "SecureBoot disabled", refused, heldBefore = [] } = world;
  const dir = testFolder("driver");
  for (const kernel of kernels) {
    mkdirSync(join(dir, "modules", kernel), { recursive: true });
    writeFileSync(join(dir, "modules", kernel, "modules.dep"), "");
  }
  const program = (name: string, body: string): void =>
    writeFileSync(join(dir, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  writeFileSync(join(dir, "offers"), offers.map(([name, version]) => `${name} | ${version} | here`).join("\n"));
  program("apt-cache", `case $1 in madison) grep "^$2 " ${dir}/offers ;; show) grep -q "^$2 " ${dir}/offers ;; esac`);
  program("uname", `[ "$1" = -m ] && echo x86_64 || echo ${running}`);
  program("apt-mark", `shift; echo "held $*" >>${dir}/held`);
  program("dpkg", "echo amd64");
  const held = heldBefore.map((name) => `hi |${name}\\n`).join("");
  program("mokutil", `echo "${secureBoot}"`);
  const there =
    "ii |libnvidia-compute-580-server:amd64|1\\nii |libnvidia-compute-580-server:i386|1\\nii |linux-modules-nvidia-580-server-x|1\\nii |bash|1\\nii |nvidia-utils-580-server|1\\n";
  program("dpkg-query", `case "$*" in *Version*) printf '${there}' ;; *) printf '${held}' ;; esac`);
  const refuse = refused === undefined ? "" : `case "$*" in *${refused}*) return 1 ;; esac\n`;
  const functions = `PATH=${dir}:$PATH\napt() { :; }\ninstall() {\n${refuse}echo "install $*"\n}\n`;
  return { dir, functions };
}

function run(script: string, world: World) {
  const { dir, functions } = doubles(world);
  const input =
    functions + script.replaceAll("/lib/modules/", `${dir}/modules/`).replaceAll("/var/lib/drover", `${dir}/kept`);
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-s"], { input, encoding: "utf8" });
  const held = spawnSync("cat", [join(dir, "held")], { encoding: "utf8" }).stdout.trim();
  const remembered = status === 0 ? readdirSync(join(dir, "kept/before")).toSorted() : [];
  const installed = stdout.split("\n").filter((line) => line.startsWith("install "));
  return { status, stderr, held, remembered, installed: installed.map((line) => line.replace(/--\S+ ?/g, "").trim()) };
}

const open: WantedDriver = { flavour: "open", version: "580" };
const v = "580.95.05-0ubuntu0.24.04.1";
const server = [["nvidia-utils-580-server", v]] as const;
const signed = (kernel: string): readonly [string, string] => [`linux-modules-nvidia-580-server-open-${kernel}`, "6.8"];

describe("Ubuntu's driver", () => {
  it("comes with the modules that Ubuntu built and signed, in one exact version, and is held but for kernels' modules", () => {
    const done = run(driverScripts.ubuntu(open).text, { offers: [...server, signed(running), signed("generic")] });
    expect(done.status).toBe(0);
    expect(done.installed).toEqual([
      `install nvidia-headless-no-dkms-580-server-open=${v} nvidia-utils-580-server=${v} linux-modules-nvidia-580-server-open-${running} linux-modules-nvidia-580-server-open-generic`,
    ]);
    expect(done.held).toBe(
      "held libnvidia-compute-580-server:amd64 libnvidia-compute-580-server:i386 nvidia-utils-580-server",
    );
  });

  it("is remembered as not held before, but for packages that somebody held", () => {
    const offers = [...server, signed(running), signed("generic")];
    const packages = [
      "libnvidia-compute-580-server:amd64",
      "libnvidia-compute-580-server:i386",
      "nvidia-utils-580-server",
    ];
    const done = run(driverScripts.ubuntu(open).text, { offers });
    expect(done.remembered).toEqual(packages.map((name) => `hold:${name}`));
    const heldBefore = ["bash", "nvidia-utils-580-server", "libnvidia-compute-580-server:i386"];
    const again = run(driverScripts.ubuntu(open).text, { offers, heldBefore });
    expect(again.remembered).toEqual(["hold:libnvidia-compute-580-server:amd64"]);
    expect(again.held).toBe(`held ${packages.join(" ")}`);
  });

  it("is built here by DKMS where a kernel that may run next has no built module", () => {
    const newer = "6.8.0-100-generic";
    const world = { offers: [...server, signed(running)], kernels: ["6.8.0-9-generic", running, newer] };
    expect(run(driverScripts.ubuntu(open).text, world).installed).toEqual([
      `install nvidia-headless-580-server-open=${v} nvidia-utils-580-server=${v} linux-headers-${running} linux-headers-${newer}`,
    ]);
  });

  it("is built here too where apt cannot bring the built modules and this version together", () => {
    const world = { offers: [...server, signed(running)], refused: "no-dkms" };
    expect(run(driverScripts.ubuntu(open).text, world).installed.join()).toContain("nvidia-headless-580-server-open=");
  });

  it("is not built where Secure Boot would refuse it, and that is told", () => {
    const done = run(driverScripts.ubuntu(open).text, { offers: server, secureBoot: "SecureBoot enabled" });
    expect([done.status, done.installed]).toEqual([1, []]);
    expect(driverFailures.find(({ pattern }) => pattern.test(done.stderr))?.code).toBe("gpu/secure-boot");
  });

  it("is built where Secure Boot is on and shim was told to let everything pass", () => {
    const secureBoot = "SecureBoot enabled\nSecureBoot validation is disabled in shim";
    expect(run(driverScripts.ubuntu(open).text, { offers: server, secureBoot }).installed).toHaveLength(1);
  });

  it("is the desktop's where a branch has none for servers, and the proprietary module has no suffix", () => {
    const offers = [["nvidia-utils-470", "470.256.02-0ubuntu0.24.04.1"]] as const;
    const done = run(driverScripts.ubuntu({ flavour: "proprietary", version: "470" }).text, { offers });
    expect(done.installed.join()).toContain(
      "install nvidia-headless-470=470.256.02-0ubuntu0.24.04.1 nvidia-utils-470=",
    );
  });

  it.each([
    ["580", "580.95.05-1"],
    ["580.82", "580.82.07-1"],
    ["580.8", undefined],
    ["595", undefined],
  ])("of version %s is %s among those that there are", (version, chosen) => {
    const offers = ["580.95.05-1", "580.82.07-1", "580.82.07-0"].map(
      (one) => [`nvidia-utils-580-server`, one] as const,
    );
    const done = run(driverScripts.ubuntu({ flavour: "open", version }).text, { offers });
    if (chosen !== undefined) expect(done.installed.join()).toContain(`nvidia-utils-580-server=${chosen} `);
    else expect(done.stderr).toContain("no-driver-version");
  });
});

describe("the drivers of others", () => {
  it("Debian's takes module and tools each in its own version, with headers", () => {
    const offers = [
      ["nvidia-open-kernel-dkms", "550.163.01-4"],
      ["nvidia-smi", "550.163.01-2"],
    ] as const;
    const done = run(driverScripts.debian({ flavour: "open", version: undefined }).text, { offers });
    expect(done.installed).toEqual([
      `install linux-headers-${running} nvidia-open-kernel-dkms=550.163.01-4 nvidia-smi=550.163.01-2 libcuda1=550.163.01-2 libnvidia-ptxjitcompiler1 nvidia-persistenced`,
    ]);
  });

  it("NVIDIA's own is one package of the pinned version; a repository that apt knows needs no key", () => {
    const offers = [
      ["nvidia-open", "595.71.05-1"],
      ["nvidia-open", "580.95.05-1"],
    ] as const;
    const done = run(driverScripts.nvidia(open, undefined).text, { offers });
    expect(done.installed).toEqual([`install linux-headers-${running} nvidia-open=580.95.05-1`]);
  });
});

describe("a repository's key", () => {
  function fetched(fingerprint: string) {
    const dir = testFolder("key");
    const path = join(dir, "key.asc");
    const curl =
      '#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\ncase $3 in *first*) exit 22 ;; esac\necho key >"$2"\n';
    writeFileSync(join(dir, "curl"), curl, { mode: 0o755 });
    writeFileSync(join(dir, "gpg"), `#!/bin/sh\nprintf 'pub:x\\nfpr:::::::::${fingerprint}:\\n'\n`, { mode: 0o755 });
    const script = fetchKey({ urls: ["https://x/first", "https://x/second"], path, fingerprints: ["AAAA", "BBBB"] });
    // The backup, too, belongs to the test's folder and not to the machine that it runs on.
    const input = `PATH=${dir}:$PATH; ${script.text.replaceAll("/var/lib/drover", join(dir, "kept"))}`;
    const done = spawnSync("/bin/sh", ["-s"], { input, encoding: "utf8" });
    return { ...done, key: spawnSync("cat", [path], { encoding: "utf8" }).stdout };
  }

  it("is taken from the first address that has it, for one of its fingerprints", () => {
    expect(fetched("BBBB")).toMatchObject({ status: 0, key: "key\n" });
  });

  it("is refused with any other fingerprint, which is told", () => {
    const done = fetched("CCCC");
    expect([done.status, done.key]).toEqual([1, ""]);
    expect(done.stderr).toBe("key-mismatch: CCCC\n");
    expect(driverFailures[0]?.pattern.exec(done.stderr)?.[1]?.trim()).toBe("CCCC");
  });
});
