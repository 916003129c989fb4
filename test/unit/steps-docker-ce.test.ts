import { describe, expect, it } from "vitest";
import { messageIn } from "../../src/catalogue/entry.ts";
import type { Decision } from "../../src/core/step.ts";
import { type Package, packageStates } from "../../src/steps/apt/package-states.ts";
import { dockerCeFailures, dockersOwn, fetchDockerKey } from "../../src/steps/docker/docker-ce-scripts.ts";
import { isTooOld, isWanted, refusesOldClients, upstream } from "../../src/steps/docker/docker-version.ts";
import { type DockerCeSeen, fromDockerCe } from "../../src/steps/docker/from-docker-ce.ts";

const noble = { id: "ubuntu", version: "24.04", codename: "noble", prettyName: "Ubuntu 24.04 LTS" };

function ce(version: string, held = true): readonly Package[] {
  const one = { version, installed: true, held, broken: false };
  return ["docker-ce", "docker-ce-cli", "containerd.io"].map((name) => ({ name, fullName: name, ...one }));
}

function decide(seen: Partial<DockerCeSeen>): Decision | undefined {
  const nothing = {
    packages: [],
    sources: { kind: "absent" },
    known: [],
    repository: dockersOwn,
    isNode: false,
  } as const;
  return fromDockerCe({ ...nothing, version: "28.3", os: noble, ...seen });
}

function summaries(decision: Decision | undefined): readonly string[] {
  return decision?.kind === "change" ? decision.changes.map((change) => change.summary) : [];
}

describe("Docker CE", () => {
  it("is installed with its repository, exact version and hold", () => {
    const decision = decide({});
    expect(summaries(decision)).toEqual(["apt knows Docker's own repository", "Docker CE 28.3 is installed and held"]);
    const [sources, install] = decision?.kind === "change" ? decision.changes : [];
    expect(sources?.after).toContain("URIs: https://download.docker.com/linux/ubuntu\nSuites: noble\n");
    expect(install?.disrupts).toBeUndefined();
    expect(install?.oneByOne).toBeUndefined();
    expect(install?.actions[0]).toMatchObject({ kind: "run", survivesDisconnect: true });
  });

  it("needs nothing more where version and hold are right", () => {
    expect(decide({ packages: ce("5:28.3.2-1~ubuntu.24.04~noble") })).toBeUndefined();
  });

  it("is held where it was not", () => {
    const decision = decide({ packages: ce("5:28.3.2-1~ubuntu.24.04~noble", false) });
    expect(summaries(decision)).toEqual(["Upgrades leave Docker CE as it is"]);
  });

  it("of another version is replaced, which disrupts", () => {
    const decision = decide({ packages: ce("5:27.5.1-1~ubuntu.24.04~noble") });
    expect(decision?.kind === "change" && decision.changes.at(-1)?.disrupts).toBe("service");
    expect(decision?.kind === "change" && decision.changes.at(-1)?.oneByOne).toBeUndefined();
  });

  it("of another version is replaced on one host after the other where a cluster runs", () => {
    const decision = decide({ packages: ce("5:27.5.1-1~ubuntu.24.04~noble"), isNode: true });
    expect(decision?.kind === "change" && decision.changes.at(-1)?.oneByOne).toBe(true);
  });

  it("without its command line is completed", () => {
    const packages = ce("5:28.3.2-1~ubuntu.24.04~noble").filter(({ name }) => name !== "docker-ce-cli");
    expect(decide({ packages })?.kind).toBe("change");
  });

  it("is not tried on a system without a codename", () => {
    expect(decide({ os: { ...noble, codename: "" } })?.kind).toBe("blocked");
    expect(decide({ os: { ...noble, codename: "x; rm -rf" } })?.kind).toBe("blocked");
  });

  it("has its key believed before anything is changed", () => {
    const decision = decide({});
    const [first] = decision?.kind === "change" ? decision.changes : [];
    const [key] = first?.actions ?? [];
    expect(key?.kind === "run" && key.sh.text).toContain("/ubuntu/gpg");
    expect(first?.actions.findIndex(({ kind }) => kind === "write")).toBeGreaterThan(0);
  });

  it("of a mirror that Docker's key signs is believed for that key", () => {
    const url = "https://mirror.lan/linux";
    const decision = decide({ repository: { url, fingerprint: undefined } });
    const [sources] = decision?.kind === "change" ? decision.changes : [];
    expect(sources?.after).toContain(`URIs: ${url}/ubuntu\n`);
    const [key] = sources?.actions ?? [];
    expect(key?.kind === "run" && key.sh.text).toContain("for f in 9DC858229FC7DD38854AE2D88D81803C0EBFCD85; do");
  });

  it("that cannot be had is explained by what was in the way", () => {
    const explained = (output: string, url: string = dockersOwn.url) =>
      dockerCeFailures(url).flatMap((failure) => {
        const message = messageIn(output, failure);
        return message === undefined ? [] : [`${message}. ${failure.remedy}`];
      });
    expect(explained("curl: (6) Could not resolve host: download.docker.com\n")).toEqual([
      expect.stringMatching(/could not be fetched: Could not resolve host: .* way to download\.docker\.com/),
    ]);
    expect(explained("key-mismatch: ABCD\n")).toEqual([expect.stringContaining("such as a proxy")]);
    expect(explained("key-mismatch: ABCD\n", "http://mirror.lan:81/linux")).toEqual([
      expect.stringContaining("docker.repository.fingerprint with the key of the mirror mirror.lan:81"),
    ]);
    const twice = (source: string) =>
      `E: Conflicting values set for option Signed-By regarding source ${source} trixie: /a.gpg != /b.asc`;
    expect(explained(twice("https://download.docker.com/linux/debian/"))).toHaveLength(1);
    expect(explained(twice("http://mirror.lan:81/linux/debian/"), "http://mirror.lan:81/linux")).toHaveLength(1);
    expect(explained(twice("https://nvidia.github.io/x/"))).toEqual([]);
  });

  it("is believed for its key's fingerprint only", () => {
    const text = fetchDockerKey("debian", dockersOwn).text;
    expect(text).toContain("for f in 9DC858229FC7DD38854AE2D88D81803C0EBFCD85; do");
    expect(text.indexOf("key-mismatch")).toBeLessThan(text.indexOf("mv -f"));
  });
});

