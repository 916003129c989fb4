import { describe, expect, it } from "vitest";
import { askFacts } from "../../src/cli/ask-facts.ts";
import { factRows, factSheet, gpuCounts, realGpus } from "../../src/cli/fact-sheet.ts";
import { factProbes, factQuestions, type HostFacts, readFacts } from "../../src/facts/host-facts.ts";
import { renderFacts } from "../../src/view/facts.ts";
import { answerBatch } from "./support/batch-double.ts";
import { answer, FakeHost, lineError } from "./support/fake-host.ts";
import { host } from "./support/rke-world.ts";

const node = host("gpu1", { gpu: true });
/** Of a host that answered nothing. */
const unknown = readFacts(node, new Map());
const row = (facts: Partial<HostFacts>, label: string) =>
  factRows({ ...unknown, ...facts }).find(([name]) => name === label)?.[1];

const gpu = (pciAddress: string, model: string, kind: "gpu" | "nvswitch" = "gpu") => ({
  ...{ pciAddress, model, kind, vendorId: "10de", deviceId: "2330", driver: "nvidia", lost: false },
  ...{ lanes: 16, maxLanes: 16 },
});

describe("what a person is told of a host", () => {
  it("is nothing where it said nothing", () => {
    expect(factRows(unknown)).toEqual([]);
  });

  it.each([
    [true, "in step, kept by chrony"],
    [false, "not in step, kept by chrony"],
    [undefined, "not known to be in step, kept by chrony"],
  ])("is of its clock what the kernel says: %s", (synchronised, text) => {
    expect(row({ clock: { now: 0, synchronised, clients: ["chrony"] } }, "clock")).toBe(text);
  });

  it("is of a clock that nobody keeps that nobody does", () => {
    expect(row({ clock: { now: 0, synchronised: false, clients: [] } }, "clock")).toBe("not in step, kept by nobody");
  });

  it.each([
    [0, "0 MiB"],
    [1023, "1023 MiB"],
    [1024, "1.0 GiB"],
    [1536, "1.5 GiB"],
    [2_097_152, "2048.0 GiB"],
  ])("is of %s MiB of swap %s", (sizeMiB, text) => {
    expect(row({ swap: { active: [{ name: "/swap.img", sizeMiB }], atBoot: [] } }, "swap")).toBe(`/swap.img ${text}`);
  });

  it("is that there is no swap, where it was asked and there is none", () => {
    expect(row({ swap: { active: [], atBoot: ["/swap.img"] } }, "swap")).toBe("none");
  });

  it("is of its GPUs how many of each model there are, and switches are none", () => {
    const gpus = [gpu("0", "H100"), gpu("1", "L4"), gpu("2", "H100"), gpu("3", "NVSwitch", "nvswitch")];
    expect(row({ gpus }, "gpus")).toBe("2 x H100, 1 x L4");
    expect(gpuCounts(realGpus(gpus))).toEqual([
      { model: "H100", count: 2 },
      { model: "L4", count: 1 },
    ]);
    expect(row({ gpus: [] }, "gpus"), "left out").toBeUndefined();
  });

  it("is of its cards those that are up and have an address, with the gateway behind them", () => {
    const nic = { name: "eth0", mac: "", mtu: 1500, speedMbit: 10_000, up: true, virtual: false, addresses: [] };
    const addresses = [{ cidr: "10.0.0.5/24", family: 4, dynamic: false }] as const;
    const nics = [
      { ...nic, addresses },
      { ...nic, name: "eth1", up: false, addresses },
      { ...nic, name: "eth2" },
    ];
    const routes = [{ dst: "default", dev: "eth0", via: "10.0.0.1", source: undefined, metric: 0, table: undefined }];
    expect(row({ network: { nics, routes } }, "network")).toBe(
      "eth0 10.0.0.5/24 (MTU 1500, 10000 Mbit/s); gateway 10.0.0.1",
    );
    const slow = [{ ...nic, addresses, speedMbit: undefined }];
    expect(row({ network: { nics: slow, routes: [] } }, "network")).toBe("eth0 10.0.0.5/24 (MTU 1500)");
  });

  it("is of disks those whose size is known", () => {
    const disk = {
      ...{ device: "/dev/sda1", fstype: "ext4", options: [], inodes: 1, freeInodes: 1, rotational: false },
      ...{ propagation: "shared" },
    };
    const disks = [
      { ...disk, mount: "/", sizeMiB: 102_400, freeMiB: 51_200 },
      { ...disk, mount: "/proc", sizeMiB: undefined, freeMiB: undefined },
    ];
    expect(row({ disks }, "disks")).toBe("/ 50.0 GiB free of 100.0 GiB (ext4)");
  });

  it("is a reboot only where one is wanted", () => {
    const upkeep = { rebootBecause: [], unattended: true, held: [], aptLock: undefined, cloudInit: undefined };
    expect(row({ upkeep: { ...upkeep, rebootRequired: false } }, "reboot")).toBeUndefined();
    expect(row({ upkeep: { ...upkeep, rebootRequired: true } }, "reboot")).toBe("required by an upgrade");
    const because = { ...upkeep, rebootRequired: true, rebootBecause: ["linux-image", "libc6"] };
    expect(row({ upkeep: because }, "reboot")).toBe("required by linux-image, libc6");
  });
});

