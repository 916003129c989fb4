import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PracticeCluster } from "../cluster/practice-cluster.ts";
import { flat } from "./fault-tools.ts";
import { leftOutHere } from "./full-tests.ts";

/**
 * One practice host that gets Docker CE from a mirror which its owners sign. It lies on the host itself; the packages have the
 * names, versions, relations and paths of Docker's, and dockerd is a real one.
 */
const why = await leftOutHere();
const place = new PracticeCluster(
  { home: "/var/lib/drover-lab-ce", bridge: "drover49", net: "10.149.0", prefix: "q" },
  1,
);
const only = ["--only", "docker,docker-ready"] as const;
const url = "http://10.149.0.11:8000/linux";
const parts = "docker-ce docker-ce-cli containerd.io";
const apt = "DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0";
let inventory = "";
let fingerprint = "";

/** The inventory with that version, and a mirror whose key has that fingerprint. */
function ask(version: string, key = fingerprint, from = url): void {
  const docker = `source: docker-ce, version: "${version}", repository: { url: "${from}", fingerprint: "${key}" }`;
  writeFileSync(place.inventory, inventory.replace("source: distribution", docker));
}

const planned = async (...more: readonly string[]) => flat((await place.drover("plan", ...only, ...more)).stdout);

async function nothingToDo(): Promise<void> {
  expect(await planned("--exit-code")).toMatch(/^Nothing to do/);
}

/** As guides of the last years had it: another key's path, which apt does not bear beside ours. */
const oldList = `set -e
gpg --dearmor </srv/linux/debian/gpg >/etc/apt/keyrings/docker.gpg
printf '# Docker\ndeb [signed-by=/etc/apt/keyrings/docker.gpg] ${url}/debian trixie stable # by hand\n' >/etc/apt/sources.list.d/docker.list
chmod 640 /etc/apt/sources.list.d/docker.list; touch -d 2021-03-01T12:00:00.5Z /etc/apt/sources.list.d/docker.list`;

/** The robot that upgrades by itself, and may take whatever the mirror has. */
const robot = `${apt} install unattended-upgrades >/dev/null 2>&1
printf '#clear Unattended-Upgrade::Origins-Pattern;\nUnattended-Upgrade::Origins-Pattern { "origin=Docker"; };\n' >/etc/apt/apt.conf.d/51docker`;
const robotWould = "unattended-upgrade --dry-run -d 2>&1";

/** Kind, mode, owner, time and text of what apt is told, and which packages are there. */
const aptState = `cd /etc/apt; find . \\( -type f -printf '%p %m %U:%G %T@ ' -exec sha256sum {} \\; \\) -o -printf '%p %m\\n' | sort; dpkg-query -W -f '\${binary:Package}\n'; apt-mark showhold`;

const versions = `dpkg-query -W -f '\${Package} \${Version}\n' ${parts}; apt-mark showhold | tr '\n' ' '`;
const held = (upstream: string) =>
  `containerd.io 1.7.24-1\ndocker-ce 5:${upstream}-1~debian.13~trixie\ndocker-ce-cli 5:${upstream}-1~debian.13~trixie\ncontainerd.io docker-ce docker-ce-cli `;

