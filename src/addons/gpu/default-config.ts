import { type DevicePluginSettings, noPool } from "../../core/addons.ts";

/**
 * The configuration of nodes whose label names none: the pool that shares by MPS, if there is one. Each pod of the chart begins
 * with this one, and is then told by a signal of the one that the label names. The plugin heeds that. The daemon of MPS is
 * looked for under a name that it has not (0.19.3: /usr/bin/mps-control-daemon): what tells it fails, and is begun again for ever.
 */
export function configWithoutLabel({ pools }: DevicePluginSettings): string {
  return Object.entries(pools).find(([, { mps }]) => mps !== undefined)?.[0] ?? noPool;
}
