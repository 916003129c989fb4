import { chmod, readdir, rm, stat, writeFile } from "node:fs/promises";
import { DroverError } from "../core/errors.ts";
import { again, tryingAgain } from "./again.ts";
import { command, tryCommand } from "./command.ts";

const policyFile = "/usr/sbin/policy-rc.d";
const listsFolder = "/var/lib/apt/lists";
const dayMs = 24 * 60 * 60 * 1000;

/** What keeps apt quiet: no questions, and patience while another apt holds the lock. */
const aptEnv = { DEBIAN_FRONTEND: "noninteractive" };
const aptArgs = ["-q", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0"];

/**
 * Sees to it that Debian packages are installed on this machine. Only missing ones are installed, without recommended
 * ones, and none of their services is started. Says one line if there is something to do, nothing otherwise.
 * @throws DroverError `lab/unsupported` where there is no dpkg, `lab/failed` when apt fails
 */
export async function ensurePackages(names: readonly string[], say: (line: string) => void): Promise<void> {
  const missing = await missingPackages(names);
  if (missing.length === 0) return;
  say(`Installing with apt: ${missing.join(" ")}`);
  let fresh = await listsAreFresh();
  const install = async (): Promise<void> => {
    if (!fresh) await updateLists();
    fresh = false; // if that fails, the mirror may have dropped what these lists name
    await installNow(missing);
  };
  await withoutServices(() => again(install, (failure, seconds) => say(tryingAgain(failure, seconds))));
}

/** Those of the packages that are not installed. */
async function missingPackages(names: readonly string[]): Promise<readonly string[]> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query reads these fields
  const format = "${db:Status-Abbrev} ${Package}\\n";
  const asked = await tryCommand("dpkg-query", ["-W", "-f", format, ...names]);
  if (asked.exitCode === 127) {
    throw new DroverError("lab/unsupported", "this machine has no dpkg", {
      remedy: "Use Debian or Ubuntu for practice hosts and parts.",
    });
  }
  return packagesNotIn(asked.stdout, names);
}

/**
 * Reads the answer of dpkg-query, a line such as `ii  dnsmasq-base` per known package: which names are not installed? The first
 * letter is what somebody wants: `hi` is installed too, and held, which apt-get does not touch.
 */
export function packagesNotIn(answer: string, names: readonly string[]): readonly string[] {
  const installed = new Set(
    answer
      .split("\n")
      .filter((line) => /^[a-z]i /.test(line))
      .map((line) => line.slice(3).trim()),
  );
  return names.filter((name) => !installed.has(name));
}

/** The package lists are there and not older than a day: older ones name versions that the mirror may have dropped. */
async function listsAreFresh(): Promise<boolean> {
  const names = await readdir(listsFolder).catch(() => []);
  if (!names.some((name) => name.includes("_Packages"))) return false;
  return Date.now() - (await stat(listsFolder)).mtimeMs < dayMs;
}

/** A mirror that does not answer is no reason to stop: the lists at hand may do. */
async function updateLists(): Promise<void> {
  await tryCommand("apt-get", [...aptArgs, "update"], { env: aptEnv, timeoutMs: 300_000 });
}

async function installNow(names: readonly string[]): Promise<void> {
  const args = [...aptArgs, "install", "-y", "--no-install-recommends", ...names];
  const remedy = `Install these packages by hand: ${names.join(" ")}`;
  await command("apt-get", args, { env: aptEnv, timeoutMs: 900_000, remedy });
}

/** Debian asks policy-rc.d before it starts a service; 101 means no. One that is there already is left alone. */
async function withoutServices(work: () => Promise<void>): Promise<void> {
  const ours = await writeFile(policyFile, "#!/bin/sh\nexit 101\n", { flag: "wx", mode: 0o755 }).then(
    () => true,
    () => false,
  );
  try {
    if (ours) await chmod(policyFile, 0o755);
    await work();
  } finally {
    if (ours) await rm(policyFile, { force: true });
  }
}
