import { aptCatalogue } from "./apt.ts";
import { dockerCatalogue } from "./docker.ts";
import type { CatalogueEntry } from "./entry.ts";
import { helmCatalogue } from "./helm.ts";
import { kubectlCatalogue } from "./kubectl.ts";
import { sshCatalogue } from "./ssh.ts";

/** What the programs say that Drover runs, but rke, whose log is read by its engine. First match counts. */
export const catalogue: readonly CatalogueEntry[] = [
  ...sshCatalogue,
  ...aptCatalogue,
  ...dockerCatalogue,
  ...helmCatalogue,
  ...kubectlCatalogue,
];
