import { createHash, createHmac } from "node:crypto";
import bcrypt from "bcryptjs";
import type { KubeflowSettings } from "../../core/addons.ts";
import type { Mapping } from "../../core/mapping.ts";
import { dumpYaml } from "../../templates/yaml.ts";

/** What lets one person in. */
interface User {
  /** Their profile, which is their namespace too. */
  readonly profile: string;
  /** Dex's own configuration, without a secret. */
  readonly dexConfig: string;
  /** The secrets: values for helm alone. */
  readonly secrets: Readonly<Record<"passwordHash" | "clientSecret" | "cookieSecret", string>>;
  /** A short name of all this, which tells nothing of it. */
  readonly fingerprint: string;
}

/** The least that Dex takes (dexidp.io/docs/connectors/local), and OWASP names; it is reckoned in every run. */
const cost = 10;

/**
 * The user with a password that only its hash is kept of. The salt is the cluster's and the user's, no secret and no chance: so
 * a second run finds what the first one made. The keys that Dex and oauth2-proxy share are made from the hash: whoever would
 * guess the password by them, has to reckon the hash for each guess.
 */
export function kubeflowUser(cluster: string, { email, password }: KubeflowSettings): User {
  const passwordHash = hashOf(password, saltOf(`${cluster} ${email}`));
  const keyFor = (use: string) => createHmac("sha256", passwordHash).update(use).digest("hex").slice(0, 32);
  const secrets = { passwordHash, clientSecret: keyFor("oidc client"), cookieSecret: keyFor("cookies") };
  const dexConfig = dumpYaml(dexSettings(email));
  return { profile: profileOf(email), dexConfig, secrets, fingerprint: keyFor(`user ${dexConfig}`).slice(0, 12) };
}

/** Reckoned once in a process, as the addons are made several times and each hash takes 0.2 s. */
function hashOf(password: string, salt: string): string {
  const known = `${salt}${password}`;
  const hash = hashes.get(known) ?? bcrypt.hashSync(password, salt);
  hashes.set(known, hash);
  return hash;
}

const hashes = new Map<string, string>();

function saltOf(text: string): string {
  const bytes = createHash("sha256").update(`drover kubeflow ${text}`).digest().subarray(0, 16);
  return `$2b$${cost}$${bcrypt.encodeBase64(bytes, 16)}`;
}

/** `ann@example.com` is `kubeflow-ann-example-com`, as the distribution calls its own user's. */
function profileOf(email: string): string {
  const words = email.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return `kubeflow-${words}`.slice(0, 63).replace(/-+$/, "");
}

/** common/dex/overlays/oauth2-proxy/config-map.yaml of the distribution, with this user and less talk in its log. */
function dexSettings(email: string): Mapping {
  return {
    issuer: "http://dex.auth.svc.cluster.local:5556/dex",
    storage: { type: "kubernetes", config: { inCluster: true } },
    web: { http: "0.0.0.0:5556" },
    logger: { level: "info", format: "text" },
    oauth2: { skipApprovalScreen: true },
    enablePasswordDB: true,
    staticPasswords: [{ email, hashFromEnv: "DEX_USER_PASSWORD", username: email, userID: email }],
    staticClients: [
      {
        idEnv: "OIDC_CLIENT_ID",
        redirectURIs: ["/oauth2/callback"],
        name: "Dex Login Application",
        secretEnv: "OIDC_CLIENT_SECRET",
      },
    ],
  };
}
