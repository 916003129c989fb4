import { describe, expect, test } from "vitest";
import { mountsBelow } from "../../src/lab/lab-down.ts";

/** As proc(5) has it: what, where, kind, options and two numbers. */
const mounts = (...places: readonly string[]): string =>
  places.map((place) => `tmpfs ${place} tmpfs rw,relatime 0 0\n`).join("");

describe("what is mounted below a lab's home, and would be deleted with it,", () => {
  test.each<[string, readonly string[], string, readonly string[]]>([
    ["is nothing as a rule", ["/", "/proc", "/var/lib"], "/l", []],
    ["is found at any depth", ["/", "/l/hosts/h1/root/proc"], "/l", ["/l/hosts/h1/root/proc"]],
    ["is taken away from the inside out", ["/l/a", "/l/a/b", "/l/a/b/c"], "/l", ["/l/a/b/c", "/l/a/b", "/l/a"]],
    ["is there twice where it is mounted twice", ["/l/a", "/l/a"], "/l", ["/l/a", "/l/a"]],
    ["is not the home itself, which may be a disk of its own", ["/l"], "/l", []],
    ["is not what has a name that only begins like it", ["/lab/a", "/l2", "/x/l/a"], "/l", []],
    ["has the name that people know, with blanks", ["/my\\040lab/a\\040b", "/my"], "/my lab", ["/my lab/a b"]],
    ["is found below a backslash and a tab", ["/l\\134x/a\\011b"], "/l\\x", ["/l\\x/a\tb"]],
  ])("%s", (_, places, home, below) => {
    expect(mountsBelow(mounts(...places), home)).toEqual(below);
  });

  test("is nothing where the kernel says nothing", () => {
    expect(mountsBelow("", "/l")).toEqual([]);
  });
});
