import { edits } from "../known.ts";
import type { Question } from "../question.ts";

/** The ingress controller. */
export const ingressQuestion: Question = {
  id: "ingress",
  title: "How does HTTP come into the cluster?",
  flag: "ingress",
  about: "nginx or none",
  place: "rke.ingress",
  help: [
    "nginx: RKE runs the ingress controller on every worker, on ports 80 and 443 of the machine itself.",
    "none: you install another one, or none is wanted. Rancher needs one.",
  ],
  options: () => [
    { value: "nginx", label: "nginx", about: "on ports 80 and 443 of every worker" },
    { value: "none", label: "none" },
  ],
  propose: () => ({ value: "nginx" }),
};

/** Certificates. */
export const certManagerQuestion: Question = {
  id: "certManager",
  title: "Install cert-manager?",
  flag: "cert-manager",
  about: "yes or no",
  place: "addons.certManager",
  help: [
    "It issues and renews certificates for what runs in the cluster. Rancher needs it, unless you bring a certificate.",
  ],
  options: () => [
    { value: "yes", label: "yes", about: "issues and renews certificates" },
    { value: "no", label: "no" },
  ],
  // Rancher brings it along, unless it is given a certificate.
  relevant: (known) => known.answers.rancher !== true || known.answers.rancherTls === "secret",
  propose: (known) => {
    const { ingress, rancher } = known.answers;
    return { value: edits(known) || ingress === "none" || rancher === true ? "no" : "yes" };
  },
};

/** A registry of one's own. */
export const registryQuestion: Question = {
  id: "registry",
  title: "Do you have a registry of your own?",
  flag: "registry",
  about: "host[:port] of your own registry; empty: none",
  place: "registries",
  optional: true,
  help: [
    "host or host:port, without https://. RKE then pulls Kubernetes' own images from there, as is needed where the",
    "machines cannot reach the internet: it must hold them already. none: images come from Docker Hub.",
    "A login goes into the inventory by hand: `user`, and `password: env:NAME`. Passwords never stand in it.",
  ],
  propose: () => ({ value: "" }),
};

/** The way out, for machines that have no other. */
export const proxyQuestion: Question = {
  id: "proxy",
  title: "Do the machines need a proxy to reach the internet?",
  flag: "proxy",
  about: "http://host:port that the machines reach the internet by; empty: none",
  place: "proxy",
  optional: true,
  help: [
    "http://host:port. apt and Docker on the machines use it, and rke, kubectl and helm on this one. The machines, the pods",
    "and the services are reached without it; more exceptions go into the inventory (proxy.no). none: no proxy.",
  ],
  propose: () => ({ value: "" }),
};
