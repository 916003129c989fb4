import { chartPart } from "./chart-part.ts";
import { debianPart } from "./debian-part.ts";
import { goPart } from "./go-part.ts";
import { chartRecipes, goRecipes } from "./go-recipes.ts";
import { imagePart } from "./image-part.ts";
import { addonImages, certManagerImages, imageRecipes } from "./image-recipes.ts";
import { kubectlPart } from "./kubectl-part.ts";
import { olderImages } from "./older-images.ts";
import type { Part } from "./part.ts";
import { pausePart } from "./pause-part.ts";

const {
  crane,
  rke,
  kubernetes,
  olderKubernetes,
  criDockerd,
  flannel,
  flannelCni,
  coredns,
  metricsServer,
  helm,
  certManager,
  metallb,
  kubeVip,
  localPath,
  traefik,
  kueue,
  kubeRay,
  olm,
  prometheus,
  prometheusOperator,
  versitygw,
  devicePlugin,
} = goRecipes;

const forRke = [crane, rke, kubernetes, criDockerd, flannel, flannelCni, coredns, metricsServer];
const ofCluster = imageRecipes.filter((image) => !addonImages.includes(image)).map(imagePart);

/** What a practice cluster and the demo need, in the order in which it is made: first what `rke up` needs, then cert-manager. */
export const everydayParts: readonly Part[] = [
  debianPart,
  kubectlPart,
  pausePart,
  ...forRke.map(goPart),
  ...ofCluster,
  ...[helm, certManager].map(goPart),
  ...certManagerImages.map(imagePart),
];

/** What `npm run test:full` alone installs, so that nobody who runs `npm test` on a fresh machine waits for it. */
const fullTestParts: readonly Part[] = [
  ...[metallb, kubeVip, localPath, devicePlugin, kueue, kubeRay, olm, prometheus, prometheusOperator].map(goPart),
  ...[olderKubernetes, traefik, versitygw].map(goPart),
  ...chartRecipes.map(chartPart),
  ...addonImages.filter((image) => !certManagerImages.includes(image)).map(imagePart),
  ...olderImages.map(imagePart),
];

/** All parts, in the order in which they are made. */
export const catalog: readonly Part[] = [...everydayParts, ...fullTestParts];
