import { isIP } from "node:net";
import { isMapping } from "../core/mapping.ts";
import { valueAt } from "../inventory/mistake.ts";
import type { Plain } from "../inventory/write/render.ts";
import type { Answers, HostAnswer } from "./answers.ts";
import { several } from "./several.ts";

/** Where each answer stands in the inventory; those of the hosts are told apart below. */
type Setting = readonly [path: readonly string[], value: unknown];

/** A copy with one value set, maps on the way made where there are none. */
function put(value: Plain, [key = "", ...rest]: readonly string[], wanted: unknown): Plain {
  const own = value[key];
  return { ...value, [key]: rest.length === 0 ? wanted : put(isMapping(own) ? own : {}, rest, wanted) };
}

/** RKE's option that names the card of the nodes' network, by plugin; calico finds it by itself. */
const cardOption: Readonly<Record<string, string>> = { canal: "canal_iface", flannel: "flannel_iface" };

function settings(answers: Answers, base: Plain): readonly Setting[] {
  const option = cardOption[answers.networkPlugin ?? ""];
  // Said in both ways, it would be a mistake.
  const isOwnKey = valueAt(base, ["rke", "network", "interface"]) !== undefined;
  const card =
    option === undefined ? undefined : ["rke", "network", ...(isOwnKey ? ["interface"] : ["options", option])];
  const all: readonly Setting[] = [
    [["cluster", "name"], answers.name],
    [["ssh", "user"], answers.user],
    [["ssh", "key"], answers.key],
    [["ssh", "password"], answers.passwordLogin === true ? "ask" : undefined],
    [["rke", "kubernetesVersion"], answers.kubernetesVersion],
    [["rke", "network", "plugin"], answers.networkPlugin],
    [card ?? [], card === undefined ? undefined : answers.networkCard],
    [["rke", "clusterCidr"], answers.clusterCidr],
    [["rke", "serviceCidr"], answers.serviceCidr],
    [["rke", "ingress"], answers.ingress],
  ];
  return all.filter(([, value]) => value !== undefined);
}

/** One host in the order of the example's keys; what is as it is for all, or as it would be anyway, is left out. */
function hostEntry(host: HostAnswer, answers: Answers): Plain {
  const entry = {
    name: host.name,
    address: host.address,
    internalAddress: host.internalAddress === host.address ? undefined : host.internalAddress,
    roles: host.roles,
    gpu: host.gpu === true && answers.gpu !== false ? true : undefined,
    hostKey: host.hostKey,
    user: host.user === answers.user ? undefined : host.user,
    port: host.port === 22 ? undefined : host.port,
    key: host.key === answers.key ? undefined : host.key,
  };
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
}

/** An entry that stands for several machines, or leaves something to its groups: people wrote it, and it stays. */
function isOwnWork(entry: unknown): boolean {
  return (
    !isMapping(entry) || /[[{]/.test(`${String(entry["name"])}${String(entry["address"] ?? "")}`) || "groups" in entry
  );
}

/** An entry without what was answered otherwise: GPUs that shall not be used, an address in a network that shall not be. */
function withoutTakenBack(entry: Plain, { internalAddress }: HostAnswer, answers: Answers): Plain {
  const gone = [
    answers.gpu === false ? "gpu" : undefined,
    answers.internalNetwork !== undefined && internalAddress === undefined ? "internalAddress" : undefined,
  ];
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !gone.includes(key)));
}

/** Where an entry's machine is: by its name, where it says no more. */
function addressOf(entry: unknown): unknown {
  return isMapping(entry) ? (entry["address"] ?? entry["name"]) : undefined;
}

/** The hosts: entries of the file in their order, changed where an answer is about them, then the new ones. */
function hostEntries(before: unknown, answers: Answers): readonly unknown[] | undefined {
  const { hosts } = answers;
  if (hosts === undefined) return undefined;
  const old: readonly unknown[] = Array.isArray(before) ? before : [];
  const addresses = new Set(old.map(addressOf));
  // Names change in an interview, and one machine may get another's; with an address of its own it is one that moved.
  const about = old.map(
    (entry) =>
      hosts.find(({ address }) => address === addressOf(entry)) ??
      hosts.find(({ name, address }) => isMapping(entry) && name === entry["name"] && !addresses.has(address)),
  );
  const kept = old.flatMap((entry, index) => {
    const host = about[index];
    if (isOwnWork(entry)) return [entry];
    return host === undefined || !isMapping(entry)
      ? []
      : [{ ...withoutTakenBack(entry, host, answers), ...hostEntry(host, answers) }];
  });
  const added = hosts.filter((host) => !about.includes(host));
  return [...kept, ...added.map((host) => hostEntry(host, answers))];
}

/** One more, from which RKE pulls; those that stand there stay, and keep their logins. */
function registries(before: unknown, wanted: string | undefined): unknown {
  if (wanted === undefined || wanted === "") return before;
  const old: readonly unknown[] = Array.isArray(before) ? before : [];
  if (old.some((entry) => isMapping(entry) && entry["url"] === wanted)) return before;
  return [...old, { url: wanted, default: true }];
}

