import * as z from "zod";
import { addons } from "./addons.ts";
import { engine } from "./engine.ts";
import { dnsLabel, line } from "./formats.ts";
import { gpu } from "./gpu.ts";
import { dns, docker, extraHosts, firewall, kernel, time, tools, upgrades } from "./host-settings.ts";
import { type completeHost, group, hosts } from "./hosts.ts";
import { proxy } from "./proxy.ts";
import { registry } from "./registries.ts";
import { rke } from "./rke.ts";
import { ssh } from "./ssh.ts";

/** The inventory file, format version 1. All defaults are here; the descriptions are the manual. */
export const inventorySchema = z
  .strictObject({
    version: z.literal(1).describe("The version of this file's format."),
    extends: z
      .union([line, z.array(line)], { error: "must be the path of a file, or a list of them" })
      .optional()
      .describe("Files whose settings this one takes over and changes; their paths start at this file."),
    cluster: z
      .strictObject({ name: dnsLabel.describe("The cluster's name, in kubeconfig and in `.drover/<name>/`.") })
      .describe("The cluster as a whole."),
    ssh: ssh.prefault({}).describe("How hosts are reached, unless a host says otherwise."),
    groups: z
      .record(
        z
          .string()
          .regex(
            /^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$/,
            "is not a group's name: lower-case letters, digits, `-` and `_`",
          ),
        group,
      )
      .default({})
      .describe("Settings that several hosts share, by the name of the group."),
    hosts: hosts.describe("The machines."),
    docker: docker.prefault({}).describe("Docker on every host."),
    gpu: gpu.prefault({}).describe("NVIDIA's driver and container toolkit, on hosts with `gpu: true`."),
    dns: dns.prefault({}).describe("How the hosts find names."),
    extraHosts: extraHosts
      .default({})
      .describe("More names for /etc/hosts on every host: name, and IP address or name of a host."),
    proxy: proxy.optional().describe("The way out of the network. Without it, none is set."),
    kernel: kernel
      .prefault({})
      .describe("Modules and settings besides those that Kubernetes needs, which are a given."),
    time: time.prefault({}).describe("Who keeps the hosts' clocks."),
    firewall: firewall.prefault({}).describe("The hosts' own packet filters."),
    upgrades: upgrades.prefault({}).describe("What must not change by itself under a running cluster."),
    registries: z.array(registry).default([]).describe("Registries that the hosts pull images from."),
    tools: tools.prefault({}).describe("The programs that Drover runs on this machine."),
    engine: engine.prefault({}).describe("What makes the cluster of the hosts."),
    rke: rke.prefault({}).describe("The Kubernetes cluster."),
    addons: addons.prefault({}).describe("What is installed on the cluster; an absent one is left alone."),
  })
  .meta({ title: "Drover inventory", description: "Everything Drover knows about one cluster." });

/** An inventory as people write it. */
export type InventoryInput = z.input<typeof inventorySchema>;

/** One machine, with all defaults and its groups' settings filled in. */
export type InventoryHost = z.output<typeof completeHost>;

/** An inventory with all defaults filled in, its hosts one by one. */
export type Inventory = Omit<z.output<typeof inventorySchema>, "groups" | "hosts"> & {
  readonly hosts: readonly InventoryHost[];
};
