import type { Question } from "../question.ts";
import { certManagerQuestion, ingressQuestion, proxyQuestion, registryQuestion } from "./addons.ts";
import { balancerQuestion } from "./balancer.ts";
import { gpuQuestion, kubernetesQuestion, nameQuestion } from "./cluster.ts";
import { clusterCidrQuestion, internalQuestion, pluginQuestion, serviceCidrQuestion } from "./network.ts";
import {
  certificateQuestion,
  emailQuestion,
  hostnameQuestion,
  keyQuestion,
  rancherQuestion,
  tlsQuestion,
} from "./rancher.ts";
import { virtualAddressQuestion } from "./virtual-address.ts";

/** Asked while the machines are being looked at: they need nothing from them. */
export const earlyQuestions: readonly Question[] = [nameQuestion];

/** Asked when it is known what the machines are. */
export const lateQuestions: readonly Question[] = [
  internalQuestion,
  kubernetesQuestion,
  pluginQuestion,
  clusterCidrQuestion,
  serviceCidrQuestion,
  gpuQuestion,
  ingressQuestion,
  rancherQuestion,
  hostnameQuestion,
  tlsQuestion,
  emailQuestion,
  certificateQuestion,
  keyQuestion,
  certManagerQuestion,
  virtualAddressQuestion,
  balancerQuestion,
  registryQuestion,
  proxyQuestion,
];

/** All questions with one simple answer, in the order in which they are asked. */
export const questions: readonly Question[] = [...earlyQuestions, ...lateQuestions];