describe("a version of Docker", () => {
  it.each([
    ["5:28.1.1-1~ubuntu.24.04~noble", "28.1.1"],
    ["26.1.5+dfsg1-9+deb13u1", "26.1.5"],
    ["20.10.24+dfsg1-1+deb12u1+b2", "20.10.24"],
    ["28.2.2-0ubuntu1~24.04.1", "28.2.2"],
  ])("%s is %s", (version, plain) => expect(upstream(version)).toBe(plain));

  it("is too old before 25, and shuts old clients out from 29 on", () => {
    expect(["24.0.9", "25.0.0", "nonsense"].map(isTooOld)).toEqual([true, false, false]);
    expect(["28.5.1", "29.0.0", "?"].map(refusesOldClients)).toEqual([false, true, false]);
  });

  it("fits a prefix by whole numbers", () => {
    expect([isWanted("28.3.2", "28.3"), isWanted("28.30.1", "28.3"), isWanted("29.1.0", "29")]).toEqual([
      true,
      false,
      true,
    ]);
    expect([isWanted("24.0.9", "24"), isWanted("29.1.0", undefined)]).toEqual([false, true]);
  });
});

describe("dpkg's list", () => {
  it("is read with its three letters", () => {
    const stdout = "hi |docker-ce|5:28.1.1-1\niHR|docker.io|26.1\nrc |containerd.io|1\nun |podman-docker|\nend\n";
    expect(packageStates.parse({ code: 0, stdout, stderr: "" })).toMatchObject([
      { name: "docker-ce", version: "5:28.1.1-1", installed: true, held: true, broken: false },
      { name: "docker.io", version: "26.1", installed: false, held: false, broken: true },
      { name: "containerd.io", version: "1", installed: false, held: false, broken: false },
      { name: "podman-docker", version: "", installed: false, held: false, broken: false },
    ]);
  });

  it("has its architecture in the name that dpkg tells it by, and not in its own", () => {
    const stdout = "hi |libnvidia-compute-580:amd64|580.95.05-1\nii |libnvidia-compute-580:i386|580.95.05-1\nend\n";
    expect(packageStates.parse({ code: 0, stdout, stderr: "" })).toMatchObject([
      { name: "libnvidia-compute-580", fullName: "libnvidia-compute-580:amd64", held: true },
      { name: "libnvidia-compute-580", fullName: "libnvidia-compute-580:i386", held: false },
    ]);
  });

  it("counts a package that must be installed anew as broken", () => {
    const [found] = packageStates.parse({ code: 0, stdout: "iiR|docker.io|26.1\nend\n", stderr: "" }) ?? [];
    expect(found).toMatchObject({ installed: false, broken: true });
  });

  it("that does not reach its end is no list", () => {
    expect(packageStates.parse({ code: 0, stdout: "ii |docker.io|26.1\n", stderr: "" })).toBeUndefined();
  });
});