describe("facts that are asked of several hosts", () => {
  it("come in the order of the inventory, with why a host gave none", async () => {
    const machine = new FakeHost();
    machine.onConnect = (name) => {
      if (name === "b") throw lineError("ssh/unreachable");
    };
    machine.onExec = (script) => answerBatch(script, () => undefined) ?? answer("", 1);
    const looks = await askFacts([host("a"), host("b"), host("c")], { ...machine.deps, concurrency: 3 });
    expect(looks.map(({ host: { name }, kind }) => `${name} ${kind}`)).toEqual(["a facts", "b failed", "c facts"]);
    expect(looks.map((look) => factSheet(look).rows)).toEqual([
      [],
      [["not asked", "the line says ssh/unreachable. Try again."]],
      [],
    ]);
    expect(machine.open).toBe(0);
  });

  it("are asked in one script each", async () => {
    const machine = new FakeHost();
    machine.onExec = (script) => answerBatch(script, () => undefined) ?? answer("", 1);
    await askFacts([node], machine.deps);
    expect(machine.scripts).toHaveLength(1);
    for (const { text } of factQuestions(node)) expect(text.length).toBeGreaterThan(0);
  });

  it("are a failure of that host where its answer was cut", async () => {
    const machine = new FakeHost();
    machine.onExec = () => answer("half");
    const [look] = await askFacts([node], machine.deps);
    expect(look).toMatchObject({ kind: "failed", failure: { code: "probe/incomplete", host: "gpu1" } });
    expect(machine.open).toBe(0);
  });

  it.each([
    ["garbage", "\u0000\u001b[2J<&;|`$(reboot)"],
    ["numbers", "7\n7\n7\n"],
    ["a flood of bars", "|".repeat(5000)],
    ["JSON of another thing", '{"a":[{"b":null}],"ifname":7}'],
    ["marks of parts", "== a\n== b\nend\n"],
  ])("that are %s are shown harmlessly, or not at all", (_, stdout) => {
    const answers = new Map(factQuestions(node).map(({ text }) => [text, { code: 0, stdout, stderr: stdout }]));
    const sheet = factSheet({ kind: "facts", host: node, facts: readFacts(node, answers), asked: { from: 0, to: 1 } });
    const text = renderFacts([sheet], { color: false, width: 80 });
    expect(text).not.toContain("\u001b");
    expect(text).not.toContain("undefined");
    expect(text).not.toContain("NaN");
    expect(Object.keys(factProbes(node)).length).toBeGreaterThan(10);
  });
});