describe.skipIf(why !== undefined)(`Docker CE${why === undefined ? "" : ` (left out: ${why})`}`, () => {
  let before = "";

  beforeAll(async () => {
    await place.boot();
    inventory = readFileSync(place.inventory, "utf8");
    const mirror = readFileSync(join(import.meta.dirname, "../stand-ins/docker-ce-mirror.sh"), "utf8");
    fingerprint = (await place.onHost(1, mirror)).trim();
    // The lab's apt cache is on the way to all others; the mirror is reached past it, as by `proxy.no`.
    const direct = 'Acquire::http::Proxy::10.149.0.11 "DIRECT";';
    await place.onHost(1, `echo '${direct}' >/etc/apt/apt.conf.d/01direct; ${robot}; ${oldList}`);
    ask("26.1.4");
  });
  afterAll(() => place.remove());

  it.each([
    ["docker.io", "the distribution's docker.io is installed, the inventory asks for Docker CE"],
    ["podman-docker", "podman-docker is installed and stands in the way of Docker"],
  ])("is not put beside %s, which is named and left alone", async (name, words) => {
    await place.onHost(1, `set -e; dpkg --get-selections >/tmp/was; ${apt} install ${name} >/dev/null 2>&1`);
    expect(await planned()).toContain(words);
    const { code, stderr } = await place.drover("up", "--yes", ...only);
    expect([code, flat(stderr)]).toEqual([1, expect.stringContaining(words)]);
    expect(await place.onHost(1, `dpkg-query -W -f '\${db:Status-Abbrev}' ${name}`)).toBe("ii ");
    await place.onHost(
      1,
      `${apt} purge ${name} >/dev/null 2>&1; ${apt} autoremove --purge >/dev/null 2>&1; rm -rf /var/lib/docker /etc/docker`,
    );
  });

  it("is not taken from a mirror that another key has signed, or whose key is not there: apt is told nothing", async () => {
    before = await place.onHost(1, aptState);
    const refused = async (words: string) => {
      const { code, stderr } = await place.drover("up", "--yes", ...only);
      expect([code, flat(stderr)]).toEqual([1, expect.stringContaining(words)]);
      expect(await place.onHost(1, aptState)).toBe(before);
    };
    ask("26.1.4", "0123456789ABCDEF0123456789ABCDEF01234567");
    await refused(`The key that was fetched is not the one that signs Docker's packages (fingerprint ${fingerprint})`);
    ask("26.1.4", fingerprint, `${url}/nowhere`);
    await refused("The key of Docker's repository could not be fetched: The requested URL returned error: 404");
    expect(await place.onHost(1, "apt-get -qq update && echo well")).toBe("well");
  });

  it("is installed in exactly the version that the inventory names, in the place of an old docker.list, and runs", async () => {
    ask("26.1.4");
    const text = await planned();
    for (const words of [
      "docker.list no longer names Docker's repository a second time",
      `apt knows the mirror of Docker's repository, ${url}`,
      "Docker CE 26.1.4 is installed and held",
    ]) {
      expect(text).toContain(words);
    }
    expect((await place.drover("up", "--yes", ...only)).code).toBe(0);
    await nothingToDo();
    expect(await place.onHost(1, versions)).toBe(held("26.1.4"));
    expect(await place.onHost(1, "cat /etc/apt/sources.list.d/docker.sources")).toBe(
      `# Written by Drover: a mirror of Docker's repository.\nTypes: deb\nURIs: ${url}/debian\nSuites: trixie\nComponents: stable\nSigned-By: /etc/apt/keyrings/docker.asc`,
    );
    const runs =
      "readlink /proc/$(pidof dockerd)/exe; docker version -f '{{.Server.Version}}'; cat /var/lib/drover/container-proof";
    expect(await place.onHost(1, runs)).toMatch(/^\/usr\/bin\/dockerd\n26\.1\.5\S*\n\d+ \d+$/);
  });

  it("stays so in an upgrade of all that apt has, though a newer one is at hand", async () => {
    expect(await place.onHost(1, "apt-get -qq update; apt-cache policy docker-ce | grep Candidate")).toContain(
      "26.1.5",
    );
    await place.onHost(1, "apt-mark -q unhold docker-ce docker-ce-cli >/dev/null");
    expect(await place.onHost(1, "apt-get -s upgrade")).toMatch(/^Inst docker-ce /m);
    expect(await planned()).toContain("Upgrades leave Docker CE as it is");
    expect((await place.drover("up", "--yes", ...only)).code).toBe(0);
    const said = await place.onHost(1, "apt-get -s upgrade");
    expect(said).toMatch(/kept back:\n +docker-ce docker-ce-cli/);
    expect(said).not.toMatch(/^Inst docker/m);
  });

  it("is left alone by unattended-upgrades, also where somebody takes the hold away", async () => {
    await place.onHost(1, "apt-mark -q unhold docker-ce docker-ce-cli >/dev/null");
    expect(await place.onHost(1, robotWould)).toMatch(/^Packages that will be upgraded: docker-ce docker-ce-cli$/m);
    const upgrades = ["--only", "upgrades"] as const;
    expect(flat((await place.drover("plan", ...upgrades)).stdout)).toContain(
      "unattended-upgrades leaves these packages alone",
    );
    expect((await place.drover("up", "--yes", ...upgrades)).code).toBe(0);
    expect((await place.drover("plan", "--exit-code", ...upgrades)).code).toBe(0);
    await place.onHost(1, "apt-mark -q unhold docker-ce docker-ce-cli >/dev/null");
    const said = await place.onHost(1, robotWould);
    expect(said).toContain("skipping blacklisted package docker-ce");
    expect(said).toMatch(/^No packages found that can be upgraded unattended/m);
  });

  it("is of another version once the inventory says so", async () => {
    ask("26.1.5");
    expect(await planned()).toContain("Docker CE 26.1.5 is installed and held instead of 26.1.4");
    const pid = await place.onHost(1, "pidof dockerd");
    expect((await place.drover("up", "--yes", ...only)).code).toBe(0);
    await nothingToDo();
    expect(await place.onHost(1, versions)).toBe(held("26.1.5"));
    expect(await place.onHost(1, "pidof dockerd")).not.toBe(pid);
  });

  it("is gone after reset, and apt is told what it was told before", async () => {
    expect((await place.drover("reset", "--host-prep", "--confirm", "lab")).code).toBe(0);
    expect(await place.onHost(1, aptState)).toBe(before);
    expect(await place.onHost(1, "command -v dockerd || apt-get -qq update && echo well")).toBe("well");
  });
});