function rancherEntry(before: unknown, answers: Answers): Plain {
  const old = isMapping(before) ? before : {};
  const { rancherTls, rancherEmail, rancherCertificate, rancherKey } = answers;
  const own = rancherTls === "secret" ? { certificate: rancherCertificate, key: rancherKey } : {};
  const tls = { source: rancherTls, ...(rancherTls === "letsEncrypt" ? { email: rancherEmail } : own) };
  const given = Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
  return {
    ...old,
    ...(answers.rancherHostname === undefined ? {} : { hostname: answers.rancherHostname }),
    ...(rancherTls === undefined ? {} : { tls: given }),
  };
}

/** Whether a text was answered that may be empty; undefined: nobody was asked. */
function given(answer: string | undefined): boolean | undefined {
  return answer === undefined ? undefined : answer !== "";
}

/** The API's address as it stands; another one with the card that it needs. */
function kubeVipEntry(before: unknown, { kubeVip, kubeVipCard }: Answers): Plain {
  const old = isMapping(before) ? before : {};
  if (old["address"] === kubeVip) return old;
  const { address: _, interface: __, ...others } = old;
  return { address: kubeVip, ...(kubeVipCard === undefined ? {} : { interface: kubeVipCard }), ...others };
}

/** An addon as it is wanted: kept as it stands, or made; undefined takes it away. */
function addons(before: unknown, answers: Answers): unknown {
  const old = isMapping(before) ? before : {};
  const asked = (wanted: boolean | undefined, key: string, entry: unknown) =>
    wanted === undefined ? old[key] : wanted ? entry : undefined;
  const needsCertManager = answers.rancher === true && answers.rancherTls !== "secret";
  const hasGpu = answers.gpu === true && (answers.hosts ?? []).some(({ gpu }) => gpu === true);
  const metallb = { ...(isMapping(old["metallb"]) ? old["metallb"] : {}), addresses: several(answers.metallb) };
  const all = {
    ...old,
    certManager: asked(needsCertManager || answers.certManager, "certManager", old["certManager"] ?? {}),
    rancher: asked(answers.rancher, "rancher", rancherEntry(old["rancher"], answers)),
    nvidiaDevicePlugin: hasGpu ? (old["nvidiaDevicePlugin"] ?? {}) : old["nvidiaDevicePlugin"],
    metallb: asked(given(answers.metallb), "metallb", metallb),
    kubeVip: asked(given(answers.kubeVip), "kubeVip", kubeVipEntry(old["kubeVip"], answers)),
  };
  const wanted = Object.entries(all).filter(([, value]) => value !== undefined);
  return wanted.length === 0 ? undefined : Object.fromEntries(wanted);
}

/**
 * The machines are told a name that perhaps no DNS server knows: it leads to the first worker, if its address is known.
 */
function extraHosts(before: unknown, answers: Answers): unknown {
  const { rancher, rancherHostname: name, rancherAddress, hosts = [] } = answers;
  const first = hosts.find(({ roles }) => roles?.includes("worker"));
  const byAddress = isIP(first?.internalAddress ?? first?.address ?? "") !== 0;
  const worker = byAddress ? first?.name : rancherAddress;
  const old = isMapping(before) ? before : undefined;
  const isPrivate = name !== undefined && /\.(internal|lan|local|home\.arpa|test)$/.test(name);
  if (rancher !== true || worker === undefined || !isPrivate || old?.[name] !== undefined) return before;
  return { ...old, [name]: worker };
}

/** `""` takes away what the question is about; one that is for https alone stays. */
function proxy(before: unknown, wanted: string | undefined): unknown {
  if (wanted === undefined || (wanted === "" && isMapping(before) && before["http"] === undefined)) return before;
  return wanted === "" ? undefined : { ...(isMapping(before) ? before : {}), http: wanted };
}

/**
 * The inventory that the answers describe, on top of one that is there already: what no answer is about stays.
 * Defaults of the schema that were chosen are written out, so that they stay when a later Drover has others.
 */
export function inventoryOf(answers: Answers, base: Plain = { version: 1 }): Plain {
  const start: Plain = { version: 1, cluster: {}, ssh: {}, hosts: [], ...base };
  const chosen = settings(answers, base).reduce((value, [path, wanted]) => put(value, path, wanted), start);
  const listed = {
    ...chosen,
    hosts: hostEntries(base["hosts"], answers) ?? chosen["hosts"],
    registries: registries(base["registries"], answers.registry),
    addons: addons(base["addons"], answers),
    extraHosts: extraHosts(base["extraHosts"], answers),
    proxy: proxy(base["proxy"], answers.proxy),
  };
  return Object.fromEntries(Object.entries(listed).filter(([, value]) => value !== undefined));
}
