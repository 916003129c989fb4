import { debianPart } from "./debian-part.ts";
import { goPart } from "./go-part.ts";
import { goRecipes } from "./go-recipes.ts";
import { imagePart } from "./image-part.ts";
import { imageRecipes } from "./image-recipes.ts";
import { kubectlPart } from "./kubectl-part.ts";
import type { Part } from "./part.ts";
import { pausePart } from "./pause-part.ts";

const { crane, rke, kubernetes, criDockerd, flannel, flannelCni, coredns, metricsServer, helm, certManager } =
  goRecipes;

const forRke = [crane, rke, kubernetes, criDockerd, flannel, flannelCni, coredns, metricsServer];
const isOfCertManager = (id: string) => id.startsWith("image-cert-manager-");
const images = imageRecipes.map(imagePart);

/** All parts, in the order in which they are made: first what `rke up` needs, then what the releases need. */
export const catalog: readonly Part[] = [
  debianPart,
  kubectlPart,
  pausePart,
  ...forRke.map(goPart),
  ...images.filter((image) => !isOfCertManager(image.id)),
  ...[helm, certManager].map(goPart),
  ...images.filter((image) => isOfCertManager(image.id)),
];
