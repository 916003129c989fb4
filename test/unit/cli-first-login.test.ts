import { PassThrough } from "node:stream";
import { beforeEach, describe, expect, it } from "vitest";
import { askFirstLogin, rememberShown } from "../../src/addons/rancher/first-login.ts";
import type { Context } from "../../src/cli/context.ts";
import { tellFirstLogin } from "../../src/cli/first-login.ts";
import { rancherSettings, withAddons } from "./support/addon-world.ts";
import { answer, FakeHost, lineError } from "./support/fake-host.ts";

const hostname = "rancher.example.org";
const input = withAddons({ rancher: rancherSettings() });
const [asks, remembers] = [askFirstLogin(input, hostname).text, rememberShown(input).text];

let machine: FakeHost;
beforeEach(() => {
  machine = new FakeHost();
  machine.onExec = (script) => (script === asks ? answer("s3cret/word+1\nresolves\n") : answer(""));
});

async function told(isTTY: boolean, loaded = input): Promise<string> {
  const stdout = Object.assign(new PassThrough(), { isTTY });
  const { connect, connectLocal } = machine.deps;
  await tellFirstLogin({
    loaded: { ...loaded, inventory: "/i.yaml" },
    context: { stdout, env: {} } as unknown as Context,
    connections: { connect, connectLocal },
  });
  return String(stdout.read() ?? "");
}

describe("after a run that installed Rancher, the first login", () => {
  it("is told in a terminal with the password, and that it was shown is remembered", async () => {
    expect(await told(true)).toContain(`https://${hostname}/dashboard/?setup=s3cret%2Fword%2B1\n`);
    expect(machine.scripts).toEqual([asks, remembers]);
    expect(machine.open).toBe(0);
  });

  it("is told elsewhere without the password, which then is still to be shown", async () => {
    const text = await told(false);
    expect(text).toContain(`https://${hostname}/dashboard/.`);
    expect(text).not.toContain("s3cret");
    expect(machine.scripts).toEqual([asks]);
    expect(machine.open).toBe(0);
  });

  it("is not asked for where the inventory has no Rancher", async () => {
    expect(await told(true, withAddons({}))).toBe("");
    expect(machine.opened).toBe(0);
  });

  it.each([
    ["Rancher has made no password yet", answer("", 1)],
    ["it was shown before", answer("")],
  ])("is not told where %s", async (_, said) => {
    machine.onExec = () => said;
    expect(await told(true)).toBe("");
    expect(machine.scripts).toEqual([asks]);
    expect(machine.open).toBe(0);
  });
});

describe("a run that did what was wanted stays a good one", () => {
  const refuse = (): never => {
    throw lineError("ssh/connection-lost");
  };

  it("where the control machine cannot be asked", async () => {
    machine.onConnect = refuse;
    expect(await told(true)).toBe("");
  });

  it("where the cluster does not answer in time", async () => {
    machine.onExec = refuse;
    expect(await told(true)).toBe("");
    expect(machine.open).toBe(0);
  });

  it("where nobody can write down that the password was shown", async () => {
    machine.onExec = (script) => (script === asks ? answer("s3cret\n") : refuse());
    expect(await told(true)).toContain("?setup=s3cret\n");
    expect(machine.open).toBe(0);
  });
});
