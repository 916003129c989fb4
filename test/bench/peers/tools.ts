import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { ensurePackages } from "../../../src/lab/packages.ts";

/** What is measured beside Drover, at versions that are said with the figures. */
const versions = ["ansible-core==2.19.14", "pyinfra==3.10.0"] as const;

/** Programs of the peers, installed from the machine's own package index into the cache. */
export interface PeerTools {
  readonly ansible: string;
  readonly pyinfra: string;
  /** GNU time, which counts the processor time of a program and of all that it waited for. */
  readonly time: string;
  readonly versions: string;
}

/** Installs the peers, once. */
export async function peerTools(cache: string, say: (line: string) => void): Promise<PeerTools> {
  await ensurePackages(["time", "python3-venv", "openssh-client"], say);
  const folder = join(cache, "peers", versions.join("+").replaceAll(/[^\w.+-]/g, "-"));
  const bin = join(folder, "bin");
  if (!existsSync(join(bin, "pyinfra"))) {
    say(`Installing ${versions.join(" and ")} with pip`);
    await execa("python3", ["-m", "venv", folder]);
    await execa(join(bin, "pip"), ["install", "--quiet", "--disable-pip-version-check", ...versions]);
  }
  return {
    ansible: join(bin, "ansible-playbook"),
    pyinfra: join(bin, "pyinfra"),
    time: "/usr/bin/time",
    versions: versions.join(", ").replaceAll("==", " "),
  };
}
