import { describe, expect, it } from "vitest";
import type { Host, Role } from "../../src/core/cluster.ts";
import { inWords, openPorts, type PortSettings, withoutAddress } from "../../src/steps/firewall/open-ports.ts";
import { caseHost } from "../cases/steps.ts";

const pods = "10.42.0.0/16";

function host(name: string, roles: readonly Role[], more: Partial<Host> = {}): Host {
  return { ...caseHost, name, roles, address: `10.0.0.${name.slice(1)}`, ...more };
}

const [store, control, worker] = [host("h1", ["etcd"]), host("h2", ["controlplane"]), host("h3", ["worker"])];

/** What one of the three hosts lets in, in words, without what comes from the pods. */
function opened(of: Host, more: Partial<PortSettings> = {}): readonly string[] {
  const network = { plugin: "canal", options: {} } as PortSettings["network"];
  const settings = { hosts: [store, control, worker], network, ingress: "nginx", clusterCidr: pods, ...more } as const;
  const [first, ...rest] = openPorts(of, settings);
  expect(first).toEqual({ protocol: "any", ports: "", from: pods });
  return rest.map(inWords);
}

/** From each of these. */
const from = (what: string, ...hosts: readonly string[]) => hosts.map((one) => `${what} from 10.0.0.${one}`);
const everybody = (...what: readonly string[]) => what.map((one) => `${one} from everybody`);
const users = everybody("tcp 30000-32767", "udp 30000-32767");

describe("the ports of a host", () => {
  const between = (...hosts: readonly string[]) =>
    hosts.flatMap((one) => [...from("tcp 10250", one), ...from("udp 8472", one)]);

  it.each<[string, Host, readonly string[]]>([
    [
      "a store is reached by the API's hosts and other stores",
      store,
      [...between("2", "3"), ...from("tcp 2379-2380", "2")],
    ],
    ["the API is everybody's", control, [...between("1", "3"), ...everybody("tcp 6443")]],
    ["a worker has users'", worker, [...between("1", "2"), ...everybody("tcp 80", "tcp 443"), ...users]],
  ])("%s", (_, of, expected) => expect(opened(of)).toEqual(expected));

  it("are those of all its roles together, and none for itself", () => {
    const all = host("h1", ["etcd", "controlplane", "worker"]);
    expect(opened(all, { hosts: [all] })).toEqual([...everybody("tcp 6443", "tcp 80", "tcp 443"), ...users]);
    const other = host("h2", ["etcd", "worker"]);
    expect(opened(all, { hosts: [all, other] }).filter((one) => one.includes("2379"))).toEqual(
      from("tcp 2379-2380", "2"),
    );
  });

  it("are not those of an ingress where there is none", () => {
    expect(opened(worker, { ingress: "none" })).toEqual([...between("1", "2"), ...users]);
  });

  it.each<[string, readonly string[]]>([
    ["calico", from("everything", "2", "3").flatMap((one, index) => [...from("tcp 10250", `${index + 2}`), one])],
    [
      "weave",
      ["2", "3"].flatMap((one) => ["tcp 10250", "tcp 6783", "udp 6783-6784"].flatMap((what) => from(what, one))),
    ],
    ["none", from("tcp 10250", "2", "3")],
  ])("between nodes are those of the network plugin %s", (plugin, expected) => {
    const network = { plugin, options: {} } as PortSettings["network"];
    expect(opened(store, { network }).filter((one) => !one.includes("2379"))).toEqual(expected);
  });

  it("are open to each address of a node, each once", () => {
    const two = host("h2", ["worker"], { address: "192.0.2.2", internalAddress: "10.0.0.2" });
    const same = host("h3", ["worker"], { internalAddress: "10.0.0.3" });
    const [named, six] = [host("h4", ["worker"], { address: "h4.lan", internalAddress: "10.0.0.4" }), "fd00::5"];
    const hosts = [store, two, same, named, host("h5", ["worker"], { address: six })];
    const sources = opened(store, { hosts }).flatMap((one) => /tcp 10250 from (.*)/.exec(one)?.[1] ?? []);
    expect(sources).toEqual(["192.0.2.2", "10.0.0.2", "10.0.0.3", "10.0.0.4", six]);
  });

  it.each<[Partial<Host>, boolean]>([
    [{ address: "10.0.0.1" }, false],
    [{ address: "fd00::1" }, false],
    [{ address: "h1.lan", internalAddress: "10.0.0.1" }, false],
    [{ address: "h1.lan", internalAddress: "h1.internal" }, true],
    [{ address: "10.0.0.example.com" }, true],
    [{ address: "1.2.3.4.example.com" }, true],
  ])("can%s be given to a host with %j by a rule", (way, cannot) => {
    expect(withoutAddress([{ ...caseHost, ...way }])).toHaveLength(cannot ? 1 : 0);
  });
});
