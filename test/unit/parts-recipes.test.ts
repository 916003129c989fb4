import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { cacheFolders } from "../../scripts/parts/cache.ts";
import { catalog, everydayParts } from "../../scripts/parts/catalog.ts";
import { moduleFolder } from "../../scripts/parts/chart-part.ts";
import { goBuildArguments, goBuildName, goFolder } from "../../scripts/parts/go-part.ts";
import { chartRecipes, type GoRecipe, goRecipes } from "../../scripts/parts/go-recipes.ts";
import { imageRecipes } from "../../scripts/parts/image-recipes.ts";
import { olderImages } from "../../scripts/parts/older-images.ts";
import { imageName } from "../../scripts/parts/registry-files.ts";

const folder = fileURLToPath(new URL("../../scripts/parts/", import.meta.url));
const recipes: readonly GoRecipe[] = Object.values(goRecipes);

describe.each(recipes.map((recipe) => [recipe.name, recipe] as const))("the Go part %s", (name, recipe) => {
  const goMod = readFileSync(join(goFolder(recipe), "go.mod"), "utf8");
  const goSum = readFileSync(join(goFolder(recipe), "go.sum"), "utf8");

  it("has a neutral module path and requires the version that its recipe names", () => {
    expect(goMod.split("\n")[0]).toBe(`module drover.local/parts/${name}`);
    expect(goMod).toMatch(new RegExp(`^require \\S+ ${recipe.version}$`, "m"));
  });

  it("pins the sources of its programs by checksum", () => {
    const [, main = ""] = /^require (\S+) /m.exec(goMod) ?? [];
    expect(recipe.commands.every((command) => `${command.package}/`.startsWith(`${main}/`))).toBe(true);
    expect(goSum).toContain(`${main} ${recipe.version} h1:`);
  });

  it("takes no module from a folder of somebody's machine", () => {
    expect(goMod).not.toMatch(/=>\s+[./]/);
  });

  it("asks for no newer Go than the oldest one that is allowed", () => {
    expect(Number(/^go 1\.(\d+)/m.exec(goMod)?.[1])).toBeLessThanOrEqual(26);
  });
});

it("every folder of modules belongs to a recipe", () => {
  const folders = readdirSync(join(folder, "modules")).filter((name) => name !== "README.md");
  expect(folders.sort()).toEqual(recipes.map((recipe) => recipe.name).sort());
});

describe.each(chartRecipes.map((recipe) => [recipe.what, recipe.name, recipe] as const))(
  "the %s of %s",
  (what, name, recipe) => {
    it("comes with the module of its program, in the version that is pinned there", () => {
      const goMod = readFileSync(join(goFolder(recipe.of), "go.mod"), "utf8");
      expect(goMod).toContain(`${recipe.module} ${recipe.version}\n`);
      expect(recipe.version).toBe(recipe.of.version);
    });

    it("lies where go keeps its module, which has no capitals in a path", () => {
      const place = { cache: cacheFolders("/cache"), log: "", say: () => undefined };
      const spelled = recipe.module.replace("NVIDIA", "!n!v!i!d!i!a");
      expect(moduleFolder(place, recipe)).toBe(`/cache/build/mod/${spelled}@${recipe.version}`);
      expect(spelled).toBe(spelled.toLowerCase());
    });

    it("is made without compiling anything, and does not go with another's recipe", () => {
      const part = catalog.find(({ id }) => id === `${what}-${name}`);
      expect(part?.needs).toEqual([]);
      expect(JSON.stringify(part?.recipe)).toContain(recipe.folder);
    });
  },
);

describe("the command line of go build", () => {
  it("is reproducible, stripped and stamped", () => {
    expect(goBuildArguments(goRecipes.rke, "/out")).toEqual([
      "build",
      "-trimpath",
      "-gcflags=all=-dwarf=false",
      "-ldflags",
      "-s -w -X main.VERSION=v1.8.1",
      "-o",
      "/out/",
      "github.com/rancher/rke",
    ]);
  });

  it("links programs with C in them statically, with their tags", () => {
    const args = goBuildArguments(goRecipes.flannel, "/out").join(" ");
    expect(args).toContain("-linkmode external -extldflags -static");
    expect(args).toContain("-tags netgo,osusergo");
  });

  it("links those that load libraries while they run dynamically", () => {
    expect(goBuildArguments(goRecipes.devicePlugin, "/out").join(" ")).not.toContain("-static");
  });

  it("tells helm the Kubernetes of its own client, as its publisher does", () => {
    const goMod = readFileSync(join(folder, "modules", "helm", "go.mod"), "utf8");
    const minor = /k8s\.io\/client-go v0\.(\d+)\./.exec(goMod)?.[1];
    const args = goBuildArguments(goRecipes.helm, "/out").join(" ");
    for (const where of ["chartutil", "lint/rules"]) {
      expect(args).toContain(`-X helm.sh/helm/v3/pkg/${where}.k8sVersionMinor=${minor}`);
    }
  });

  it("knows the name that go gives a program", () => {
    expect(goBuildName("github.com/rancher/rke")).toBe("rke");
    expect(goBuildName("helm.sh/helm/v3/cmd/helm")).toBe("helm");
    expect(goBuildName("example.org/tool/v3")).toBe("tool");
  });
});

