import type { MakeAddon } from "./addon.ts";
import { chartRelease } from "./chart-addon.ts";
import { traefikFits } from "./fits.ts";
import { helmRelease } from "./helm-release.ts";
import type { Refusal } from "./release.ts";

/** Where it is installed, and under which name. */
export const traefikRelease = { name: "traefik", namespace: "traefik" } as const;

/** Traefik as the ingress controller; ingress-nginx, its elder brother, was retired by its makers in March 2026. */
export const traefik: MakeAddon = (input) => {
  const settings = input.cluster.addons.traefik;
  if (settings === undefined) return undefined;
  const chart = chartRelease(input, settings, { ...traefikRelease, called: "Traefik", fits: traefikFits });
  const release = {
    ...chart,
    // So its makers advise for upgrades (README of the chart, "Upgrading").
    crdsApart: true,
    refusal: input.cluster.rke.ingress === "nginx" ? portsTaken : chart.refusal,
  } as const;
  const alsoGone =
    "Nothing serves Ingresses any more, until another controller does. Its CRDs stay, as Helm leaves them alone.\n";
  return { key: "traefik", release, alsoGone, steps: [helmRelease(input, release)] };
};

const portsTaken: Refusal = {
  because: "cannot have ports 80 and 443 of the workers: RKE's own nginx has them",
  remedy: "Set `rke: { ingress: none }`, which removes that, or take addons.traefik from the inventory.",
};
