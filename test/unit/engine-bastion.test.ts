import { describe, expect, it } from "vitest";
import type { Endpoint, Host } from "../../src/core/cluster.ts";
import { decide } from "../../src/core/decide.ts";
import { bastionOf, whyNoBastion } from "../../src/engines/rke/bastion.ts";
import { toolsStep } from "../../src/engines/rke/tools-step.ts";
import { cluster, host, setupOf } from "./support/rke-world.ts";

const hop = (name: string, more: Partial<Endpoint> = {}): Endpoint => ({
  name,
  address: name,
  port: 22,
  user: "ops",
  keyPath: "/k",
  hostKey: undefined,
  ...more,
});
const behind = (...jumps: readonly (readonly Endpoint[] | undefined)[]): { readonly hosts: readonly Host[] } => ({
  hosts: jumps.map((jump, index) => host(`node-${"abc"[index]}`, { jump })),
});

describe("rke's one jump host", () => {
  it("is that of all hosts", () => {
    expect(bastionOf(behind([hop("b", { port: 2200 })], [hop("b", { port: 2200 })]))).toEqual({
      address: "b",
      port: "2200",
      user: "ops",
      ssh_key_path: "/k",
      ignore_proxy_env_vars: true,
    });
  });

  it("is none where there is none", () => {
    expect([bastionOf(behind(undefined, [])), whyNoBastion(behind(undefined, []))]).toEqual([undefined, undefined]);
  });

  it.each([
    [
      [[hop("b")], [hop("c")]],
      "node-a and node-b are not reached through the same jump host, and rke knows one for all",
    ],
    [
      [[hop("b")], undefined],
      "node-a and node-b are not reached through the same jump host, and rke knows one for all",
    ],
    [
      [undefined, [hop("b")]],
      "node-a and node-b are not reached through the same jump host, and rke knows one for all",
    ],
    [
      [[hop("b")], [hop("b", { user: "x" })]],
      "node-a and node-b are not reached through the same jump host, and rke knows one for all",
    ],
    [[[hop("b"), hop("c")]], "node-a lies behind 2 jump hosts, and rke knows one"],
    [[[hop("b", { proxyCommand: "nc" })]], "node-a is reached by a ProxyCommand, and rke runs none"],
  ])("cannot be what the inventory says: %#", (jumps, why) => {
    const given = behind(...jumps);
    expect(whyNoBastion(given)).toBe(why);
    expect(bastionOf(given)).toBeUndefined();
  });

  it.each<[string, Partial<Endpoint>, boolean]>([
    ["address", { address: "x" }, true],
    ["port", { port: 2200 }, true],
    ["user", { user: "x" }, true],
    ["key", { keyPath: "/x" }, true],
    ["key, where the agent has it", { keyPath: undefined }, true],
    ["name, which rke does not know", { name: "x" }, false],
    ["host key, which rke does not compare", { hostKey: "ssh-ed25519 AAAA" }, false],
  ])("is another for the second host where it differs in its %s", (_, more, isOther) => {
    const given = behind([hop("b")], [hop("b", more)]);
    expect(whyNoBastion(given) !== undefined).toBe(isOther);
    expect(bastionOf(given) === undefined).toBe(isOther);
  });

  it("is told with the host that it fails for, whichever that is, and a command before all else", () => {
    const [direct, commanded] = [host("node-a"), host("node-b", { proxyCommand: "nc %h %p" })];
    expect(whyNoBastion({ hosts: [direct, commanded] })).toBe("node-b is reached by a ProxyCommand, and rke runs none");
    const two = host("node-a", { jump: [hop("b"), hop("c")] });
    expect(whyNoBastion({ hosts: [two, commanded] })).toContain("node-b is reached by a ProxyCommand");
    expect(whyNoBastion({ hosts: [host("node-a", { jump: [hop("b")] }), two] })).toContain("node-a lies behind 2");
    const third = behind([hop("b")], [hop("b")], [hop("c")]);
    expect(whyNoBastion(third)).toMatch(/^node-a and node-c are not/);
  });

  it("needs no key where the agent has it, and none where no host is", () => {
    expect(bastionOf(behind([hop("b", { keyPath: undefined })]))).toMatchObject({
      ssh_key_path: undefined,
      port: "22",
    });
    expect([bastionOf({ hosts: [] }), whyNoBastion({ hosts: [] })]).toEqual([undefined, undefined]);
  });

  it("that cannot be stops before anything of the cluster is begun, with what to do", () => {
    const setup = setupOf({ ...cluster, ...behind([hop("b"), hop("c")]) });
    const step = toolsStep(setup);
    const answers = {
      rke: { code: 0, stdout: "rke version v1.8.1", stderr: "" },
      kubectl: { code: 0, stdout: '{"clientVersion":{"gitVersion":"v1.32.3"}}', stderr: "" },
      helm: { code: 0, stdout: "v3.17.0", stderr: "" },
      lists: { code: 0, stdout: `${setup.version}\n`, stderr: "" },
      known: { code: 0, stdout: "Linux x86_64\n", stderr: "" },
    };
    const control = host("control");
    const questions = step.probes(control);
    const given = new Map(Object.entries(answers).map(([name, result]) => [questions[name]?.sh.text ?? name, result]));
    expect(decide(step, control, given)).toMatchObject({
      kind: "blocked",
      because: expect.stringContaining("node-a lies behind 2 jump hosts"),
    });
  });
});
