import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { maskSecrets, maskValues } from "../../src/templates/mask.ts";
import { dumpYaml } from "../../src/templates/yaml.ts";

/** Everything in the text that must not be seen is called hush, with more behind it. */
const shown = (yaml: string): string => dumpYaml(maskSecrets(load(yaml)));

describe("what a person sees of RKE's cluster.yml", () => {
  // Keys as the documents of RKE have them: clouds, registries, bastion, snapshots, encryption, webhooks, addons.
  it.each([
    [
      "cloud_provider: {name: aws, awsCloudProvider: {global: {zone: eu-1, role-arn: arn:aws:iam::1:role/x}}}",
      "arn:aws",
    ],
    ["cloud_provider: {openstackCloudProvider: {global: {username: ann, password: hush-1, tenant-id: t}}}", "ann"],
    ["cloud_provider: {azureCloudProvider: {aadClientId: id-1, aadClientSecret: hush-2, tenantId: t}}", "id-1"],
    ["cloud_provider: {azureCloudProvider: {aadClientCertPassword: hush-3, location: westeurope}}", "westeurope"],
    ["cloud_provider: {vsphereCloudProvider: {virtual_center: {vc.lan: {user: ann, password: hush-4}}}}", "ann"],
    ["private_registries: [{url: r.lan, user: ann, password: hush-5}, {url: s.lan}]", "s.lan"],
    ["private_registries: [{ecrCredentialPlugin: {aws_access_key_id: hush-6, aws_secret_access_key: hush-7}}]", "ecr"],
    ["private_registries: [{ecrCredentialPlugin: {aws_session_token: hush-8}}]", "ecr"],
    [
      "bastion_host: {address: b.lan, user: ann, ssh_key: hush-9, ssh_key_path: /home/ann/.ssh/id}",
      "/home/ann/.ssh/id",
    ],
    [
      "services: {etcd: {backup_config: {s3backupconfig: {access_key: hush-10, secret_key: hush-11, region: eu}}}}",
      "eu",
    ],
    ["network: {plugin: weave, weave_network_provider: {password: hush-12}}", "weave"],
    ["network: {options: {weave_password: hush-13}}", "options"],
    ["services: {kubelet: {extra_env: ['HTTPS_PROXY=http://ann:hush-14@p.lan:1', 'TZ=UTC']}}", "TZ=UTC"],
    ["services: {etcd: {extra_env: ['ETCD_AUTH_TOKEN=hush-15']}}", "ETCD_AUTH_TOKEN"],
    [
      "services: {kube-api: {secrets_encryption_config: {enabled: true, custom_config: {resources: [{providers: [{aescbc: {keys: [{name: k1, secret: hush-17}]}}]}]}}}}",
      "k1",
    ],
    ["authentication: {webhook: {config_file: '-----BEGIN RSA PRIVATE KEY-----hush-18'}}", "config_file"],
    ["ssh_key_path: ~/.ssh/id", "~/.ssh/id"],
    ["ssh_agent_auth: true", "true"],
    ["services: {kube-api: {secrets_encryption_config: {enabled: false}}}", "enabled: false"],
  ])("%s", (yaml, seen) => {
    const text = shown(yaml);
    expect(text).not.toContain("hush");
    expect(text).toContain(seen);
    expect(text.includes("(hidden)")).toBe(yaml.includes("hush"));
  });
});

