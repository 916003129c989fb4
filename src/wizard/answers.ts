import * as z from "zod";

const text = z.string().min(1).max(1000);

const host = z.strictObject({
  address: text,
  name: text.optional(),
  user: text.optional(),
  port: z.int().min(1).max(65535).optional(),
  key: text.optional(),
  guessed: z.literal(true).optional(),
  roles: z.array(z.enum(["controlplane", "etcd", "worker"])).optional(),
  internalAddress: text.optional(),
  hostKey: text.optional(),
  gpu: z.boolean().optional(),
});

/**
 * What the wizard was told, by question. The file that keeps it (`.drover/init.answers.json`, or `--from`) has this
 * form. No secret is ever part of it.
 */
export const answersSchema = z.strictObject({
  hosts: z.array(host).max(1000).optional(),
  user: text.optional(),
  key: text.optional(),
  /** The password is asked for at each run. It is never kept. */
  passwordLogin: z.boolean().optional(),
  name: text.optional(),
  internalNetwork: text.optional(),
  networkCard: text.optional(),
  kubernetesVersion: text.optional(),
  networkPlugin: text.optional(),
  clusterCidr: text.optional(),
  serviceCidr: text.optional(),
  gpu: z.boolean().optional(),
  ingress: text.optional(),
  certManager: z.boolean().optional(),
  rancher: z.boolean().optional(),
  rancherHostname: text.optional(),
  /** Where a private name leads to, if the worker that has it is itself found by name. */
  rancherAddress: text.optional(),
  rancherTls: text.optional(),
  rancherEmail: text.optional(),
  rancherCertificate: text.optional(),
  rancherKey: text.optional(),
  kubeVip: z.string().max(1000).optional(),
  /** The card of that address, if it is not the default route's. */
  kubeVipCard: text.optional(),
  metallb: z.string().max(1000).optional(),
  registry: z.string().max(1000).optional(),
  proxy: z.string().max(1000).optional(),
});

/** The answers given so far; what is undefined has not been asked. */
export type Answers = z.output<typeof answersSchema>;

/** One machine, as it was answered. */
export type HostAnswer = z.output<typeof host>;
