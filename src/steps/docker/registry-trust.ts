import type { Registry, RegistryAuthority } from "../../core/cluster.ts";
import { inOneLine } from "../../core/printable.ts";
import type { Probe } from "../../core/probe.ts";
import { sh } from "../../core/shell.ts";
import { type AnyStep, type Change, changesOrOk, type Decision, defineStep } from "../../core/step.ts";
import { cannotEdit, noSenseAbout } from "../blocked.ts";
import { editFile } from "../files/edit-file.ts";
import { type FileState, fileProbe } from "../files/file-probe.ts";

/** What the hosts shall trust of one registry. */
interface Trust {
  /** host[:port] */
  readonly registry: string;
  readonly path: string;
  readonly text: string;
  readonly certificates: RegistryAuthority["certificates"];
}

/** By host and port, as Docker looks for it: what stands behind them in a url is the images' business. */
function trustOf(registries: readonly Pick<Registry, "url" | "ca">[]): readonly Trust[] {
  const byHost = new Map<string, RegistryAuthority[]>();
  for (const { url, ca } of registries) {
    const host = url.replace(/\/.*$/, "");
    if (ca !== undefined) byHost.set(host, [...(byHost.get(host) ?? []), ca]);
  }
  return [...byHost].map(([registry, authorities]) => ({
    registry,
    // Docker reads it at each pull, and needs no restart (docs.docker.com, "Verify repository client with certificates").
    path: `/etc/docker/certs.d/${registry}/ca.crt`,
    text: [...new Set(authorities.map(({ pem }) => pem))].join(""),
    certificates: authorities.flatMap(({ certificates }) => certificates),
  }));
}

/** What the host takes for the time, in s since the epoch; it is what dates are held against when it pulls. */
const hostTime: Probe<number | undefined> = {
  sh: sh`date +%s`,
  parse: ({ code, stdout }) => (code === 0 && /^\d{1,12}\n?$/.test(stdout) ? Number(stdout) : undefined),
};

const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10);

/** None of the certificates counts at this time. */
function dateFault({ registry, certificates }: Trust, now: number): Decision | undefined {
  if (certificates.some(({ from, until }) => from <= now && now <= until)) return undefined;
  const told = certificates.map(({ subject, from, until }) => `${subject}, ${day(from)} to ${day(until)}`).join("; ");
  return {
    kind: "blocked",
    because: `the authority of the registry ${registry} does not count on ${day(now)}, the host's date (${inOneLine(told)})`,
    remedy: "Give the authority's new certificate with registries[].ca, or put the host's clock right.",
  };
}

function change({ registry, path, text }: Trust, file: Exclude<FileState, { kind: "unreadable" }>): Change | undefined {
  if (file.kind === "present" && file.text === text) return undefined;
  return editFile({ summary: `Docker trusts the authority of the registry ${registry}`, path, file, after: text });
}

/** Docker on the host trusts the registries whose certificates an authority of the customer's own has signed. */
export function registryTrust(registries: readonly Pick<Registry, "url" | "ca">[]): AnyStep {
  const trusts = trustOf(registries);
  return defineStep({
    id: "docker/registry-trust",
    title: "Trust the registries' own authorities",
    probes: () => ({ now: hostTime, ...Object.fromEntries(trusts.map(({ path }) => [path, fileProbe(path)])) }),
    decide: ({ now, ...asked }) => {
      // By path, as the probes are named.
      const files: Readonly<Record<string, FileState | undefined>> = asked;
      if (now === undefined) return noSenseAbout("its clock");
      const changes: Change[] = [];
      for (const trust of trusts) {
        const file = files[trust.path];
        const fault = dateFault(trust, now);
        if (fault !== undefined) return fault;
        if (file === undefined || file.kind === "unreadable")
          return cannotEdit(trust.path, file?.why ?? "nobody asked");
        const made = change(trust, file);
        if (made !== undefined) changes.push(made);
      }
      return changesOrOk(changes);
    },
  });
}
