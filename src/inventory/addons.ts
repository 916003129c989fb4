import type {
  AddonSettings,
  ChartSettings,
  GpuPool,
  KubeflowSettings,
  ManifestSettings,
  RancherTls,
  RegistryCredentialsSettings,
} from "../core/addons.ts";
import { DroverError } from "../core/errors.ts";
import { type Path, pathText } from "./mistake.ts";
import { type BasesOf, chartPath, secretReference } from "./paths.ts";
import { type ReadFile, readPem } from "./pem-file.ts";
import type { Inventory } from "./schema/inventory.ts";
import type { ResolveSecret } from "./secrets.ts";
import { parseYaml } from "./yaml/parse-values.ts";

/** The version of the charts that Drover makes itself. */
const ownChartVersion = "1.0.0";

/** What reading the addons' files and secrets needs. */
export interface AddonSources {
  readonly basesOf: BasesOf;
  readonly readFile: ReadFile;
  readonly resolveSecret: ResolveSecret;
}

type Addons = Inventory["addons"];
type ChartKeys = NonNullable<Addons["certManager"]>;

/**
 * The addons with their secrets and files read.
 * @throws DroverError `inventory/secret-unresolved`, `inventory/invalid` with the key it is about; never with a secret
 */
export async function toAddons(addons: Addons, sources: AddonSources): Promise<AddonSettings> {
  const {
    certManager,
    rancher,
    nvidiaDevicePlugin,
    metallb,
    kubeVip,
    localPath,
    traefik,
    metricsServer,
    dashboard,
    monitoring,
    kubeRay,
    kueue,
    olm,
    kubeflowPipelines,
    kubeflow,
    objectStorage,
    registryCredentials,
  } = addons;
  const chart = <T extends ChartKeys>(name: string, keys: T) => toChart(["addons", name], keys, sources);
  return {
    certManager: certManager && (await chart("certManager", certManager)),
    rancher: rancher && {
      ...(await chart("rancher", rancher)),
      hostname: rancher.hostname,
      replicas: rancher.replicas,
      tls: await toTls(rancher.tls, sources),
      ingressClass: rancher.ingressClass,
      systemRegistry: rancher.systemRegistry,
      prime: rancher.prime,
      unsupported: rancher.unsupported,
    },
    nvidiaDevicePlugin: nvidiaDevicePlugin && {
      ...(await chart("nvidiaDevicePlugin", nvidiaDevicePlugin)),
      pools: toPools(nvidiaDevicePlugin.pools),
    },
    metallb: metallb && { ...(await chart("metallb", metallb)), addresses: metallb.addresses },
    kubeVip: kubeVip && { ...kubeVip, interface: kubeVip.interface },
    localPath: localPath && {
      ...(await chart("localPath", localPath)),
      path: localPath.path,
      defaultClass: localPath.defaultClass,
    },
    traefik: traefik && (await chart("traefik", traefik)),
    metricsServer: metricsServer && (await chart("metricsServer", metricsServer)),
    dashboard: dashboard && (await chart("dashboard", dashboard)),
    monitoring: monitoring && {
      ...(await chart("monitoring", monitoring)),
      storage: monitoring.storage,
      retention: monitoring.retention,
      gpu: await toChart(["addons", "monitoring", "gpu"], monitoring.gpu, sources),
    },
    kubeRay: kubeRay && (await chart("kubeRay", kubeRay)),
    kueue: kueue && (await chart("kueue", kueue)),
    olm: olm && toManifests("olm", olm, sources),
    kubeflowPipelines: kubeflowPipelines && toManifests("kubeflowPipelines", kubeflowPipelines, sources),
    kubeflow: kubeflow && (await toKubeflow(kubeflow, sources)),
    objectStorage: objectStorage && {
      ...(await chart("objectStorage", objectStorage)),
      size: objectStorage.size,
      storageClass: objectStorage.storageClass,
    },
    registryCredentials: registryCredentials && (await toCredentials(registryCredentials, sources)),
  };
}

