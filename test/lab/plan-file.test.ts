import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planFileSchema } from "../../src/cli/plan-file/schema.ts";
import { command } from "../../src/lab/command.ts";
import { unsupportedHere } from "../../src/lab/support.ts";
import { Terminal } from "../cli/terminal.ts";
import { PracticeCluster } from "../cluster/practice-cluster.ts";

/** One practice host, prepared by plans that were kept. */
const why = await unsupportedHere();
const place = new PracticeCluster(
  { home: "/var/lib/drover-lab-view", bridge: "drover32", net: "10.132.0", prefix: "v" },
  1,
);

/** Something on the host, as root. */
const onHost = (script: string) =>
  command("ssh", ["-o", "BatchMode=yes", ...place.lab.sshArgs(1), `sudo sh -c '${script}'`]);

/** Only what prepares a host: no cluster is made. */
const prepare = ["--only", "os"];

describe.skipIf(why !== undefined)(
  `a plan that is kept, on a practice host${why === undefined ? "" : ` (left out: ${why})`}`,
  () => {
    beforeAll(() => place.boot());
    afterAll(() => place.remove());
    const kept = (name: string) => join(place.dir, name);

    it("is a file of the operator's own, which the schema describes, and changes nothing", async () => {
      const { code, stderr } = await place.drover("plan", ...prepare, "-o", kept("first.json"));
      expect([code, stderr]).toEqual([0, expect.stringContaining("drover up")]);
      expect(statSync(kept("first.json")).mode & 0o777).toBe(0o600);
      const plan = planFileSchema.parse(JSON.parse(readFileSync(kept("first.json"), "utf8")));
      expect(plan.counts.change).toBeGreaterThan(3);
      expect(plan.only).toBe("os");
    });

    it("is refused once the host was changed, naming the step and what it was, and nothing is done", async () => {
      await onHost("swapoff -a; sysctl -qw net.ipv4.ip_forward=1; echo 127.9.9.9 stranger >>/etc/hosts");
      const { code, stdout, stderr } = await place.drover("up", kept("first.json"));
      expect(code).toBe(1);
      expect(stderr).toContain("Error plan/stale: the plan no longer fits");
      expect(stderr).toMatch(/where: {2}v1: os\/\S+/);
      expect(`${stdout}${stderr}`).toContain("Make a new plan");
      await onHost("! test -e /etc/sysctl.d/90-drover.conf");
    });

    it("is carried out as it is, without a question, and a second time there is nothing to do", async () => {
      await place.drover("plan", ...prepare, "-o", kept("second.json"));
      const first = await place.drover("up", kept("second.json"));
      expect(first.code).toBe(0);
      await onHost("test -e /etc/sysctl.d/90-drover.conf");
      const second = await place.drover("up", kept("second.json"));
      expect([second.code, second.stdout]).toEqual([0, expect.stringContaining("Nothing to do")]);
    });

    it("leaves an archive for who helps, with what the host says and no secret that was planted there", async () => {
      await onHost(
        'mkdir -p /etc/docker; printf %s "{\\"proxy-password\\": \\"planted-5521\\"}" >/etc/docker/daemon.json',
      );
      const { code } = await place.drover("doctor", "-o", kept("d.tar.gz"));
      expect(code).toBe(0);
      const stdout = await command("tar", ["-xzOf", kept("d.tar.gz")]);
      expect(stdout).toContain("proxy-password");
      expect(stdout).not.toContain("planted-5521");
      expect(stdout).toContain("===== df -hT");
      expect(stdout).toContain('"question"');
      expect(stdout).not.toContain("PRIVATE KEY");
    });

    it("is told by drover runs, and drawn again by drover logs as a real terminal saw it", async () => {
      const { stdout } = await place.drover("runs", "--json");
      const { runs }: { runs: { command: string; outcome: string; run: string; changes: number }[] } =
        JSON.parse(stdout);
      expect(runs.map(({ command: name, outcome }) => `${name} ${outcome}`)).toEqual([
        "doctor done",
        "up nothing-to-do",
        "up changed",
        "plan pending",
        "up failed",
        "plan pending",
      ]);
      const run = runs[2]?.run ?? "";
      const words = ["logs", run, "--live", "--speed", "100000", "-i", place.inventory];
      const terminal = new Terminal(words, { cwd: place.dir, home: place.dir });
      expect(await terminal.ended).toBe(0);
      expect(terminal.screen()).toMatch(/✔ Ask the hosts: 1 host asked\n.*✔ [^\n]*: \d+ changes \(/s);
      expect(terminal.screen()).toContain(`${runs[2]?.changes} changes on 1 host in`);
    });
  },
);
