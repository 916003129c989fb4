import { describe, expect, it } from "vitest";
import { askFirstLogin, firstLoginHint, firstLoginText, rememberShown } from "../../src/addons/rancher/first-login.ts";
import { rancherSettings, withAddons } from "./support/addon-world.ts";

const input = withAddons({ rancher: rancherSettings() });
const hostname = "rancher.example.org";
const login = { hostname, password: "s3cret/word+1", resolves: false };

describe("the first login to Rancher", () => {
  it("is remembered in the cluster once it was shown", () => {
    expect(rememberShown(input).text).toContain(`{"data":{"firstLogin":"shown"}}`);
  });

  it("is a link in a terminal, and elsewhere the way to the password without it", () => {
    const text = firstLoginText({ ...login, resolves: true }, input.cluster);
    expect(text).toContain("https://rancher.example.org/dashboard/?setup=s3cret%2Fword%2B1\n");
    const hint = firstLoginHint(login, input.cluster);
    expect(hint).not.toContain("s3cret");
    expect(hint).toContain("kubectl get secret -n cattle-system bootstrap-secret");
  });

  it("comes with what the name must lead to, if it leads nowhere yet", () => {
    for (const text of [firstLoginText(login, input.cluster), firstLoginHint(login, input.cluster)]) {
      expect(text).toContain("Have your DNS lead it to 10.0.0.2, 10.0.0.3");
      expect(text).toContain("drover addons names --write");
    }
    expect(firstLoginText({ ...login, resolves: true }, input.cluster)).not.toContain("addons names");
  });

  it("puts no secret into its question", () => {
    expect(askFirstLogin(input, hostname).text).not.toContain("s3cret");
  });
});