describe("the catalog", () => {
  const ids = catalog.map((part) => part.id);

  it("has each part once, and what a part needs before it", () => {
    expect(new Set(ids).size).toBe(ids.length);
    for (const [index, part] of catalog.entries()) {
      for (const need of part.needs) expect(ids.slice(0, index), `${part.id} needs ${need}`).toContain(need);
    }
  });

  it("is to be made within 55 minutes on two idle cores", () => {
    expect(catalog.reduce((sum, part) => sum + part.seconds, 0)).toBeLessThanOrEqual(55 * 60);
  });

  it("is without what only the full tests install to be made within 22 minutes, and is enough by itself", () => {
    expect(everydayParts.reduce((sum, part) => sum + part.seconds, 0)).toBeLessThanOrEqual(22 * 60);
    const made = new Set(everydayParts.map((part) => part.id));
    expect(everydayParts.flatMap(({ needs }) => needs).filter((id) => !made.has(id))).toEqual([]);
  });

  it("leaves to the full tests what their cluster alone installs, and nothing that another cluster needs", () => {
    const later = catalog.filter((part) => !everydayParts.includes(part)).map(({ id }) => id);
    expect(later).toEqual(expect.arrayContaining(["kubernetes-1.31", "image-hyperkube-1.31", "image-metallb-speaker"]));
    expect(later).toEqual(expect.arrayContaining(["traefik", "image-traefik", "versitygw", "image-object-store"]));
    const left = later.filter((id) => !id.endsWith("-1.31"));
    expect(left.filter((id) => /rke|kube(?!-vip|ray)|helm|cert-manager|image-(etcd|flannel|coredns)/.test(id))).toEqual(
      [],
    );
    // The hash of a part must not depend on which of the two lists it is made from.
    expect(catalog.slice(0, everydayParts.length)).toEqual(everydayParts);
  });

  it("makes what rke up needs before what only releases need", () => {
    expect(ids.indexOf("image-hyperkube")).toBeLessThan(ids.indexOf("cert-manager"));
  });
});

it("the images of the version before have its Kubernetes, tags of their own, and all else of their successors", () => {
  for (const recipe of olderImages) {
    const newer = imageRecipes.find(({ name }) => `${name}-1.31` === recipe.name);
    expect(imageName(recipe.reference).repository).toBe(imageName(newer?.reference ?? "").repository);
    expect(imageName(recipe.reference).tag).not.toBe(imageName(newer?.reference ?? "").tag);
    if (newer?.name !== "hyperkube")
      expect(recipe).toEqual({ ...newer, name: recipe.name, reference: recipe.reference });
  }
  const hyperkube = olderImages.find(({ name }) => name === "hyperkube-1.31");
  const programs = Object.values(hyperkube?.programs ?? {}).flat();
  expect(programs.filter((file) => file.startsWith("parts/kubernetes/"))).toEqual([]);
  expect(programs.filter((file) => file.startsWith("parts/kubernetes-1.31/"))).toHaveLength(5);
});

describe.each([...imageRecipes, ...olderImages].map((recipe) => [recipe.name, recipe] as const))(
  "the image %s",
  (name, recipe) => {
    it("names programs that its needs make", () => {
      const made = recipes.filter((part) => recipe.needs.includes(part.name)).flatMap((part) => part.commands);
      const debian = /^(parts\/(etcd|cni|pause)\/|bin\/kubectl$)/;
      const wanted = Object.values(recipe.programs).flat();
      const unknown = wanted.filter((file) => !debian.test(file) && !made.some((command) => command.file === file));
      expect(unknown).toEqual([]);
    });

    it("has a tag, as RKE takes no image without one", () => {
      expect(imageName(recipe.reference).tag).not.toBe("");
    });

    it("starts a program that is in it", () => {
      const [program] = recipe.config.Entrypoint ?? recipe.config.Cmd ?? [];
      if (program === undefined || program === "/bin/bash") return;
      const programs = Object.entries(recipe.programs).flatMap(([to, files]) =>
        files.map((file) => join("/", to, file.split("/").at(-1) ?? "")),
      );
      const plain = join(folder, "images", name, program);
      expect(programs.includes(program) || (existsSync(plain) && (statSync(plain).mode & 0o111) !== 0)).toBe(true);
    });
  },
);

it("a reference without a tag is refused", () => {
  expect(() => imageName("rancher/rke-tools")).toThrow(RangeError);
  expect(() => imageName("registry:5000/rancher/rke-tools:v1")).toThrow(RangeError);
});
