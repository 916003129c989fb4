import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { leftOutHere } from "../lab/full-tests.ts";
import { loadBalancer } from "./load-balancer.ts";
import { PracticeCluster } from "./practice-cluster.ts";
import { until, untilCalm } from "./until.ts";

/** Three hosts that are all of a cluster each, behind a load balancer: each test goes on from the one before it. */
const why = await leftOutHere();
const place = new PracticeCluster(
  { home: "/var/lib/drover-lab-ha", bridge: "drover36", net: "10.136.0", prefix: "a" },
  3,
);
const balancer = `${place.settings.net}.1`;
const inventory = (): string => readFileSync(place.inventory, "utf8");
/** Id and start of what keeps a cluster, by name. */
const containers = `docker ps --no-trunc -q | sort | xargs docker inspect -f '{{.Name}} {{.Id}} {{.State.StartedAt}}' | grep -E '^/(etcd|kube-)'`;

interface Status {
  readonly problems: readonly string[];
  readonly nodes: readonly { readonly name: string; readonly ready: boolean }[];
  readonly hosts: readonly { readonly name: string; readonly state: string }[];
  readonly health: { readonly etcd: readonly { readonly address: string; readonly healthy: boolean }[] };
}

async function status(): Promise<Status> {
  return JSON.parse((await place.drover("status", "--json")).stdout);
}

/** Waits for three members of etcd that are all healthy: one that was started catches up first. */
const untilHealthy = () =>
  until(
    "etcd's health",
    async () => (await status()).health.etcd,
    (etcd) => etcd.length === 3 && etcd.every(({ healthy }) => healthy),
  );

/** kubectl as a person has it, with the kubeconfig that `drover kubeconfig` gives: through the load balancer. */
async function asPerson(...args: readonly string[]): Promise<string> {
  const printed = await place.drover("kubeconfig", "--print");
  const file = join(place.dir, "person.kubeconfig");
  writeFileSync(file, printed.stdout, { mode: 0o600 });
  const kubectl = join(place.settings.cache, "bin", "kubectl");
  return (await execa(kubectl, ["--kubeconfig", file, "--request-timeout", "20s", ...args])).stdout;
}

const ready = async (): Promise<readonly string[]> =>
  (await status()).nodes.filter((node) => node.ready).map(({ name }) => name);

