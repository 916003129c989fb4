import { describe, expect, it } from "vitest";
import { dataRoot } from "../../src/steps/docker/data-root.ts";
import { group } from "../../src/steps/docker/group.ts";
import { caseHost } from "../cases/steps.ts";
import { absent, file, told } from "./support/docker-told.ts";

describe("where Docker keeps its data", () => {
  const MiB = 1024;
  const seen = {
    stored: { root: "/var/lib/docker", containers: 1, images: 0 },
    begun: undefined,
    room: { needed: 100 * MiB, free: 102 * MiB },
    file: absent,
    unit: [],
    defaults: [],
    isNode: false,
  };
  const decide = (more: object, moveData = true, wanted = "/data/docker") =>
    told(dataRoot({ dataRoot: wanted, moveData }).decide({ ...seen, ...more }, caseHost));
  const stored = (root: string, containers = 1, images = 0) => ({ stored: { root, containers, images } });
  const moved = (needed: string, free: string) =>
    `Docker stands still while its data (${needed}) is copied from /var/lib/docker to /data/docker (${free} free); the old data stays where it is [service]`;
  const asked = "and the inventory wants its data in /data/docker";
  const apart = (from: string, to: string) =>
    `blocked: Docker's data cannot be moved from ${from} to ${to}: one lies in the other`;

  it.each<[string, object, string]>([
    ["is moved where there is a container", {}, moved("100 MiB", "102 MiB")],
    ["is moved where there is an image", stored("/var/lib/docker", 0, 1), moved("100 MiB", "102 MiB")],
    ["is nothing to move where there is neither", stored("/var/lib/docker", 0, 0), "ok"],
    ["is where it is wanted", stored("/data/docker"), "ok"],
    ["is not known where no daemon answers", { stored: undefined }, "ok"],
    [
      "was on its way, and Docker answers nobody",
      { stored: undefined, begun: "/var/lib/docker" },
      moved("100 MiB", "102 MiB"),
    ],
    [
      "was on its way from elsewhere than Docker says",
      { ...stored("/empty", 0, 0), begun: "/var/lib/docker" },
      moved("100 MiB", "102 MiB"),
    ],
    ["was on its way from where it is wanted by now", { begun: "/data/docker" }, "ok"],
    [
      "arrived, and Docker was not started on it",
      { file: file('{"data-root": "/data/docker"}'), begun: "/var/lib/docker" },
      "Docker runs on its data in /data/docker; the old data stays in /var/lib/docker [service]",
    ],
    [
      "needs a fiftieth more than it takes",
      { room: { needed: 100 * MiB, free: 102 * MiB - 1 } },
      "host/disk-full: Docker's data (100 MiB in /var/lib/docker) does not fit into /data/docker (102 MiB free)",
    ],
    ["is too much to count", { room: { needed: undefined, free: 5 } }, moved("an unknown amount", "1 MiB")],
    [
      "goes to a place that nobody could measure",
      { room: { needed: 1024 * MiB, free: undefined } },
      moved("1.0 GiB", "an unknown amount"),
    ],
    [
      "is under a cluster",
      { isNode: true },
      `${moved("100 MiB", "102 MiB").replace("[service]", "[node]")} [one by one]`,
    ],
    [
      "cannot be told to Docker beside a flag",
      { unit: ["--data-root=/x"] },
      "blocked: docker.service starts dockerd with a flag for data-root, so daemon.json cannot say another",
    ],
    [
      "cannot be told in a file that is not JSON",
      { file: file("{") },
      "blocked: /etc/docker/daemon.json is not JSON, and Docker's data cannot be moved before it is",
    ],
    [
      "cannot be told in a file that is no text",
      { file: { kind: "unreadable", why: "it is a folder" } },
      "blocked: /etc/docker/daemon.json cannot be edited: it is a folder",
    ],
    [
      "is of a daemon that maps users",
      stored("/var/lib/docker/100000.100000"),
      "blocked: Docker runs with userns-remap, whose data (/var/lib/docker/100000.100000) Drover does not move",
    ],
  ])("%s", (_, more, expected) => expect(decide(more)).toBe(expected));

  it.each([
    ["/data", "/data/docker"],
    ["/data/docker/old", "/data/docker"],
  ])("is not moved from %s to %s", (from, to) => expect(decide(stored(from), true, to)).toBe(apart(from, to)));

  it("is moved between folders whose names only begin alike", () => {
    expect(decide({ ...stored("/data/docker-old") })).toContain("is copied from /data/docker-old to /data/docker");
    expect(decide({ ...stored("/data") }, true, "/data2")).toContain("is copied from /data to /data2");
  });

  it.each<[object, string]>([
    [stored("/var/lib/docker", 2, 5), `blocked: Docker keeps 2 containers and 5 images in /var/lib/docker, ${asked}`],
    [{ stored: undefined, begun: "/var/lib/docker" }, `blocked: Docker keeps data in /var/lib/docker, ${asked}`],
    [stored("/var/lib/docker", 0, 0), "ok"],
  ])("is not moved unasked: %j", (more, expected) => expect(decide(more, false)).toBe(expected));
});

describe("the login user and Docker", () => {
  const seen = {
    group: "docker:x:998:\n",
    groups: "drover sudo\n",
    daemon: { version: "28.1.1", answers: true },
    access: { answers: true, said: "" },
  };
  const inGroup = { groups: "drover docker" };
  const refused = { access: { answers: false, said: "permission denied" } };
  const later = "after docker/installed";

  it.each<[string, object, string]>([
    ["is put into the group", {}, "drover is in the group docker"],
    ["is in it", inGroup, "ok"],
    ["is in one that is called alike", { groups: "drover docker-users dockerd" }, "drover is in the group docker"],
    [
      "is in it, and yet refused",
      { ...inGroup, ...refused },
      "blocked: drover is in the group docker, but a fresh login of drover cannot use Docker: permission denied",
    ],
    [
      "is refused by a Docker that answers nobody",
      { ...inGroup, ...refused, daemon: { version: "28.1.1", answers: false } },
      "ok",
    ],
    ["is refused where there is no Docker", { ...inGroup, ...refused, daemon: undefined }, "ok"],
    ["has no such group", { group: undefined }, later],
    ["has a group that only begins like it", { group: "dockerroot:x:1:\n" }, later],
    [
      "is nobody that the host knows",
      { groups: undefined },
      "blocked: the host gave no usable answer about its user drover",
    ],
    ["is in no group at all", { groups: " \n" }, "blocked: the host gave no usable answer about its user drover"],
  ])("%s", (_, more, expected) => expect(told(group().decide({ ...seen, ...more }, caseHost))).toBe(expected));
});
