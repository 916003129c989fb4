import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { address } from "../../src/lab/settings.ts";
import { PracticeCluster } from "../cluster/practice-cluster.ts";
import { flat, startDrover } from "./fault-tools.ts";
import { leftOutHere } from "./full-tests.ts";

/**
 * One practice host that the real cloud-init sets up from a seed on its disk: Drover waits for its first boot, and what the cloud
 * writes at each boot does not take the cluster's names away.
 */
const why = await leftOutHere();
const place = new PracticeCluster(
  { home: "/var/lib/drover-lab-cloud", bridge: "drover44", net: "10.144.0", prefix: "v" },
  1,
);
const os = ["--only", "os"] as const;
const leftOut = ["--skip-check", "docker/provided"] as const;

/** The practice host's network, keys and users stay those of the lab. */
const cloudInit = `set -e
mkdir -p /etc/cloud/cloud.cfg.d /var/lib/cloud/seed/nocloud
apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install cloud-init >/dev/null 2>&1
cat >/etc/cloud/cloud.cfg.d/10-lab.cfg <<'END'
datasource_list: [NoCloud]
network: { config: disabled }
ssh_deletekeys: false
ssh_genkeytypes: []
preserve_hostname: true
users: []
END`;

/** What the cloud says at the next boot, as another machine of it. */
const userData = (id: string, lines: string) =>
  `echo 'instance-id: ${id}' >/var/lib/cloud/seed/nocloud/meta-data; printf '#cloud-config\n${lines}\n' >/var/lib/cloud/seed/nocloud/user-data`;

const slow = `runcmd: [[sh, -c, "until [ -e /run/let-go ]; do sleep 0.2; done; touch /etc/set-up-by-the-cloud"]]`;

async function nothingToDo(): Promise<void> {
  const { code, stdout } = await place.drover("plan", "--exit-code", ...os);
  expect(`${code} ${flat(stdout)}`).toMatch(/^0 Nothing to do/);
}

/** Boots it, waits until the cloud has had its turn, and asks who the host is. */
async function nextBoot(): Promise<string> {
  await place.lab.reboot(1);
  await place.onHost(1, "cloud-init status --wait >/dev/null");
  return place.onHost(1, "cat /etc/hosts");
}

describe.skipIf(why !== undefined)(
  `a host that cloud-init sets up${why === undefined ? "" : ` (left out: ${why})`}`,
  () => {
    beforeAll(async () => {
      await place.boot();
      const inventory = readFileSync(place.inventory, "utf8").replace("source: distribution", "source: none");
      writeFileSync(place.inventory, inventory);
      await place.onHost(1, `${cloudInit}\n${userData("one", slow)}`);
      await place.lab.reboot(1);
    });
    afterAll(() => place.remove());

    it("is left to it until its first boot is over, and then prepared", async () => {
      const { stdout } = await place.drover("plan", ...os);
      expect(flat(stdout)).toContain("cloud-init has finished the first boot");
      const run = startDrover(place, ["up", "--yes", ...os, ...leftOut]);
      await run.when((event) => event.kind === "change-started" && event.summary.startsWith("cloud-init has finished"));
      expect(
        await place.onHost(1, "ls /etc/sysctl.d /etc/set-up-by-the-cloud 2>/dev/null; touch /run/let-go"),
      ).not.toMatch(/drover|set-up/);
      expect((await run.ended).code).toBe(0);
      expect(await place.onHost(1, "cat /etc/set-up-by-the-cloud; systemctl is-system-running")).toBe("running");
      await nothingToDo();
    });

    it("keeps the cluster's names where its own configuration has cloud-init write /etc/hosts", async () => {
      await place.onHost(1, "echo 'manage_etc_hosts: true' >/etc/cloud/cloud.cfg.d/98-cloud.cfg");
      expect(flat((await place.drover("plan", ...os)).stdout)).toContain("cloud-init leaves /etc/hosts as it is");
      expect((await place.drover("up", "--yes", ...os, ...leftOut)).code).toBe(0);
      const hosts = await nextBoot();
      expect(hosts.split("\n")).toContain(`${address(place.settings, 1)} v1`);
      expect(hosts).not.toMatch(/^127\.0\.1\.1/m);
      await nothingToDo();
    });

    it("keeps them where user data says so, which no file of the host overrules: they go into the template", async () => {
      await place.onHost(1, userData("two", "manage_etc_hosts: true"));
      expect(await nextBoot()).toMatch(/^127\.0\.1\.1 v1 v1$/m);
      const { stdout } = await place.drover("plan", ...os);
      expect(flat(stdout)).toContain("cloud-init writes the names of the cluster into /etc/hosts at each boot");
      expect((await place.drover("up", "--yes", ...os, ...leftOut)).code).toBe(0);
      await place.onHost(1, "echo '127.0.1.1 v1' >/etc/hosts");
      const hosts = await nextBoot();
      expect(hosts.split("\n")).toContain(`${address(place.settings, 1)} v1`);
      expect(hosts).not.toMatch(/^127\.0\.1\.1/m);
      await nothingToDo();
    });

    it("gets its template and its configuration back", async () => {
      expect((await place.drover("reset", "--host-prep", "--confirm", "lab")).code).toBe(0);
      const left = "grep -rl drover /etc/cloud || true; dpkg --verify cloud-init";
      expect(await place.onHost(1, left)).toBe("");
      expect(await nextBoot()).toMatch(/^127\.0\.1\.1 v1 v1$/m);
    });
  },
);
