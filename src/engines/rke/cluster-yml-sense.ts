/** What is wrong with a value; undefined if nothing is. */
type Judge = (value: unknown) => string | undefined;

const oneOf =
  (...choices: readonly string[]): Judge =>
  (value) =>
    choices.includes(String(value)) ? undefined : `must be one of ${choices.join(", ")}`;

const never =
  (because: string): Judge =>
  () =>
    because;

/** rke itself parses images' tags, and crashes where there is none (util/util.go). */
const withTag: Judge = (value) =>
  /^[^\s@]+(?::[A-Za-z0-9_][\w.-]*|@sha256:[0-9a-f]{64})$/.test(String(value))
    ? undefined
    : "must be an image with a tag: rke crashes without one";

/** Of these two, rke reads the version out of the tag, and crashes where it is none (cluster/plan.go). */
const withVersion: Judge = (value) =>
  /:v?\d+\.\d+\.\d+[\w.-]*$/.test(String(value))
    ? undefined
    : "must be an image whose tag is a version, such as v1.32.3-rancher1: rke crashes with any other";

/**
 * Values that RKE takes without a word, or refuses only once it has been started, or crashes with. By path, `*` for any
 * program or image. Sources: cluster/validation.go, cluster/defaults.go, cmd/up.go of rke v1.8.1.
 */
const judges: Readonly<Record<string, Judge>> = {
  enable_cri_dockerd: (value) =>
    value === true ? undefined : "must be true: Kubernetes 1.24 and newer talk to Docker through cri-dockerd only",
  rotate_certificates: never("would make every `drover up` rotate certificates instead of anything else; remove it"),
  rotate_encryption_key: never("would make every `drover up` rotate the key instead of anything else; remove it"),
  restore: never("would make every `drover up` restore a snapshot; remove it"),
  prefix_path: (value) => (String(value).startsWith("/") ? undefined : "must be an absolute path"),
  ssh_cert_path: (value) => (String(value).length >= 2 ? undefined : "is too short to be a path: rke crashes with it"),
  cri_dockerd_stream_server_port: (value) =>
    /^\d{1,5}$/.test(String(value)) && Number(value) > 0 && Number(value) < 65_536 ? undefined : "must be a port",
  "authentication.strategy": oneOf("x509", "x509|webhook"),
  "authorization.mode": (value) =>
    value === "rbac" ? undefined : "must be rbac: rke refuses Kubernetes 1.23 and newer without it",
  "cloud_provider.name": (value) =>
    value === "aws" ? "must not be aws, which Kubernetes 1.27 and newer have no part for; use external-aws" : undefined,
  "ingress.dns_policy": oneOf("ClusterFirst", "ClusterFirstWithHostNet", "None", "Default"),
  "monitoring.provider": oneOf("metrics-server", "none"),
  "services.etcd.external_urls": never("contradicts the hosts with the role etcd: rke cannot have both"),
  "services.*.image": never("is overwritten by rke; the place for it is system_images"),
  "system_images.etcd": withVersion,
  "system_images.kubernetes": withVersion,
  "system_images.*": withTag,
};

/** What is wrong with a value, under the first of these names that has a judge; undefined if nothing is. */
export function nonsense(names: readonly string[], value: unknown): string | undefined {
  const name = names.find((one) => Object.hasOwn(judges, one));
  return name === undefined ? undefined : judges[name]?.(value);
}
