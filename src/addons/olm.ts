import type { ManifestSettings } from "../core/addons.ts";
import type { MakeAddon } from "./addon.ts";
import { answersProof } from "./answers-proof.ts";
import { deleteObjects } from "./delete-objects.ts";
import { helmRelease } from "./helm-release.ts";
import { manifestReleases } from "./manifest-releases.ts";
import type { ManifestSource } from "./release.ts";

const namespace = "olm";

/** The Operator Lifecycle Manager, and the proof that it tells of operators. */
export const olm: MakeAddon = (input) => {
  const settings = input.cluster.addons.olm;
  if (settings === undefined) return undefined;
  const { kinds, rest } = manifestReleases(input, settings, {
    name: "olm",
    kindsName: "olm-crds",
    called: "The Operator Lifecycle Manager",
    namespace,
    from: files(settings),
    timeoutMinutes: 10,
  });
  const proof = answersProof(input, {
    id: "olm/answers",
    title: "The Operator Lifecycle Manager tells of operators",
    release: rest,
    asked: [{ url: "/apis/packages.operators.coreos.com/v1", holds: "packagemanifests" }],
    seconds: 300,
    remedy: `Look at \`kubectl -n ${namespace} get pods,csv\` and at the log of packageserver. Then run \`drover up\` again.`,
  });
  return {
    key: "olm",
    release: rest,
    foundations: [kinds],
    first: deleteObjects(input, kinds),
    alsoGone: "Its kinds go with it, and with them every subscription and operator group.\n",
    steps: [helmRelease(input, kinds), helmRelease(input, rest), proof],
  };
};

/** A folder has the two files of a release in it; elsewhere they are below the version's name, as its makers publish them. */
function files({ source, version }: ManifestSettings): ManifestSource["from"] {
  const base = source.startsWith("/") ? source : `${source}/v${version}`;
  return [`${base}/crds.yaml`, `${base}/olm.yaml`];
}
