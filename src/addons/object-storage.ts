import type { EngineInput } from "../engines/engine.ts";
import { templateText } from "../templates/load.ts";
import type { MakeAddon } from "./addon.ts";
import { chartRelease } from "./chart-addon.ts";
import { helmRelease } from "./helm-release.ts";
import { jobProof } from "./job-proof.ts";
import type { Release } from "./release.ts";

const name = "seaweedfs";

/** The port of its S3 side (the chart's `s3.port`). */
const port = 8333;

/**
 * SeaweedFS as one pod with one volume: buckets and objects by the S3 protocol, and the proof that one is kept, given back, and
 * refused to who has no key.
 */
export const objectStorage: MakeAddon = (input) => {
  const settings = input.cluster.addons.objectStorage;
  if (settings === undefined) return undefined;
  const { size, storageClass } = settings;
  const data = { size, ...(storageClass === undefined ? {} : { storageClass }) };
  const release = chartRelease(input, settings, {
    name,
    called: "SeaweedFS",
    namespace: name,
    computed: { allInOne: { data } },
    // Its claim would wait for a default class, but helm's patience would already run.
    needs: input.cluster.addons.localPath === undefined ? [] : ["local-path-provisioner/release"],
  });
  return {
    key: "objectStorage",
    release,
    alsoGone: "All buckets and objects are lost, with the volume that holds them and the keys.\n",
    steps: [helmRelease(input, release), keeps(input, release)],
  };
};

/** A bucket made, an object written, read, refused without a key, and both removed: by a Job beside the store. */
function keeps(input: EngineInput, release: Release) {
  const key = (wanted: string) => ({ valueFrom: { secretKeyRef: { name: `${name}-s3-secret`, key: wanted } } });
  return jobProof(input, {
    id: "seaweedfs/keeps",
    title: "SeaweedFS keeps an object and gives it back",
    release,
    summary: "make a bucket, write an object, read it and remove both, as a proof",
    // The image has curl (docker/Dockerfile.go_build in seaweedfs/seaweedfs), and every node that runs it has it already.
    imageOf: `deployment/${name}-all-in-one`,
    program: templateText(input.templates, "object-proof.sh"),
    env: [
      { name: "STORE", value: `http://${name}-all-in-one:${port}` },
      { name: "KEY_ID", ...key("admin_access_key_id") },
      { name: "KEY", ...key("admin_secret_access_key") },
    ],
    seconds: 180,
    remedy: `Look at \`kubectl -n ${name} logs deploy/${name}-all-in-one\` and at its volume. Then run \`drover up\` again.`,
  });
}
