import * as z from "zod";
import { line, settingValue } from "./formats.ts";

/** RKE's names of Kubernetes' programs, and what they are called elsewhere. */
const programs = {
  "kube-api": "kube-apiserver",
  "kube-controller": "kube-controller-manager",
  scheduler: "kube-scheduler",
  kubelet: "kubelet",
  kubeproxy: "kube-proxy",
  etcd: "etcd",
} as const;

/** Something for each of the programs, none of which has to be named. */
function perProgram<T extends z.ZodType>(what: string, value: T) {
  const of = (program: keyof typeof programs) => value.optional().describe(`${what} of ${programs[program]}.`);
  return z.strictObject({
    "kube-api": of("kube-api"),
    "kube-controller": of("kube-controller"),
    scheduler: of("scheduler"),
    kubelet: of("kubelet"),
    kubeproxy: of("kubeproxy"),
    etcd: of("etcd"),
  });
}

const flags = z.record(
  z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "is not the name of a flag; leave out the leading `--`"),
  z.union([z.array(settingValue).min(1, "must hold at least one value"), settingValue], {
    error: "must be text, a whole number, true or false, or a list of them",
  }),
);

const bind = z
  .string()
  .regex(/^\/[^:\s]*:\/[^:\s]*(?::[a-z,]+)?$/i, "must be /path/on/the/host:/path/inside, perhaps with :ro at the end");

const variables = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "is not the name of a variable"),
  settingValue.pipe(line),
);

/** Flags by program, under RKE's own names of them. */
export const extraArgs = perProgram("Flags", flags);

/** Folders of the host that a program sees, besides those that RKE gives it. */
export const extraBinds = perProgram("Folders of the host", z.array(bind));

/** Variables by program. */
export const extraEnv = perProgram("Variables", variables);
