import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { sh } from "../../src/core/shell.ts";
import { apiServerVariable, kubeconfigFlags } from "../../src/kube/kubectl.ts";
import { paths } from "../unit/support/rke-world.ts";

describe("a command line of kubectl or helm", () => {
  const words = (script: string, env: Readonly<Record<string, string>> = {}) =>
    spawnSync("/bin/sh", ["-c", `show() { printf '<%s>' "$@"; }; ${script}`], { encoding: "utf8", env }).stdout;
  const show = sh`show ${kubeconfigFlags({ paths }, "--server")} get`.text;

  it("names no server of its own as a rule", () => {
    expect(words(show)).toBe(`<--kubeconfig><${paths.kubeconfig}><get>`);
    expect(words(show, { [apiServerVariable]: "" })).toBe(`<--kubeconfig><${paths.kubeconfig}><get>`);
  });

  it("names the one that stands in, as one word whatever it holds", () => {
    const env = { [apiServerVariable]: "https://10.0.0.2:6443" };
    expect(words(show, env)).toBe(`<--kubeconfig><${paths.kubeconfig}><--server=https://10.0.0.2:6443><get>`);
    const odd = { [apiServerVariable]: "https://a b;touch x $(id)" };
    expect(words(show, odd)).toContain("<--server=https://a b;touch x $(id)>");
    const helm = sh`show ${kubeconfigFlags({ paths }, "--kube-apiserver")}`.text;
    expect(words(helm, env)).toContain("<--kube-apiserver=https://10.0.0.2:6443>");
  });
});
