import { isIP } from "node:net";
import { edits, type Known } from "../known.ts";
import type { Question } from "../question.ts";

/** Whether Rancher is wanted. */
export const rancherQuestion: Question = {
  id: "rancher",
  title: "Install Rancher?",
  flag: "rancher",
  about: "yes or no",
  place: "addons.rancher",
  help: [
    "The web interface over this cluster and others: users, projects, catalogues. It needs an ingress and a name.",
    "It can be installed later, too; drover status then shows it with the rest.",
  ],
  relevant: ({ answers }) => answers.ingress !== "none",
  options: () => [
    { value: "yes", label: "yes", about: "the web interface over this cluster and others" },
    { value: "no", label: "no" },
  ],
  propose: (known) => ({ value: edits(known) ? "no" : "yes" }),
};

const isWanted = ({ answers }: Known): boolean => answers.rancher === true && answers.ingress !== "none";

/** The domain that the machines' names share, where ssh goes by names. */
function sharedDomain({ answers }: Known): string | undefined {
  const domains = (answers.hosts ?? []).map(({ address }) =>
    isIP(address) === 0 && address.includes(".") ? address.slice(address.indexOf(".") + 1).toLowerCase() : undefined,
  );
  const [first] = domains;
  return domains.every((domain) => domain === first) ? first : undefined;
}

/** Rancher's name. */
export const hostnameQuestion: Question = {
  id: "rancherHostname",
  title: "Under which name will Rancher be reached?",
  flag: "rancher-hostname",
  about: "the DNS name of Rancher",
  place: "addons.rancher.hostname",
  help: [
    "A full DNS name that leads to a worker, or to a load balancer before them. Where no DNS server knows it yet: the",
    "machines are told (extraHosts, at a worker), and your own machine needs a line in its hosts file.",
    "It cannot be changed later without installing Rancher anew.",
  ],
  relevant: isWanted,
  propose: (known) => {
    const domain = sharedDomain(known);
    if (domain !== undefined) return { value: `rancher.${domain}`, because: "in the machines' domain" };
    return {
      value: `rancher.${known.answers.name ?? "cluster"}.internal`,
      because: "a private name; the machines are told it",
    };
  },
};

/** Where Rancher's certificate comes from. */
export const tlsQuestion: Question = {
  id: "rancherTls",
  title: "Where does Rancher's certificate come from?",
  flag: "rancher-certificate-source",
  about: "rancher, letsEncrypt or secret",
  place: "addons.rancher.tls.source",
  help: [
    "rancher: from an authority of its own, which browsers do not know and warn of. letsEncrypt: from Let's Encrypt, which",
    "must reach the name from the internet on port 80. secret: you have a certificate for the name, and its key, as files.",
  ],
  relevant: isWanted,
  options: () => [
    { value: "rancher", label: "rancher", about: "its own authority; browsers warn" },
    { value: "letsEncrypt", label: "letsEncrypt", about: "the name must be reached from the internet" },
    { value: "secret", label: "secret", about: "a certificate that you have" },
  ],
  propose: () => ({ value: "rancher" }),
};

/** For Let's Encrypt. */
export const emailQuestion: Question = {
  id: "rancherEmail",
  title: "Where may Let's Encrypt write to before the certificate expires?",
  flag: "rancher-email",
  about: "your e-mail address, for Let's Encrypt",
  place: "addons.rancher.tls.email",
  help: ["An e-mail address of yours. Let's Encrypt wants one, and writes when a renewal is overdue."],
  relevant: (known) => isWanted(known) && known.answers.rancherTls === "letsEncrypt",
  propose: () => undefined,
};

/** A certificate of one's own. */
export const certificateQuestion: Question = {
  id: "rancherCertificate",
  title: "In which file is the certificate?",
  flag: "rancher-certificate",
  about: "the file with the certificate for Rancher's name (PEM)",
  place: "addons.rancher.tls.certificate",
  help: [
    "PEM: the certificate for the name first, then the intermediate ones. A path beside the inventory, or with ~.",
  ],
  relevant: (known) => isWanted(known) && known.answers.rancherTls === "secret",
  propose: () => undefined,
};

/** Its key, as a reference. */
export const keyQuestion: Question = {
  id: "rancherKey",
  title: "Where is its private key?",
  flag: "rancher-key",
  about: "where the certificate's key is: file:PATH, env:NAME or cmd:COMMAND",
  place: "addons.rancher.tls.key",
  help: ["Not the key itself, but where it is: file:PATH, env:NAME or cmd:COMMAND. It never stands in the inventory."],
  relevant: (known) => isWanted(known) && known.answers.rancherTls === "secret",
  propose: () => undefined,
};