async function toChart(place: Path, keys: ChartKeys, sources: AddonSources): Promise<ChartSettings> {
  const { version, chart, values, secretValues, adopt } = keys;
  return {
    version,
    chart: chartPath(chart, sources.basesOf([...place, "chart"])),
    values,
    secretValues: secretValues === undefined ? {} : await readValues([...place, "secretValues"], secretValues, sources),
    adopt,
  };
}

function toManifests(name: string, keys: ManifestSettings, { basesOf }: AddonSources): ManifestSettings {
  const { version, source, adopt } = keys;
  return { version, source: chartPath(source, basesOf(["addons", name, "source"])).replace(/\/+$/, ""), adopt };
}

/** The password of the distribution's own user, which everybody knows. */
const publicPassword = "12341234";

/** bcrypt, which hashes it, looks at no more than 72 bytes (man bcrypt(3) of OpenBSD). */
async function toKubeflow(keys: NonNullable<Addons["kubeflow"]>, sources: AddonSources): Promise<KubeflowSettings> {
  const place: Path = ["addons", "kubeflow", "password"];
  const password = (await resolved(place, keys.password, sources)).trim();
  const bytes = Buffer.byteLength(password);
  const wrong =
    password === publicPassword
      ? "leads to the password that Kubeflow's makers publish"
      : password.length < 8
        ? "leads to a password of less than 8 characters"
        : bytes > 72 || /[\0-\x1f\x7f]/.test(password)
          ? "leads to a password of several lines or of more than 72 bytes"
          : undefined;
  if (wrong !== undefined)
    throw new DroverError("inventory/invalid", `${pathText(place)} ${wrong}`, {
      remedy: "Choose another one, of 8 to 72 characters on one line.",
    });
  return { ...toManifests("kubeflow", keys, sources), email: keys.email, password };
}

async function toCredentials(
  { namespaces, logins }: NonNullable<Addons["registryCredentials"]>,
  sources: AddonSources,
): Promise<RegistryCredentialsSettings> {
  const place = (index: number): Path => ["addons", "registryCredentials", "logins", index, "password"];
  const read = logins.map(async ({ registry, user, password }, index) => ({
    registry,
    user,
    password: (await resolved(place(index), password, sources)).trim(),
  }));
  return { version: ownChartVersion, namespaces, logins: await Promise.all(read) };
}

async function readValues(place: Path, reference: string, sources: AddonSources): Promise<ChartSettings["values"]> {
  const values = parseYaml(await resolved(place, reference, sources));
  if (values !== undefined) return values;
  throw new DroverError("inventory/invalid", `${pathText(place)} does not lead to a YAML mapping`, {
    remedy: "What it leads to must look like the values of the chart: `key: value`, line by line.",
  });
}

async function resolved(place: Path, reference: string, { basesOf, resolveSecret }: AddonSources): Promise<string> {
  try {
    return await resolveSecret(secretReference(reference, basesOf(place)));
  } catch (thrown) {
    if (!(thrown instanceof DroverError)) throw thrown;
    throw new DroverError(thrown.code, `${pathText(place)}: ${thrown.message}`, {
      remedy: thrown.remedy,
      cause: thrown,
    });
  }
}

function toPools(pools: NonNullable<Addons["nvidiaDevicePlugin"]>["pools"]): Readonly<Record<string, GpuPool>> {
  return Object.fromEntries(
    Object.entries(pools).map(([name, { hosts, timeSlicing, mps, mig }]) => [name, { hosts, timeSlicing, mps, mig }]),
  );
}

async function toTls(tls: NonNullable<Addons["rancher"]>["tls"], sources: AddonSources): Promise<RancherTls> {
  const { source, email = "", certificate = "", key = "", ca } = tls;
  if (source === "rancher") return { source };
  if (source === "letsEncrypt") return { source, email };
  const place = (key: string): Path => ["addons", "rancher", "tls", key];
  return {
    source,
    certificate: await readPem(place("certificate"), certificate, sources),
    key: await resolved(place("key"), key, sources),
    ca: ca === undefined ? undefined : await readPem(place("ca"), ca, sources),
  };
}