describe("what a person sees of a chart's values", () => {
  // Keys as charts have them: Grafana, Rancher, Harbor, MinIO, Loki, cert-manager's issuers, Datadog, Vault, Keycloak.
  it.each([
    ["adminUser: admin\nadminPassword: hush", "admin"],
    ["bootstrapPassword: hush\nhostname: r.lan", "r.lan"],
    ["harborAdminPassword: hush\nexternalURL: https://h.lan", "https://h.lan"],
    ["rootUser: root\nrootPassword: hush\nmode: standalone", "standalone"],
    ["datadog: {apiKey: hush, appKeyExistingSecret: dd}\nsite: eu", "eu"],
    ["smtp: {api_key: hush}\nport: 25", "25"],
    ["storage: {s3: {accessKey: hush, secretKey: hush, bucket: b}}", "b"],
    ["config: {encryptionKey: hush, signing-key: hush}\nreplicas: 2", "2"],
    ["tls: {keyPassphrase: hush}\nenabled: true", "true"],
    ["oidc: {clientID: k8s, clientSecret: hush}", "k8s"],
    ["env: [{name: API_TOKEN, value: hush}, {name: LOG, value: debug}]", "debug"],
    ["env: [{name: PIN_PASSWORD, value: 1234567}, {name: PORT, value: 80}]", "80"],
    ["extraArgs: ['--auth-token=hush', '--zone=eu', '-p=x']", "--zone=eu"],
    ["command: [server, --admin-password, hush, --zone, eu]", "eu"],
    ["args: [--password, --quiet, -token, 'hush', sh]", "--quiet"],
    ["args: [--api-token, 12345hush, last]", "last"],
    ["args: [--token, {secretKeyRef: {name: mine}}]", "mine"],
    ["database: {url: 'postgres://ann:hush@db.lan:5432/x?sslmode=require'}", "db.lan:5432/x?sslmode=require"],
    ["database: {url: 'postgres://ann:hush@hush@db.lan/x'}", "db.lan/x"],
    ["redis: 'redis://:hush@r.lan:6379/0'", "r.lan:6379/0"],
    ["both: 'http://ann:hush@a.lan,http://bob:hush@b.lan/c@d'", "b.lan/c@d"],
    ["tokens: [hush, hush]\nscopes: [read]", "read"],
    ["passwords: [1234567]\nhosts: [a]", "a"],
    ["credentials: {user: ann, password: hush}", "ann"],
    ["docker: {auths: {r.lan: {username: ann, password: hush}}}", "ann"],
  ])("%s", (yaml, seen) => {
    const text = shown(yaml);
    expect(text).not.toMatch(/hush|1234567/);
    expect(text).toContain(seen);
    if (yaml.includes("hush")) expect(text).toContain("(hidden)");
  });

  it.each([
    "secretName: tls\nimagePullSecrets: [{name: r}]\nsecretsEncryption: true",
    "tokenTTL: 3600\npasswordMinLength: 12\napiKeyName: x-api-key\naccessKeySize: 2048",
    "image: {repository: r.lan:5000/a, tag: v1@sha256}\nurl: https://u@h.lan:8443/p",
    "args: ['--v=2', 'a=b', '=x', password, x, --password-file, '', --, token, y]\nemail: ann@example.com",
    "token: ''\npassword: null\nsecret: {}\ntokens: []",
    "ingress: {annotations: {nginx.ingress.kubernetes.io/auth-type: basic}}\nprivate: true",
  ])("shows all of what is no secret: %s", (yaml) => {
    expect(load(shown(yaml))).toEqual(load(yaml));
  });

  it.each<[unknown, unknown, unknown]>([
    [{ a: 1 }, undefined, { a: 1 }],
    [{ a: 1 }, {}, { a: 1 }],
    [{ a: 1, b: 2 }, { a: { x: 1 } }, { a: "(hidden)", b: 2 }],
    [{ a: { x: 1, y: 2 } }, { a: { x: { deeper: 1 } } }, { a: { x: "(hidden)", y: 2 } }],
    [{ a: [1, 2] }, { a: [1] }, { a: "(hidden)" }],
    [{ a: undefined }, { a: 1 }, { a: undefined }],
    [{ toString: 1 }, { a: 1 }, { toString: 1 }],
    [undefined, "all", undefined],
    ["text", "all", "(hidden)"],
    [0, { a: 1 }, "(hidden)"],
  ])("of %j hides what %j names: %j", (value, sensitive, seen) => {
    expect(maskValues(value, sensitive)).toStrictEqual(seen);
  });
});
