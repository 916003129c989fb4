import { inOneLine } from "../../core/printable.ts";
import { sh } from "../../core/shell.ts";
import { type AnyStep, type Change, changesOrOk, defineStep } from "../../core/step.ts";
import { type AddedPackages, addedDir, addedPackages } from "../apt/added-packages.ts";
import { aptRemoval } from "../apt/apt-install.ts";
import { noSenseAbout } from "../blocked.ts";
import { quickly } from "../run-quickly.ts";

const forgetAll = sh`rm -f ${`${addedDir}/before`} ${`${addedDir}/added`} && rmdir --ignore-fail-on-non-empty ${addedDir}`;

function bare(name: string): string {
  return name.replace(/:.*$/, "");
}

function keep(because: string): Change {
  return { summary: `What Drover installed stays: ${inOneLine(because)}`, actions: [quickly(forgetAll)] };
}

function change({ added, wouldGo }: AddedPackages): Change {
  if (added.length === 0) return keep("it is gone already");
  const list = added.map(bare).join(", ");
  if (wouldGo === undefined) return keep(`apt cannot say what would go with ${list}`);
  const mine = new Set(added.map(bare));
  const others = wouldGo.map(bare).filter((name) => !mine.has(name));
  if (others.length > 0) return keep(`${others.join(", ")} ${others.length === 1 ? "needs" : "need"} it now (${list})`);
  const count = added.length === 1 ? "The package" : `The ${added.length} packages`;
  return {
    summary: `${count} that Drover installed ${added.length === 1 ? "is" : "are"} gone: ${inOneLine(list)}`,
    actions: [aptRemoval(sh`apt purge --allow-change-held-packages ${added} && ${forgetAll}`)],
    disrupts: "service",
  };
}

/** The packages that Drover installed go again, with their settings; unless something else on the host needs them now. */
export function undoPackages(): AnyStep {
  return defineStep({
    id: "undo/packages",
    title: "Remove the packages that Drover installed",
    probes: () => ({ packages: addedPackages }),
    decide: ({ packages }) => {
      if (packages === undefined) return noSenseAbout("its packages");
      return changesOrOk(packages.noted ? [change(packages)] : []);
    },
  });
}
