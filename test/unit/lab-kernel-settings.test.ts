import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { changeKernelSettings, restoreKernelSettings } from "../../src/lab/kernel-settings.ts";
import { testFolder } from "../test-folder.ts";

let folder: string;
beforeEach(() => {
  folder = testFolder("kernel");
});

const proc = () => join(folder, "proc");
const shared = () => join(folder, "shared");
const read = (name: string): string => readFileSync(join(proc(), name), "utf8").trim();
const up = () => changeKernelSettings(proc(), shared());
const down = () => restoreKernelSettings(proc(), shared());

function put(name: string, value: string): void {
  mkdirSync(dirname(join(proc(), name)), { recursive: true });
  writeFileSync(join(proc(), name), `${value}\n`);
}

describe("the kernel that all practice hosts share", () => {
  it("lets frames pass between hosts, and has room for what many hosts watch", async () => {
    const wanted = {
      "net/bridge/bridge-nf-call-iptables": "0",
      "net/bridge/bridge-nf-call-ip6tables": "0",
      "fs/inotify/max_user_instances": "8192",
      "fs/inotify/max_user_watches": "524288",
      "vm/max_map_count": "262144",
    };
    for (const name of Object.keys(wanted)) put(name, "1");
    await up();
    expect(Object.fromEntries(Object.keys(wanted).map((name) => [name, read(name)]))).toEqual(wanted);
    await down();
    expect(Object.keys(wanted).map(read)).toEqual(["1", "1", "1", "1", "1"]);
    expect(existsSync(join(shared(), "kernel.json"))).toBe(false);
  });

  it("gets back what a kubelet in a host changes, which no lab sets", async () => {
    for (const name of ["kernel/panic", "kernel/panic_on_oops", "vm/overcommit_memory"]) put(name, "0");
    await up();
    expect(read("kernel/panic")).toBe("0");
    put("kernel/panic", "10");
    put("vm/overcommit_memory", "1");
    await down();
    expect([read("kernel/panic"), read("vm/overcommit_memory")]).toEqual(["0", "0"]);
  });

  it("is asked for no setting that it does not have, and is not given one", async () => {
    put("vm/max_map_count", "65530");
    await up();
    expect(existsSync(join(proc(), "net"))).toBe(false);
    await down();
    expect(read("vm/max_map_count")).toBe("65530");
  });

  it("gets back what was there before the first of several labs, once the last is gone", async () => {
    put("vm/max_map_count", "65530");
    await up();
    await up();
    await down();
    expect(read("vm/max_map_count")).toBe("65530");
  });

  it("is left as it is where no lab changed anything", async () => {
    put("vm/max_map_count", "65530");
    await down();
    expect(read("vm/max_map_count")).toBe("65530");
  });

  it("is not written to by whoever has no folder to keep what was there", async () => {
    put("vm/max_map_count", "65530");
    writeFileSync(shared(), "a file where a folder should be");
    await expect(up()).rejects.toThrow();
    expect(read("vm/max_map_count")).toBe("65530");
    rmSync(shared());
  });
});
