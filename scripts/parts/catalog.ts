import { chartPart } from "./chart-part.ts";
import { debianPart } from "./debian-part.ts";
import { goPart } from "./go-part.ts";
import { chartRecipes, goRecipes } from "./go-recipes.ts";
import { imagePart } from "./image-part.ts";
import { addonImages, imageRecipes } from "./image-recipes.ts";
import { kubectlPart } from "./kubectl-part.ts";
import type { Part } from "./part.ts";
import { pausePart } from "./pause-part.ts";

const {
  crane,
  rke,
  kubernetes,
  criDockerd,
  flannel,
  flannelCni,
  coredns,
  metricsServer,
  helm,
  certManager,
  metallb,
  localPath,
  devicePlugin,
} = goRecipes;

const forRke = [crane, rke, kubernetes, criDockerd, flannel, flannelCni, coredns, metricsServer];
const ofAddons = addonImages.map(imagePart);
const ofCluster = imageRecipes.filter((image) => !addonImages.includes(image)).map(imagePart);

/** All parts, in the order in which they are made: first what `rke up` needs, then what the releases need. */
export const catalog: readonly Part[] = [
  debianPart,
  kubectlPart,
  pausePart,
  ...forRke.map(goPart),
  ...ofCluster,
  ...[helm, certManager, metallb, localPath, devicePlugin].map(goPart),
  ...chartRecipes.map(chartPart),
  ...ofAddons,
];
