import type { Draft } from "../draft.ts";
import { type Mistake, quoted } from "../mistake.ts";
import { suggest } from "../suggest.ts";
import type { Rule } from "./rule.ts";

/** What each plugin can be told (cluster/network.go of rke v1.8.1); RKE ignores other options without a word. */
const plugins = {
  canal: {
    keys: ["interface", "mtu", "backend"],
    options: [
      "canal_iface",
      "canal_flannel_backend_type",
      "canal_flannel_backend_port",
      "canal_flannel_backend_vni",
      "canal_flex_volume_plugin_dir",
      "canal_priority_class_name",
    ],
  },
  flannel: {
    keys: ["interface", "backend"],
    options: [
      "flannel_iface",
      "flannel_backend_type",
      "flannel_backend_port",
      "flannel_backend_vni",
      "kube_flannel_priority_class_name",
    ],
  },
  calico: {
    keys: ["mtu"],
    options: [
      "calico_cloud_provider",
      "calico_flex_volume_plugin_dir",
      "calico_node_priority_class_name",
      "calico_kube_controllers_priority_class_name",
    ],
  },
  weave: {
    keys: ["mtu"],
    options: ["weave_password", "weave_net_priority_class_name"],
  },
  none: { keys: [], options: [] },
} as const;

type Plugin = keyof typeof plugins;

/** The plugin, unless the schema refused it. */
function pluginOf(draft: Draft): Plugin | undefined {
  const network = draft.rke?.network ?? {};
  return "plugin" in network ? network.plugin : "canal";
}

/** A setting that the plugin has no use for would be lost without a word. */
export const networkSettingsFitThePlugin: Rule = (draft) => {
  const plugin = pluginOf(draft);
  if (plugin === undefined) return [];
  const network = draft.rke?.network ?? {};
  const able: readonly string[] = plugins[plugin].keys;
  return (["interface", "mtu", "backend"] as const).flatMap((key): readonly Mistake[] => {
    if (network[key] === undefined || able.includes(key)) return [];
    const others = Object.entries(plugins).flatMap(([name, { keys }]) =>
      (keys as readonly string[]).includes(key) ? [name] : [],
    );
    return [
      { path: ["rke", "network", key], message: `cannot be chosen with ${plugin}, only with ${others.join(", ")}` },
    ];
  });
};

/** Which option a setting of Drover's own stands for. */
const stands: Readonly<Record<string, "interface" | "backend">> = {
  canal_iface: "interface",
  flannel_iface: "interface",
  canal_flannel_backend_type: "backend",
  flannel_backend_type: "backend",
};

/** Options of another plugin, or of none. */
export const networkOptionsAreKnown: Rule = (draft) => {
  const plugin = pluginOf(draft);
  if (plugin === undefined) return [];
  const network = draft.rke?.network ?? {};
  const known: readonly string[] = plugins[plugin].options;
  return Object.keys(network.options ?? {}).flatMap((key): readonly Mistake[] => {
    const path = ["rke", "network", "options", key];
    const own = stands[key];
    if (known.includes(key) && own !== undefined && network[own] !== undefined)
      return [{ path, message: `is rke.network.${own}, which is given too; say it once` }];
    if (known.includes(key)) return [];
    const meant = suggest(key, known);
    const hint = meant === undefined ? `it has ${known.join(", ") || "none"}` : `did you mean ${quoted(meant)}?`;
    return [{ path, message: `is not an option of ${plugin}; ${hint}` }];
  });
};
