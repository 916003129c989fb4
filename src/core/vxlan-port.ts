import type { RkeNetwork } from "./rke.ts";

/** Flannel's own on Linux (its documentation of backends). */
const usual = 8472;

/**
 * The UDP port by which nodes carry the packets of pods to each other, with flannel and the flannel in canal; undefined with
 * other plugins, and where packets are routed as they are (host-gw).
 */
export function vxlanPort({ plugin, backend, options }: RkeNetwork): number | undefined {
  if (plugin !== "canal" && plugin !== "flannel") return undefined;
  const prefix = plugin === "canal" ? "canal_flannel_backend" : "flannel_backend";
  if ((backend ?? options[`${prefix}_type`] ?? "vxlan") !== "vxlan") return undefined;
  const given = options[`${prefix}_port`] ?? "";
  return /^\d{1,5}$/.test(given) ? Number(given) : usual;
}
