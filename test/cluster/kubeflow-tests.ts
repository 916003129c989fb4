import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { addonCommands } from "./addon-commands.ts";
import { answeringPods } from "./answering-pods.ts";
import { writeKubeflowTree } from "./kubeflow-tree.ts";
import type { PracticeCluster } from "./practice-cluster.ts";

/** A gateway that sends whoever comes without a cookie to a form, and shows the dashboard to whoever fills it in well. */
const gateway = `read -r method path _
length=0 cookie=
while read -r line; do
  line=\${line%$'\\r'}
  [ -n "$line" ] || break
  case \${line,,} in content-length:*) length=\${line##*: } ;; "cookie: in=yes"*) cookie=yes ;; esac
done
read -r -N "$length" body
body=\${body//+/%20}
say() { printf 'HTTP/1.0 %s\\r\\nConnection: close\\r\\n%s\\r\\n%s\\n' "$1" "$2" "$3"; }
case "$method $path $body" in
"GET /oauth2/start"*) say "302 Found" $'Location: /dex/form\\r\\n' "" ;;
"GET /dex/form "*) say "200 OK" "" '<form><input name="login"><input name="password"></form>' ;;
"POST /dex/form login=ann%40example.com&password=the%20first" | "POST /dex/form login=ann%40example.com&password=the%20second")
  say "303 See Other" $'Location: /\\r\\nSet-Cookie: in=yes; Path=/\\r\\n' "" ;;
"GET / "*) if [ -n "$cookie" ]; then say "200 OK" "" "<title>Kubeflow Central Dashboard</title>"; else say "403 Forbidden" "" no; fi ;;
*) say "401 Unauthorized" "" "Invalid Email Address and password" ;;
esac
`;

/**
 * Kubeflow's releases in their order, its user and the login, on a whole cluster. Its images cannot be had here: the tree of
 * manifests is a stand-in, and so is the gateway with the login behind it. Real are helm, kustomize as kubectl's publisher has it,
 * and the way to the gateway. Each test goes on from the one before it.
 */
export function kubeflowTests(place: PracticeCluster): void {
  const { cache, net } = place.settings;
  const registry = `${net}.1:5000`;
  const tools = `${registry}/rancher/rke-tools`;
  const passwords = { first: "the first", second: "the second" } as const;
  const file = join(place.dir, "kubeflow-password");
  const { addons, enable, up, changed, nothingToDo } = addonCommands(place);
  const objects = () =>
    place.kubectl(["get", "namespaces,crd,clusterroles,validatingwebhookconfigurations", "-o", "name"]);
  let without = "";
  let before = "";

  it("says that Debian's kubectl does not render Kubeflow's manifests, and begins nothing with it", async () => {
    without = readFileSync(place.inventory, "utf8");
    await enable(
      "localPath",
      "version=0.0.30",
      `chart=${join(cache, "charts", "local-path-provisioner")}`,
      `values={image: {repository: ${registry}/rancher/local-path-provisioner}, helperImage: {repository: ${tools}, tag: v0.1.111}}`,
    );
    expect((await up()).code).toBe(0);
    before = await objects();
    const image = `${tools}:v0.1.111`;
    const name = "istio-ingressgateway";
    const pods = answeringPods({
      name,
      namespace: "istio-system",
      image,
      answer: gateway,
      port: 8080,
      servicePort: 80,
    });
    writeKubeflowTree(join(place.dir, "kubeflow"), pods);
    writeFileSync(file, passwords.first, { mode: 0o600 });
    await enable("kubeflow", "source=./kubeflow/manifests", "email=ann@example.com", `password=file:${file}`);
    const { code, stderr } = await up();
    expect([code, stderr]).toEqual([1, expect.stringContaining("cluster/tool-missing")]);
    expect(await objects()).toBe(before);
  });

  it("installs Kubeflow's releases in their order, and logs in through the gateway as the proof", async () => {
    const publishers = join(cache, "parts", "kubernetes-1.31", "kubectl");
    const text = readFileSync(place.inventory, "utf8");
    writeFileSync(place.inventory, text.replace(/^ {2}kubectl: .*$/m, `  kubectl: "${publishers}"`));
    expect((await up()).code).toBe(0);
    const releases = ["gateway-crds", "crds", "foundation", "gateway"].map((one) => `kubeflow-${one}/release`);
    const steps = changed();
    expect([...steps].sort()).toEqual(
      [...releases, "kubeflow/release", "kubeflow-late/release", "kubeflow/login"].sort(),
    );
    for (const [one, other] of [
      ["kubeflow-crds/release", "kubeflow-foundation/release"],
      ["kubeflow-foundation/release", "kubeflow-gateway/release"],
      ["kubeflow-gateway/release", "kubeflow/release"],
      ["kubeflow/release", "kubeflow-late/release"],
      ["kubeflow/release", "kubeflow/login"],
    ] as const)
      expect(steps.indexOf(one), one).toBeLessThan(steps.indexOf(other));
    await nothingToDo();
  });

  it("makes another password known, begins anew what reads it, and logs in with it", async () => {
    const dex = ["get", "deployment/dex", "-n", "auth", "-o", "jsonpath={.spec.template.metadata.annotations}"];
    const annotations = await place.kubectl(dex);
    writeFileSync(file, passwords.second);
    expect((await up()).code).toBe(0);
    expect(changed()).toEqual(["kubeflow-foundation/release", "kubeflow-gateway/release", "kubeflow/login"]);
    expect(await place.kubectl(dex)).not.toBe(annotations);
    await nothingToDo();
    for (const journal of place.journalPaths()) {
      const written = readFileSync(journal, "utf8");
      for (const password of Object.values(passwords)) expect(written).not.toContain(password);
    }
  });

  it("is removed with its user, its kinds, its rights and its namespaces", async () => {
    const text = readFileSync(place.inventory, "utf8");
    expect(text).toContain("kubeflow:");
    expect((await addons("disable", "kubeflow")).code).toBe(0);
    expect(await objects()).toBe(before);
    expect((await addons("disable", "localPath")).code).toBe(0);
    writeFileSync(place.inventory, without);
    await nothingToDo();
  });
}
