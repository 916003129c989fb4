import { Secret } from "../../core/secret.ts";
import { secretForms } from "../../core/secret-forms.ts";

/** What stands in place of a secret. */
const hidden = "***";

/** Shorter ones cannot be told from ordinary words: they are hidden only where a name says what they are. */
const shortest = 4;

/**
 * What a secret looks like where nobody knows it by heart. Each keeps what is in its first group, and the third if there is one.
 * Names of keys are those of Docker, Kubernetes, Helm, Rancher, RKE and cloud-init.
 */
const patterns: readonly RegExp[] = [
  // PEM, also as one line with \n in JSON or YAML.
  /(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----)(.*?)(-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/gs,
  // Base64 of a PEM private key, as kubeconfigs and Secrets hold it.
  /()(LS0tLS1CRUdJTi[A-Za-z0-9+/=]{20,})/g,
  // JSON Web Tokens, and Rancher's and Kubernetes' own tokens.
  /\b()(eyJ[\w-]{8,4000}\.[\w-]{8,8000}\.[\w-]*)/g,
  /\b(token-[a-z0-9]{5}:)([a-z0-9]{20,})/g,
  /\b(K10)([0-9a-f]{20,}(?:::\S+)?)/g,
  /(\b[a-z0-9]{6}\.)([a-z0-9]{16})\b/g,
  // Tokens of GitHub, GitLab, AWS, Slack, Docker Hub, Hugging Face, NVIDIA's NGC.
  /\b(gh[pousr]_|github_pat_|glpat-|AKIA|ASIA|xox[abpr]-|dckr_[po]at_|hf_|nvapi-)([\w-]{10,})/g,
  // crypt(3), as in /etc/shadow.
  /(\$(?:1|2[aby]?|5|6|7|y|gy)\$)([^\s:"']{8,})/g,
  // https://user:password@host
  /(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"']{0,200}:)([^\s/@"']{1,300})(@)/gi,
  // Authorization: Bearer x, Basic x; quotes may be escaped, as a line of JSON is in a journal.
  /(authorization(?:\\{0,9}["'])?\s{0,9}[:=]\s{0,9}(?:\\{0,9}["'])?(?:bearer|basic|token)?[ \t]{0,9})([^\s"',}\\]{3,})/gi,
  // key: value, "key": "value", KEY=value
  /((?:["'\w.-]{0,40}?(?:passw(?:or)?d|passphrase|passwd|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|client-key-data|credentials?|auth)(?:\\{0,9}["'])?\s{0,9}[:=]\s{0,9}(?:\\{0,9}["'])?))((?!env:|file:|cmd:|ask\b|true\b|false\b|null\b|\*\*\*)(?:[^\s"',}\\]|\\[^\s"'\\]){2,}(?:[^\n"',}\\]{0,400}(?=\\{0,9}["']))?)/gi,
  // --key value
  /(--(?:[\w-]{0,40}?(?:password|secret|token|key))[= ])((?!env:|file:|cmd:)\S{2,})/gi,
];

/** A function that leaves no secret in a text: none of these in any form, and nothing that looks like one. */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const forms = secretForms(secrets).filter((form) => form.length >= shortest);
  return (text) => {
    const plain = forms.reduce((rest, form) => rest.replaceAll(form, hidden), text);
    return patterns.reduce(
      (rest, pattern) =>
        rest.replace(pattern, (_, kept: string, _secret: string, after: unknown) =>
          typeof after === "string" ? `${kept}${hidden}${after}` : `${kept}${hidden}`,
        ),
      plain,
    );
  };
}

/** Every secret in what was loaded: those that are typed so, and texts whose key says what they are. */
export function secretsIn(value: unknown, key = ""): readonly string[] {
  if (value instanceof Secret) return [value.reveal()];
  if (typeof value === "string") return isSecretKey(key) ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  const inside = key === "secretValues" ? "password" : undefined;
  return Object.entries(value).flatMap(([name, each]) =>
    secretsIn(each, inside !== undefined || isSecretKey(key) ? "password" : name),
  );
}

function isSecretKey(key: string): boolean {
  return /passw|passphrase|secret|token|credential|^key$|private_?key|client-key|^auth$/i.test(key);
}
