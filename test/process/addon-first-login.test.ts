import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { askFirstLogin, readFirstLogin } from "../../src/addons/rancher/first-login.ts";
import { rancherSettings, withAddons } from "../unit/support/addon-world.ts";

const input = withAddons({ rancher: rancherSettings() });
const hostname = "rancher.example.org";
const login = { hostname, password: "s3cret/word+1", resolves: false };

/** The question, against a kubectl and a getent that are played. */
function ask(shown: string, secret: string, getent: string) {
  const doubles = `getent() { ${getent}; }
kubectl() { case "$*" in *configmap*) printf '%s' '${shown}' ;; *bootstrap-secret*) ${secret} ;; esac; }\n`;
  try {
    const stdout = execFileSync("/bin/dash", ["-c", doubles + askFirstLogin(input, hostname).text], {
      encoding: "utf8",
    });
    return readFirstLogin({ code: 0, stdout, stderr: "" }, hostname);
  } catch {
    return readFirstLogin({ code: 1, stdout: "", stderr: "" }, hostname);
  }
}

const secret = `printf '%s' '${Buffer.from("s3cret/word+1").toString("base64")}'`;

describe("the first login to Rancher", () => {
  it("is read from the cluster, where Rancher keeps it, with whether the name leads anywhere", () => {
    expect(ask("", secret, "return 2")).toEqual(login);
    expect(ask("", secret, "return 0")).toEqual({ ...login, resolves: true });
  });

  it("is told once, and not before Rancher has made it", () => {
    expect(ask("shown", secret, "return 0")).toBeUndefined();
    expect(ask("", "return 1", "return 0")).toBeUndefined();
  });
});
