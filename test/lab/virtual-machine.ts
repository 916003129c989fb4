import type { Socket } from "node:dgram";
import { mkdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { command } from "../../src/lab/command.ts";
import { type Daemon, startDaemon, stopDaemon, within } from "../../src/lab/daemon.ts";
import { firewallTable } from "../../src/lab/firewall.ts";
import { answersSsh, writeKnownHosts } from "../../src/lab/host-ssh.ts";
import { groundUp, writeInventory } from "../../src/lab/lab-up.ts";
import { ensurePackages } from "../../src/lab/packages.ts";
import { hostPaths, labPaths } from "../../src/lab/paths.ts";
import { gateway, linkName, mac } from "../../src/lab/settings.ts";
import { type Place, PracticeCluster } from "../cluster/practice-cluster.ts";
import { startTimeServer } from "./time-server.ts";
import { makeDisk, type VirtualDisk } from "./virtual-disk.ts";

/** How long a boot may take, where all processors are calculated and others want those of this machine. In ms. */
const bootMs = 20 * 60_000;

/**
 * One host that is a whole machine: firmware, a kernel of its own, a disk with partitions, and a clock. It stands on the bridge
 * of a lab without other hosts, and lives on what practice hosts live on. qemu calculates its processors: that a machine has
 * /dev/kvm does not say that anything boots there.
 */
export class VirtualMachine extends PracticeCluster {
  constructor(place: Place) {
    super(place, 1);
  }

  override async boot(): Promise<void> {
    await this.remove();
    mkdirSync(this.dir, { recursive: true });
    const say = (line: string) => console.log(`  ${line}`);
    await groundUp(this.settings, say);
    await ensurePackages(["e2fsprogs", "fdisk", "qemu-system-x86"], say);
    say("Making the disk of a virtual machine (about 60 s)");
    const disk = await makeDisk(this.settings);
    await writeKnownHosts(this.settings, [1]);
    await writeInventory(this.settings, 1, this.inventory);
    const cable = linkName(this.settings, 1);
    await command("ip", ["tuntap", "add", cable, "mode", "tap"]);
    await command("ip", ["link", "set", cable, "up", "master", this.settings.bridge]);
    await startDaemon(this.qemu(disk));
    if (!(await within(bootMs, () => answersSsh(this.settings, 1)))) throw new Error("the machine does not boot");
    await this.untilBooted();
  }

  /** Boots it as its user does, and waits until it has come back. */
  async reboot(): Promise<void> {
    const bootId = "cat /proc/sys/kernel/random/boot_id";
    // A moment later: a machine that goes down at once may end this very session before it has answered.
    const before = await this.onHost(1, `${bootId}; systemd-run --quiet --on-active=2 systemctl reboot`);
    const now = () => this.onHost(1, bootId).catch(() => before);
    if (!(await within(bootMs, async () => (await now()) !== before)))
      throw new Error("the machine does not boot again");
    await this.untilBooted();
  }

  /** Gives it this machine's time: a server on the bridge, where nothing else listens to the hosts for that. */
  async serveTime(): Promise<Socket> {
    const { bridge } = this.settings;
    const open = ["ip", "daddr", gateway(this.settings), "udp", "dport", "123", "accept"];
    await command("nft", ["insert", "rule", "inet", firewallTable(this.settings), "input", "iifname", bridge, ...open]);
    return startTimeServer(gateway(this.settings));
  }

  override async remove(): Promise<void> {
    await stopDaemon(this.qemu());
    await this.lab.down();
    rmSync(this.settings.home, { recursive: true, force: true });
  }

  /** Presses the reset button: what the machine had not yet written is lost. */
  async pressReset(): Promise<void> {
    const monitor = connect(this.monitor);
    await new Promise<void>((done, failed) => {
      monitor.once("error", failed);
      monitor.once("close", () => done());
      monitor.resume();
      monitor.end("system_reset\n");
    });
  }

  private get monitor(): string {
    return join(labPaths(this.settings).run, "monitor");
  }

  private qemu(disk?: VirtualDisk): Daemon {
    const cable = linkName(this.settings, 1);
    const { image = "", kernel = "", initrd = "", rootId = "" } = disk ?? {};
    const machine = ["-accel", "tcg,thread=multi", "-smp", "2", "-m", "2048", "-display", "none"];
    const boot = ["-kernel", kernel, "-initrd", initrd];
    const words = `root=UUID=${rootId} ro console=ttyS0 net.ifnames=0 mitigations=off`;
    const network = `tap,id=lan,ifname=${cable},script=no,downscript=no`;
    return {
      pidFile: join(labPaths(this.settings).run, "qemu.pid"),
      logFile: hostPaths(this.settings, 1).console,
      file: "qemu-system-x86_64",
      args: [
        ...machine,
        ...boot,
        ...["-append", words, "-serial", "stdio", "-monitor", `unix:${this.monitor},server=on,wait=off`],
        ...["-drive", `file=${image},format=raw,if=virtio,cache=unsafe`, "-device", "virtio-rng-pci"],
        ...["-netdev", network, "-device", `virtio-net-pci,netdev=lan,mac=${mac(this.settings, 1)},romfile=`],
      ],
      mark: `ifname=${cable},`,
    };
  }
}