describe.skipIf(why !== undefined)(`three controlplanes${why === undefined ? "" : ` (left out: ${why})`}`, () => {
  let lb: Awaited<ReturnType<typeof loadBalancer>> | undefined;
  /** The host that RKE's kubeconfig names, once it is lost. */
  let lost = 0;
  const others = () => [1, 2, 3].filter((i) => i !== lost);
  /** Id and addresses of etcd's members, as the host that was lost once sees them. */
  const members = async (): Promise<readonly string[]> => {
    const list = await place.onHost(lost, "docker exec etcd etcdctl member list | cut -d, -f1,4");
    return list
      .split("\n")
      .filter((line) => line !== "")
      .sort();
  };
  /** What each member of etcd by itself has of the ConfigMaps that the tests make. */
  const written = () =>
    place.onHosts(
      "docker exec etcd etcdctl get /registry/configmaps/default/ --prefix --keys-only --consistency=s | grep -E '/(before|after)$'",
    );
  /** The lists of members that were seen until it is ended; what was asked while etcd restarts is left out. */
  const watchMembers = () => {
    const seen: (readonly string[])[] = [];
    let ended = false;
    const watching = (async () => {
      while (!ended) {
        const list = await members().catch(() => []);
        if (list.length > 0) seen.push(list);
        await new Promise((done) => setTimeout(done, 500));
      }
    })();
    return {
      end: async () => {
        ended = true;
        await watching;
        return seen;
      },
    };
  };

  beforeAll(async () => {
    await place.boot();
    const text = inventory()
      .replace(/roles: \[(?:controlplane, etcd|worker)\]/g, "roles: [controlplane, etcd, worker]")
      .replace("\nrke:\n", `\nrke:\n  api: { address: "${balancer}" }\n`)
      // The addons are the road's.
      .replace(/\naddons:[\s\S]*/, "\n");
    writeFileSync(place.inventory, text);
    const servers = [1, 2, 3].map((i) => `${place.settings.net}.${10 + i}`);
    lb = await loadBalancer({ host: balancer, port: 6443 }, servers);
    expect((await place.drover("up", "--yes")).code).toBe(0);
  });
  afterAll(async () => {
    await lb?.close();
    await place.remove();
  });

  it("are three nodes and three healthy members of etcd", async () => {
    await untilCalm(place);
    await untilHealthy();
    const { problems, nodes, health } = await status();
    expect(problems).toEqual([]);
    expect(nodes.map(({ name, ready: is }) => [name, is])).toEqual([
      ["a1", true],
      ["a2", true],
      ["a3", true],
    ]);
    expect(health.etcd.map(({ healthy }) => healthy)).toEqual([true, true, true]);
  });

  it("are reached by the load balancer's address, which is in the certificate", async () => {
    expect(await asPerson("config", "view", "-o", "jsonpath={.clusters[0].cluster.server}")).toBe(
      `https://${balancer}:6443`,
    );
    expect(await asPerson("get", "nodes", "-o", "name")).toContain("node/a3");
  });

  it("keep a snapshot on each of them", async () => {
    await asPerson("create", "configmap", "before", "--from-literal=a=kept");
    expect((await place.drover("etcd", "snapshot", "--name", "three")).code).toBe(0);
    const { stdout } = await place.drover("etcd", "list", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ snapshots: [{ name: "three", hosts: ["a1", "a2", "a3"] }] });
  });

  it("bear the loss of the one that RKE's kubeconfig names: the API answers people, and status names the host", async () => {
    const own = readFileSync(join(place.dir, ".drover", "lab", "kube_config_cluster.yml"), "utf8");
    lost = Number(/server: "?https:\/\/[\d.]+\.1([123]):6443/.exec(own)?.[1]);
    expect(others()).toHaveLength(2);
    await place.lab.kill(lost);
    await until(
      "the API without it",
      () => asPerson("get", "configmap", "before", "-o", "jsonpath={.data.a}").catch(String),
      (said) => said === "kept",
    );
    await until("the node's loss", ready, (nodes) => !nodes.includes(`a${lost}`));
    const { problems, nodes, hosts } = await status();
    expect(hosts.filter(({ state }) => state === "UNREACHABLE").map(({ name }) => name)).toEqual([`a${lost}`]);
    expect(nodes.map(({ name }) => name)).toEqual(["a1", "a2", "a3"]);
    expect(problems).toContainEqual(expect.stringContaining(`a${lost}: ${place.settings.net}.1${lost} port 22`));
    expect(problems).not.toContain("the cluster does not answer");
  });

  it("keep a snapshot on those that are left, which says where it is not", async () => {
    const { code, stdout } = await place.drover("etcd", "snapshot", "--name", "two");
    const left = others().map((i) => `a${i}`);
    expect([code, stdout]).toEqual([1, expect.stringContaining(`two is on ${left.join(", ")}, and not on a${lost}`)]);
    for (const i of others())
      expect(await place.onHost(i, "test -s /opt/rke/etcd-snapshots/two.zip && echo is")).toBe("is");
  });

  it("are not touched by an up that misses one, which names it", async () => {
    const before = await Promise.all(others().map((i) => place.onHost(i, containers)));
    const { code, stderr } = await place.drover("up", "--yes");
    expect([code, stderr]).toEqual([1, expect.stringContaining("ssh/unreachable")]);
    expect(stderr).toMatch(new RegExp(`where: +a${lost}\\b`));
    expect(await Promise.all(others().map((i) => place.onHost(i, containers)))).toEqual(before);
  });

  it("are not restored without it either, which rke would do with two: nothing is touched", async () => {
    const before = await Promise.all(others().map((i) => place.onHost(i, containers)));
    const { code, stderr } = await place.drover("etcd", "restore", "three", "--confirm", "lab");
    expect([code, stderr]).toEqual([1, expect.stringContaining("ssh/unreachable")]);
    expect(stderr).toMatch(new RegExp(`where: +a${lost}\\b`));
    expect(await Promise.all(others().map((i) => place.onHost(i, containers)))).toEqual(before);
  });

  it("are not let become two, which would be worse than one", async () => {
    const before = inventory();
    const { code, stderr } = await place.drover("node", "remove", `a${others()[0]}`, "--yes");
    expect(code).not.toBe(0);
    expect(stderr.replace(/\s+/g, " ")).toContain("2 hosts have the role etcd");
    expect(inventory()).toBe(before);
  });

  it("are whole again once it is back, without anything to do", async () => {
    await place.lab.up(3);
    await untilCalm(place);
    expect(await ready()).toEqual(["a1", "a2", "a3"]);
    await untilHealthy();
  });

  it("lose nothing by a restore that stops half way, as the hosts cannot hand it on: up starts what stands still", async () => {
    const firewall = (verb: "-I" | "-D") =>
      place.onHosts(`iptables ${verb} INPUT -p tcp --dport 2379 ! -i lo -j REJECT --reject-with tcp-reset`);
    await firewall("-I");
    const { code, stderr } = await place.drover("etcd", "restore", "three", "--confirm", "lab");
    await firewall("-D");
    expect([code, stderr]).toEqual([1, expect.stringContaining("cluster/rke-failed")]);
    expect(stderr).toMatch(/\.12\s+does\s+not\s+get\s+the\s+snapshot/);
    expect(stderr).toMatch(/port\s+2379/);
    expect((await place.drover("up", "--yes")).code).toBe(0);
    await untilCalm(place);
    expect(await asPerson("get", "configmap", "before", "-o", "jsonpath={.data.a}")).toBe("kept");
    await untilHealthy();
  });

  it("are brought back to what a snapshot holds, also the ones that had lost its file: written, destroyed, restored, read", async () => {
    await asPerson("delete", "configmap", "before");
    await asPerson("create", "configmap", "after", "--from-literal=a=lost");
    for (const i of others()) await place.onHost(i, "rm /opt/rke/etcd-snapshots/three.zip");
    expect((await place.drover("etcd", "restore", "three", "--confirm", "lab")).code).toBe(0);
    await untilCalm(place);
    expect(await asPerson("get", "configmap", "before", "-o", "jsonpath={.data.a}")).toBe("kept");
    expect(await asPerson("get", "configmap", "after", "--ignore-not-found", "-o", "name")).toBe("");
    expect(await ready()).toEqual(["a1", "a2", "a3"]);
    await untilHealthy();
    expect((await status()).problems).toEqual([]);
    const key = "/registry/configmaps/default/before";
    expect((await written()).map((said) => said.trim())).toEqual([key, key, key]);
  });

  it("exchange one that was installed anew: its member leaves, then a new one joins, the others keep theirs", async () => {
    const member = others()[0] ?? 0;
    const address = `${place.settings.net}.1${member}`;
    const before = await members();
    expect(before).toHaveLength(3);
    await place.onHost(
      member,
      "docker ps -aq | xargs docker rm -f -v >/dev/null; umount $(awk '$2 ~ \"^/var/lib/kubelet/\" { print $2 }' /proc/mounts | sort -r) 2>/dev/null; rm -rf /etc/kubernetes /var/lib/kubelet /var/lib/etcd /etc/cni /opt/cni /opt/rke",
    );
    const seen = watchMembers();
    expect((await place.drover("node", "replace", `a${member}`, "--yes")).code).toBe(0);
    const lists = await seen.end();
    await untilCalm(place);
    const after = await members();
    const staying = (list: readonly string[]) => list.filter((line) => !line.includes(address));
    expect(staying(after)).toEqual(staying(before));
    expect(after.filter((line) => before.includes(line))).toHaveLength(2);
    expect(after).toHaveLength(3);
    // Whatever was seen between: one member at a time, and never another than that host's.
    expect(lists.map((list) => list.length).filter((length, i, all) => length !== all[i - 1])).toEqual([3, 2, 3]);
    for (const list of lists) expect(staying(list)).toEqual(staying(before));
    await untilHealthy();
    expect(await asPerson("get", "configmap", "before", "-o", "jsonpath={.data.a}")).toBe("kept");
  });

  describe("with an address of their own in place of a load balancer", () => {
    const address = `${place.settings.net}.100`;
    /** kubectl as a person has it, at that address: its certificate must be good for it. */
    const atAddress = (...args: readonly string[]) => asPerson(`--server=https://${address}:6443`, ...args);
    const nodes = () => atAddress("get", "nodes", "-o", "name").catch(String);
    const untilAnswered = () => until("the API at its address", nodes, (said) => said.includes("node/a3"));
    /** Who has it, of the hosts with these numbers. */
    const holders = async (hosts: readonly number[]) => {
      const said = await Promise.all(hosts.map((i) => place.onHost(i, `ip -4 -o addr show to ${address}/32`)));
      return hosts.filter((_, index) => said[index]?.trim() !== "");
    };

    it("are not given one that somebody in their LAN has", async () => {
      const add = ["addons", "enable", "kubeVip", "--yes", "--set", "version=v0.9.1"];
      const image = `image=${balancer}:5000/kube-vip/kube-vip`;
      expect((await place.drover(...add, "--set", image, "--set", `address=${balancer}`)).code).toBe(0);
      const { code, stderr } = await place.drover("up", "--yes", "--only", "virtual-address,addons");
      expect([code, stderr]).toEqual([1, expect.stringContaining("addon/range-unusable")]);
      await expect(place.kubectl(["get", "namespace", "kube-vip"])).rejects.toThrow("not found");
      expect((await place.drover("addons", "configure", "kubeVip", "--yes", "--set", `address=${address}`)).code).toBe(
        0,
      );
    });

    it("answer at it, under a certificate that is good for it, and one of them has it", async () => {
      expect((await place.drover("up", "--yes")).code).toBe(0);
      expect(await nodes()).toContain("node/a3");
      expect(await holders([1, 2, 3])).toHaveLength(1);
      await untilCalm(place);
    });

    it("answer at it on, where the one that has it loses its power: another one takes it", async () => {
      const [holder = 0] = await holders([1, 2, 3]);
      const left = [1, 2, 3].filter((i) => i !== holder);
      await place.lab.kill(holder);
      await untilAnswered();
      expect(await holders(left)).toHaveLength(1);
      await place.lab.up(3);
      await untilCalm(place);
      await untilHealthy();
      expect(await nodes()).toContain("node/a3");
      expect(await holders([1, 2, 3])).toHaveLength(1);
    });

    it("answer at it on, where its API server alone stands still", async () => {
      const [holder = 0] = await holders([1, 2, 3]);
      await place.onHost(holder, "docker stop kube-apiserver");
      await untilAnswered();
      expect(await holders([1, 2, 3])).not.toContain(holder);
      await place.onHost(holder, "docker start kube-apiserver");
      await untilCalm(place);
    });

    it("have it no more once the addon is gone", async () => {
      expect((await place.drover("addons", "disable", "kubeVip", "--yes")).code).toBe(0);
      expect(await holders([1, 2, 3])).toEqual([]);
      expect(await nodes()).not.toContain("node/a3");
    });
  });
});
