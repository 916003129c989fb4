import { describe, expect, it } from "vitest";
import { swapPartitions } from "../../src/steps/os/swap-partitions.ts";
import { wouldSwap } from "../../src/steps/os/would-swap.ts";
import { isOn, serviceOn, type Unit, unitNamed, unitProbe } from "../../src/steps/systemd/units.ts";

const read = (stdout: string, code = 0) => unitProbe(["docker.service"]).parse({ code, stdout, stderr: "" });

function unit(more: Partial<Unit>): Unit {
  const plain = {
    load: "loaded",
    active: "inactive",
    fileState: "",
    fragment: "",
    source: "",
    execStart: "",
    noFile: "",
  };
  return { name: "x.service", ...plain, ...more };
}

describe("what systemd says of units", () => {
  // As systemctl show of systemd 257 prints several, an empty line between two.
  const said = `ExecStart={ path=/usr/sbin/dockerd ; argv[]=/usr/sbin/dockerd -H fd:// --label=a=b ; ignore_errors=no ; pid=0 }
LimitNOFILE=infinity
Id=docker.service
LoadState=loaded
ActiveState=active
SourcePath=
FragmentPath=/usr/lib/systemd/system/docker.service
UnitFileState=enabled

Id=dev-disk-by\\x2duuid-1234.swap
LoadState=loaded
ActiveState=active
FragmentPath=/run/systemd/generator/dev-disk-by\\x2duuid-1234.swap
SourcePath=/etc/fstab


LoadState=not-found
Id=zramswap.service
ActiveState=inactive
`;

  it("is read with all that is judged, in whatever order, and what is not said is empty", () => {
    expect(read(said)).toEqual([
      {
        name: "docker.service",
        load: "loaded",
        active: "active",
        fileState: "enabled",
        fragment: "/usr/lib/systemd/system/docker.service",
        source: "",
        execStart:
          "{ path=/usr/sbin/dockerd ; argv[]=/usr/sbin/dockerd -H fd:// --label=a=b ; ignore_errors=no ; pid=0 }",
        noFile: "infinity",
      },
      unit({
        name: "dev-disk-by\\x2duuid-1234.swap",
        active: "active",
        fragment: "/run/systemd/generator/dev-disk-by\\x2duuid-1234.swap",
        source: "/etc/fstab",
      }),
      unit({ name: "zramswap.service", load: "not-found" }),
    ]);
  });

  it("counts once where two names are one unit, with its last words", () => {
    const twice = "Id=a.swap\nActiveState=inactive\n\nId=a.swap\nActiveState=active\n";
    expect(read(twice)?.map(({ active }) => active)).toEqual(["active"]);
  });

  it.each(["", "\n\n"])("is no unit in %j, where none is there", (stdout) => expect(read(stdout)).toEqual([]));

  it.each([
    "Running in chroot, ignoring command 'show'\n",
    "Id=\n",
    "Id=x.mount\nLoadState=loaded\n",
    "Id=a b.service\n",
    "Id=$(x).service\n",
    "Id=x.service.d\n",
  ])("makes no sense as %j", (stdout) => expect(read(stdout)).toBeUndefined());

  it("is nothing where it does not answer", () => expect(read(said, 1)).toBeUndefined());

  it("knows a unit by its whole name, and none that is not found", () => {
    const all = read(said) ?? [];
    expect(unitNamed(all, "docker.service")?.active).toBe("active");
    expect([unitNamed(all, "docker"), unitNamed(all, "zramswap.service")]).toEqual([undefined, undefined]);
    expect([serviceOn(all, "docker.service"), serviceOn(all, "zramswap.service"), serviceOn([], "x")]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it.each([
    ["loaded", "active", "enabled", true],
    ["loaded", "active", "disabled", true],
    ["loaded", "active", "", true],
    ["loaded", "inactive", "enabled", true],
    ["loaded", "failed", "enabled", true],
    ["loaded", "inactive", "disabled", false],
    ["loaded", "inactive", "static", false],
    ["loaded", "activating", "static", false],
    ["masked", "inactive", "masked", false],
    ["masked", "active", "masked", false],
    ["not-found", "inactive", "enabled", false],
  ])("a %s, %s, %s one is on: %s", (load, active, fileState, is) => {
    expect(isOn(unit({ load, active, fileState }))).toBe(is);
  });
});

describe("a unit that would turn swap on", () => {
  const [mine, package_] = ["/etc/systemd/system/x.swap", "/usr/lib/systemd/system/x.swap"];

  it.each<[string, Partial<Unit>, boolean]>([
    ["a service that makes it in memory", { name: "zramswap.service", active: "active" }, true],
    ["one that will at boot", { name: "dphys-swapfile.service", fileState: "enabled" }, true],
    ["one that is off", { name: "zram-config.service", fileState: "disabled" }, false],
    ["one that is masked while it runs", { name: "swapspace.service", load: "masked", active: "active" }, false],
    ["another service", { name: "docker.service", active: "active" }, false],
    ["a unit of a package", { name: "x.swap", fragment: package_ }, true],
    ["a unit of somebody's own that is on", { name: "x.swap", fragment: mine, fileState: "enabled" }, true],
    ["a unit of somebody's own that runs", { name: "x.swap", fragment: mine, active: "active" }, true],
    ["a unit of somebody's own that is off", { name: "x.swap", fragment: mine, fileState: "disabled" }, false],
    ["what zram-generator made", { name: "dev-zram0.swap", fragment: "/run/systemd/generator/dev-zram0.swap" }, true],
    [
      "what a line of fstab made",
      { name: "x.swap", fragment: "/run/systemd/generator/x.swap", source: "/etc/fstab" },
      false,
    ],
    ["what a partition's type made", { name: "x.swap", fragment: "/run/systemd/generator.late/x.swap" }, false],
    ["what only mirrors the kernel", { name: "x.swap", active: "active" }, false],
    ["a masked one", { name: "x.swap", load: "masked", fragment: package_ }, false],
  ])("%s: %s", (_, more, is) => expect(wouldSwap(unit(more))).toBe(is));
});

describe("partitions of the type for swap", () => {
  const parse = (stdout: string, code = 0) => swapPartitions.parse({ code, stdout, stderr: "" });

  it.each([
    ["end\n", { targetMasked: false, devices: [] }],
    ["masked\nend\n", { targetMasked: true, devices: [] }],
    ["/dev/vda2\n/dev/nvme0n1p3\nend\n", { targetMasked: false, devices: ["/dev/vda2", "/dev/nvme0n1p3"] }],
    ["masked\n/dev/vda2\nend\n", { targetMasked: true, devices: ["/dev/vda2"] }],
    ["\n/dev/vda2\nsome words\nend\n", { targetMasked: false, devices: ["/dev/vda2"] }],
  ])("are read from %j", (stdout, expected) => expect(parse(stdout)).toEqual(expected));

  it("are not known from half an answer", () => {
    for (const [stdout, code] of [
      ["", 0],
      ["masked\n/dev/vda2\n", 0],
      ["masked\nend\n", 1],
    ] as const)
      expect(parse(stdout, code)).toBeUndefined();
  });
});
