import { clusterYmlFitsTheInventory, clusterYmlIsKnownToRke } from "./cluster-yml.ts";
import { engineTakesItsSettings } from "./engine.ts";
import { oneMpsPool, poolsNameGpuHosts, poolsShareInOneWay } from "./gpu-pools.ts";
import {
  dockerSettingsSaidOnce,
  dockerVersionNeedsDockerCe,
  extraHostsAreOthers,
  extraHostsLeadSomewhere,
  moveDataLeadsSomewhere,
  proxyIsSomewhere,
  searchNeedsNameservers,
  sysctlKeepsTheNetwork,
  timeServersNeedManaging,
} from "./host-settings.ts";
import { virtualAddressIsFree } from "./kube-vip.ts";
import { kubeflowHasItsPipelines, kubeflowNeedsCertManager } from "./kubeflow.ts";
import { kubernetesIsMadeByRke, kubernetesIsPublic } from "./kubernetes-version.ts";
import { metallbRangesAreFree } from "./metallb.ts";
import { hostsAreOutsideRanges, rangesDoNotOverlap, weaveNeedsOldKubernetes } from "./networks.ts";
import { rancherNeedsCertManager, rancherTlsIsWhole } from "./rancher.ts";
import { authoritiesCount, loginsAreWhole, oneDefaultRegistry, registriesDiffer } from "./registries.ts";
import { flagsFitTheInventory, podsFitTheirRange, servicesFitTheirRange } from "./rke-flags.ts";
import { networkOptionsAreKnown, networkSettingsFitThePlugin } from "./rke-network.ts";
import {
  nginxSettingsAreUsed,
  nodeLocalIsFree,
  rangesAreApartFromDocker,
  snapshotKeysAreWhole,
} from "./rke-settings.ts";
import { etcdIsOdd, everyHostHasRoles, everyRoleIsThere } from "./roles.ts";
import type { Rule } from "./rule.ts";
import { taintsDiffer } from "./taints.ts";
import { addressesDiffer, everyHostHasUser, namesDiffer, noHostIsControl } from "./unique-hosts.ts";

/** Everything that must hold across keys. */
export const rules: readonly Rule[] = [
  namesDiffer,
  noHostIsControl,
  addressesDiffer,
  everyHostHasUser,
  everyHostHasRoles,
  everyRoleIsThere,
  etcdIsOdd,
  taintsDiffer,
  dockerVersionNeedsDockerCe,
  dockerSettingsSaidOnce,
  moveDataLeadsSomewhere,
  extraHostsAreOthers,
  extraHostsLeadSomewhere,
  searchNeedsNameservers,
  proxyIsSomewhere,
  sysctlKeepsTheNetwork,
  timeServersNeedManaging,
  oneDefaultRegistry,
  registriesDiffer,
  loginsAreWhole,
  authoritiesCount,
  rangesDoNotOverlap,
  hostsAreOutsideRanges,
  rangesAreApartFromDocker,
  podsFitTheirRange,
  servicesFitTheirRange,
  engineTakesItsSettings,
  kubernetesIsMadeByRke,
  kubernetesIsPublic,
  weaveNeedsOldKubernetes,
  networkSettingsFitThePlugin,
  networkOptionsAreKnown,
  nodeLocalIsFree,
  nginxSettingsAreUsed,
  snapshotKeysAreWhole,
  flagsFitTheInventory,
  clusterYmlIsKnownToRke,
  clusterYmlFitsTheInventory,
  rancherTlsIsWhole,
  rancherNeedsCertManager,
  kubeflowNeedsCertManager,
  kubeflowHasItsPipelines,
  metallbRangesAreFree,
  virtualAddressIsFree,
  poolsShareInOneWay,
  oneMpsPool,
  poolsNameGpuHosts,
];
