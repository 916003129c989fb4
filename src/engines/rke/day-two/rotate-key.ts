import { sh } from "../../../core/shell.ts";
import { type AnyStep, defineStep, ok, type Progress, type Stage } from "../../../core/step.ts";
import { at } from "../../../kube/kube-object.ts";
import { readyStep } from "../ready-step.ts";
import { readRkeLog } from "../rke-log.ts";
import { rkePhase } from "../rke-phase.ts";
import type { RkeSetup } from "../setup.ts";
import { clusterThere } from "./cluster-there.ts";
import { everyHost } from "./every-host.ts";
import { rkeTask } from "./rke-task.ts";

/** Every secret is written anew: that takes a while where there are many. */
const rotateTimeoutMs = 90 * 60_000;

/** A new key for the secrets in etcd, by rke: it restarts the API servers, and has every secret written anew. */
export function rotateKeyStages(setup: RkeSetup, token: string): readonly Stage[] {
  const there = clusterThere(setup);
  const rotate = rkeTask(setup, {
    id: "secrets/rotate-key",
    title: "Encrypt the cluster's secrets with a new key",
    change: {
      summary: "make a new key, write every secret anew with it, and forget the old one (rke encrypt rotate-key)",
      disrupts: "service",
    },
    words: sh`encrypt rotate-key`,
    token,
    progress: rotateKeyPhase,
    timeoutMs: rotateTimeoutMs,
    everyHost: true,
  });
  return [
    { ...there, steps: [encryptedStep(setup), ...there.steps] },
    everyHost,
    { id: "rotate-key", title: "The key of the cluster's secrets", on: "control", steps: [rotate] },
    { id: "ready", title: "The cluster is ready", on: "control", steps: [readyStep(setup)] },
  ];
}

/** rke refuses, late, where secrets are not encrypted at all (rke v1.8.1, cmd/encryption.go). */
function encryptedStep({ document }: RkeSetup): AnyStep {
  const on = at(document, "services", "kube-api", "secrets_encryption_config", "enabled") === true;
  return defineStep({
    id: "secrets/encrypted",
    title: "Have secrets encrypted in etcd",
    probes: () => ({}),
    decide: () =>
      on
        ? ok
        : {
            kind: "blocked",
            because: "the cluster's secrets are not encrypted in etcd, so there is no key to renew",
            remedy: "Set rke.api.secretsEncryption: true in the inventory and run `drover up`.",
          },
  });
}

/** Where `rke encrypt rotate-key` stands. */
export function rotateKeyPhase(line: string): Progress | undefined {
  const message = readRkeLog(line)?.message ?? "";
  return /^Rewriting cluster secrets/.test(message) ? { phase: "writing every secret anew" } : rkePhase(line);
}
