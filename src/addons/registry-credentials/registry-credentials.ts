import type { RegistryCredentialsSettings, RegistryLogin } from "../../core/addons.ts";
import type { EngineInput } from "../../engines/engine.ts";
import { templateText } from "../../templates/load.ts";
import type { MakeAddon } from "../addon.ts";
import { helmRelease } from "../helm-release.ts";
import type { Release } from "../release.ts";
import { loginsStep } from "./logins-step.ts";
import { namespacesStep } from "./namespaces-step.ts";
import { serviceAccountsStep, unlinkAll } from "./service-accounts-step.ts";

const name = "registry-credentials";

/**
 * Logins with which the pods of some namespaces pull their images. What `registries` says, RKE gives to the kubelets, which
 * then pull with it for everybody, and are started anew when it changes.
 */
export const registryCredentials: MakeAddon = (input) => {
  const settings = input.cluster.addons.registryCredentials;
  if (settings === undefined) return undefined;
  const { namespaces } = settings;
  const there = namespacesStep(input, namespaces);
  const release: Release = {
    id: `${name}/release`,
    title: "The namespaces have the logins of the registries",
    name,
    namespace: name,
    chart: { kind: "own", template: templateText(input.templates, `${name}.yaml.tpl`) },
    version: settings.version,
    values: { namespaces, logins: settings.logins.map(({ registry, user }) => ({ registry, user })) },
    sensitiveValues: { dockerConfig: dockerConfig(settings) },
    adopt: false,
    needs: [there.id, `${name}/logins`],
    timeoutMinutes: 2,
  };
  return {
    key: "registryCredentials",
    release,
    undo: unlinkAll(input),
    alsoGone: `Pods of ${namespaces.join(", ")} can then pull no image that needs these logins.\n`,
    steps: [
      there,
      loginsStep(input, release, withTransport(input, settings.logins)),
      helmRelease(input, release),
      serviceAccountsStep(input, release, namespaces),
    ],
  };
};

/** Docker's own config.json, in which Docker Hub has a name of the past (docs.docker.com/reference/cli/docker/login). */
function dockerConfig({ logins }: RegistryCredentialsSettings): string {
  const auths = logins.map(({ registry, user, password }) => {
    const server = registry === "docker.io" ? "https://index.docker.io/v1/" : registry;
    return [server, { auth: Buffer.from(`${user}:${password}`).toString("base64") }] as const;
  });
  return JSON.stringify({ auths: Object.fromEntries(auths) });
}

/** Which of them the inventory's `registries` knows as without TLS that can be verified. */
function withTransport({ cluster }: EngineInput, logins: readonly RegistryLogin[]) {
  const insecure = new Set(cluster.registries.filter((one) => one.insecure).map(({ url }) => url.split("/")[0]));
  return logins.map((login) => ({ ...login, insecure: insecure.has(login.registry) }));
}
