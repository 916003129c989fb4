import { describe, expect, it } from "vitest";
import { helmFailures } from "../../src/addons/helm-failures.ts";
import { explain } from "../../src/run/explain.ts";

const failures = helmFailures({ name: "metallb", version: "1.0.0", namespace: "metallb-system" } as Parameters<
  typeof helmFailures
>[0]);

/** What is told of a helm that said one thing, where the look at its namespace found another. */
function told(helm: string, found: readonly string[]) {
  const stdout = ["waiting: 1 of 2 pods ready: web-0 Pending", ...found].join("\n");
  const { code, message } = explain({ code: 1, stderr: helm, stdout }, failures, stdout.split("\n"));
  return { code, message };
}

const late = "Error: context deadline exceeded";

describe("a release that does not become ready", () => {
  it.each<[string, readonly string[]]>([
    ["a program without its login", ["web-0 is CrashLoopBackOff; it logged last:", "dial: unauthorized: bad token"]],
    ["a program without its rights", ["web-0 is Error; it logged last:", "mkdir /data: permission denied: read-only"]],
    ["a server that answers 403", ["web-0 is Error; it logged last:", "GET http://db/: 403 Forbidden"]],
    ["a server that answers 401", ["web-0 is Error; it logged last:", "GET http://db/: 401 Unauthorized"]],
    ["a program that is not in its image", ["web-0 is CrashLoopBackOff; it logged last:", "/bin/sh: serve: not found"]],
    ["a program that loads something", ["web-0 is Error; it logged last:", "failed to fetch http://x/list: EOF"]],
    ["another that loads something", ["web-0 is Error; it logged last:", "failed to download model: no route"]],
    ["a program that looks for a file", ["web-0 is Error; it logged last:", 'path "/etc/x.yaml" not found']],
    ["a helm of its own", ["web-0 is Error; it logged last:", 'chart "inner" version "9" not found in https://x']],
    ["nothing", []],
  ])("is told as that, whatever its pods complain of: %s", (_, found) => {
    expect(told(late, found)).toEqual({
      code: "addon/gate-closed",
      message: "metallb was installed but does not become ready",
    });
  });

  it.each<[string, readonly string[]]>([
    [
      "that wants a login",
      [
        '5s Warning Failed pod/web-0 Failed to pull image "r.lan/app:1": Error response from daemon: unauthorized: authentication required',
        "4s Warning Failed pod/web-0 Error: ErrImagePull",
      ],
    ],
    [
      "that is not there, or not for everybody",
      [
        "5s Warning Failed pod/web-0 Failed to pull image \"team/app:1\": pull access denied for team/app, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
        "4s Warning Failed pod/web-0 Error: ImagePullBackOff",
      ],
    ],
    [
      "as containerd says it",
      [
        '5s Warning Failed pod/web-0 Failed to pull image "team/app:1": failed to pull and unpack image "docker.io/team/app:1": failed to resolve reference "docker.io/team/app:1": docker.io/team/app:1: not found',
        "4s Warning Failed pod/web-0 Error: ErrImagePull",
      ],
    ],
  ])("for an image %s is told as an image, and its chart is not looked for", (_, found) => {
    expect(told(late, found)).toEqual({
      code: "cluster/image-not-pullable",
      message: "metallb does not start: one of its images cannot be pulled",
    });
  });
});

describe("a chart that cannot be had", () => {
  it.each<[string, string, string]>([
    [
      "a registry that wants a login",
      'Error: failed to perform "FetchReference" on source: GET https://r.lan/v2/: response status code 401: unauthorized: authentication required',
      "wants another login: unauthorized: authentication required",
    ],
    [
      "a repository that wants a login",
      'Error: looks like "https://r.lan" is not a valid chart repository or cannot be reached: failed to fetch https://r.lan/index.yaml : 401 Unauthorized',
      "wants another login: 401 Unauthorized",
    ],
    [
      "a registry that lets nobody at it",
      "Error: INSTALLATION FAILED: GET https://r.lan/v2/x: denied: access forbidden",
      "wants another login: denied: access forbidden",
    ],
    [
      "a registry without it",
      "Error: INSTALLATION FAILED: r.lan/charts/metallb:1.0.0: not found",
      "the chart of metallb 1.0.0 cannot be had: r.lan/charts/metallb:1.0.0: not found",
    ],
    [
      "a repository without it",
      'Error: INSTALLATION FAILED: chart "metallb" version "1.0.0" not found in https://r.lan repository',
      'cannot be had: chart "metallb" version "1.0.0" not found in https://r.lan repository',
    ],
  ])("is told as one, whatever older pods complain of: %s", (_, helm, message) => {
    const older = ["old-0 is CrashLoopBackOff; it logged last:", "Error: context deadline exceeded", "denied: no"];
    expect(told(helm, older)).toEqual({ code: "addon/chart-not-found", message: expect.stringContaining(message) });
  });

  it("is told so behind warnings of helm's", () => {
    const helm =
      'WARNING: Kubernetes configuration file is group-readable. This is insecure. Location: /k\nlevel=WARN msg="x"\nError: no chart version found for metallb-1.0.0\n';
    expect(told(helm, [])).toMatchObject({ code: "addon/chart-not-found" });
  });
});
