import { noPool } from "../../core/addons.ts";
import { isRefused } from "../draft.ts";
import type { Mistake } from "../mistake.ts";
import { areAllNamed } from "./host-names.ts";
import type { Rule } from "./rule.ts";

const path = ["addons", "nvidiaDevicePlugin", "pools"] as const;

/** NVIDIA's device plugin shares a GPU in one way at a time. */
export const poolsShareInOneWay: Rule = (draft) =>
  Object.entries(draft.addons?.nvidiaDevicePlugin?.pools ?? {}).flatMap(([name, pool]): readonly Mistake[] => {
    const ways = (["timeSlicing", "mps", "mig"] as const).filter((way) => pool !== undefined && way in pool);
    if (name === noPool)
      return [{ path: [...path, name], message: "is what the GPUs in no pool are called: choose another name" }];
    if (pool === undefined || ways.length === 1) return [];
    const message =
      ways.length === 0
        ? "does not say how its GPUs are shared: timeSlicing, mps or mig"
        : `has ${ways.join(" and ")}; only one is possible`;
    return [{ path: [...path, name], message }];
  });

/** NVIDIA's chart gives the daemons of MPS one and the same configuration (src/addons/gpu/default-config.ts). */
export const oneMpsPool: Rule = (draft) => {
  const pools = Object.entries(draft.addons?.nvidiaDevicePlugin?.pools ?? {});
  const [first, ...others] = pools.filter(([, pool]) => pool?.mps !== undefined).map(([name]) => name);
  return others.map((name): Mistake => {
    const message = `shares by mps, as ${first} does: NVIDIA's chart can do so in one pool only`;
    return { path: [...path, name, "mps"], message };
  });
};

/** A pool is made of hosts with GPUs, each in one pool. */
export const poolsNameGpuHosts: Rule = (draft) => {
  const seen = new Map<string, string>();
  return Object.entries(draft.addons?.nvidiaDevicePlugin?.pools ?? {}).flatMap(([name, pool]) =>
    (pool?.hosts ?? []).flatMap((given, index): readonly Mistake[] => {
      if (given === undefined) return [];
      const where = [...path, name, "hosts", index];
      const host = draft.hosts?.find((one) => one?.name === given);
      const earlier = seen.get(given);
      seen.set(given, name);
      if (host === undefined)
        return areAllNamed(draft) ? [{ path: where, message: `${given} is not a host of this inventory` }] : [];
      if (host.gpu !== true && !isRefused(host, "gpu"))
        return [{ path: where, message: `${given} has no GPUs: it lacks \`gpu: true\`` }];
      return earlier === undefined ? [] : [{ path: where, message: `${given} is in the pool ${earlier} too` }];
    }),
  );
};
