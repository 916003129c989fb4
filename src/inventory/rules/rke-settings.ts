import { contains, overlaps, parseCidr } from "../cidr.ts";
import { isRefused } from "../draft.ts";
import type { Mistake } from "../mistake.ts";
import { innerNetworks } from "./inner-networks.ts";
import type { Rule } from "./rule.ts";

/** Settings of something that is not there, and two programs on one port. */
export const nginxSettingsAreUsed: Rule = ({ rke }) => {
  const nginx = rke?.nginx;
  if (nginx === undefined) return [];
  if (rke?.ingress === "none")
    return Object.keys(nginx).map((key) => ({
      path: ["rke", "nginx", key],
      message: "has no effect with `ingress: none`; remove it",
    }));
  const { httpPort, httpsPort } = { httpPort: 80, httpsPort: 443, ...nginx };
  return httpPort !== undefined && httpPort === httpsPort
    ? [
        {
          path: ["rke", "nginx", nginx.httpsPort === undefined ? "httpPort" : "httpsPort"],
          message: `is ${httpPort}, as is the other port; they must differ`,
        },
      ]
    : [];
};

/** Half a login is none. A key that the schema refused counts as given. */
export const snapshotKeysAreWhole: Rule = ({ rke }) => {
  const s3 = rke?.etcd?.snapshots?.s3;
  if (s3 === undefined || "accessKey" in s3 === "secretKey" in s3) return [];
  const [given, missing] = "accessKey" in s3 ? ["accessKey", "secretKey"] : ["secretKey", "accessKey"];
  return [
    { path: ["rke", "etcd", "snapshots", "s3"], message: `has a ${given}, but no ${missing}; give both or neither` },
  ];
};

/** The cache's address must be nobody's: a service or pod of the same address would answer in its place. */
export const nodeLocalIsFree: Rule = (draft) => {
  const address = draft.rke?.dns?.nodeLocal;
  if (address === undefined) return [];
  const path = ["rke", "dns", "nodeLocal"];
  const inside = innerNetworks(draft).find(({ cidr }) => contains(cidr, address));
  if (inside !== undefined)
    return [{ path, message: `${address} lies in ${inside.name}; take one that nobody has, such as 169.254.20.10` }];
  const host = draft.hosts?.find((one) => one?.address === address || one?.internalAddress === address);
  return host === undefined ? [] : [{ path, message: `${address} is the address of ${host.name ?? "a host"}` }];
};

/** Docker's own, where daemon.json says nothing else. */
const dockerBridge = "172.17.0.0/16";

/** Pods and services that share addresses with Docker's bridge are not reached from containers of Docker. */
export const rangesAreApartFromDocker: Rule = (draft) => {
  if (isRefused(draft, "docker") || isRefused(draft.docker ?? {}, "daemon")) return [];
  const bip = draft.docker?.daemon?.["bip"];
  const bridge = typeof bip === "string" ? parseCidr(bip) : parseCidr(dockerBridge);
  if (bridge === undefined) return [];
  return innerNetworks(draft).flatMap(({ path, cidr }): readonly Mistake[] => {
    if (!overlaps(cidr, bridge)) return [];
    const message = `${cidr.canonical} overlaps ${bridge.canonical}, which Docker uses on every host`;
    return [{ path, message }];
  });
};
