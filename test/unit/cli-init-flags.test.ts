import { describe, expect, it } from "vitest";
import { answersOfFlags } from "../../src/cli/init/init-flags.ts";
import { thrownBy } from "./inventory-support.ts";

describe("yes and no on the command line", () => {
  it.each(["rancher", "certManager", "gpu"])("--%s is one of the two", (flag) => {
    expect(answersOfFlags({ [flag]: "yes" })).toEqual({ [flag]: true });
    expect(answersOfFlags({ [flag]: "no" })).toEqual({ [flag]: false });
    // "true" was taken for no, without a word.
    for (const wrong of ["true", "Yes", "y", "1", "", "no "])
      expect(thrownBy(() => answersOfFlags({ [flag]: wrong }))).toMatchObject({
        code: "cli/usage",
        message: expect.stringMatching(/^--(rancher|cert-manager|gpu) .*: must be yes or no$/),
      });
  });

  it("are only words where a text is wanted", () => {
    expect(answersOfFlags({ name: "yes", metallb: "", key: "~/k", yes: true, inventory: "i" })).toEqual({
      name: "yes",
      metallb: "",
      key: "~/k",
    });
  });
});

describe("--hosts", () => {
  it("names machines in any form, and is refused as a whole where a part is none", () => {
    expect(answersOfFlags({ hosts: "ada@10.0.0.1:2222,gpu-[1-2].lan" }).hosts).toEqual([
      { address: "10.0.0.1", user: "ada", port: 2222 },
      { address: "gpu-1.lan" },
      { address: "gpu-2.lan" },
    ]);
    const error = thrownBy(() => answersOfFlags({ hosts: "10.0.0.1,10.0.0.300,a_b" }));
    expect(error).toMatchObject({ code: "cli/usage", message: "--hosts does not name machines" });
    expect(error.details).toEqual([
      "10.0.0.300 is no IP address: four numbers from 0 to 255",
      "a_b has an underscore, which names in DNS must not have; give its address",
    ]);
    expect(thrownBy(() => answersOfFlags({ hosts: " " })).details).toEqual([]);
  });
});
