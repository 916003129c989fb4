import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** Builds and packs Drover, installs the tarball in an empty folder, and runs the `drover` that a customer would run. */
const root = resolve(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "drover-package-"));
const inventory = `version: 1
cluster: { name: nobody }
hosts: [{ name: a, address: 127.0.0.1, port: 1, user: root, roles: [controlplane, etcd, worker] }]
rke: { kubernetesVersion: v1.32.3-rancher1-1 }
addons: { certManager: { version: v1.16.1 } }
`;
const sshCrypto = "ssh2/lib/protocol/crypto/build/Release/sshcrypto.node";
const noteCompiled = `const { dlopen } = process;
process.dlopen = (...args) => { require("node:fs").appendFileSync(process.env.COMPILED, args[1] + "\\n"); return dlopen.apply(process, args); };
`;
const run = (program: string, args: readonly string[], cwd: string): string =>
  execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

/** What was compiled here goes to the installed package, as npm may compile only what is approved. False where it was not. */
function takeAlong(file: string): boolean {
  if (!existsSync(join(root, file))) return false;
  mkdirSync(join(folder, file, ".."), { recursive: true });
  copyFileSync(join(root, file), join(folder, file));
  return true;
}

try {
  run("npm", ["run", "-s", "build"], root);
  run("publint", ["--strict"], root);
  const tarball = run("npm", ["pack", "--silent", "--pack-destination", folder], root).trim();
  run("npm", ["init", "-y"], folder);
  // A registry that hiccups is asked again: what is tried here is the tarball.
  run("npm", ["install", "--no-audit", "--no-fund", "--fetch-retries=5", join(folder, tarball)], folder);
  const drover = join(folder, "node_modules", ".bin", "drover");
  const version = run(drover, ["--version"], folder).trim();
  const manifest: { version: string } = JSON.parse(
    run("node", ["-p", "JSON.stringify(require('./package.json'))"], root),
  );
  if (version !== manifest.version)
    throw new Error(`drover --version says ${version}, package.json ${manifest.version}`);
  const help = run(drover, ["--help"], folder);
  for (const command of ["plan", "up", "status", "reset", "lab"]) {
    if (!help.includes(command)) throw new Error(`drover --help does not name ${command}`);
  }
  // As far as the first packet: the inventory, the templates, and what is loaded late.
  writeFileSync(join(folder, "inventory.yaml"), inventory);
  const isCompiled = takeAlong(join("node_modules", sshCrypto));
  const compiled = join(folder, "compiled");
  writeFileSync(join(folder, "hook.cjs"), noteCompiled);
  const env = { ...process.env, COMPILED: compiled, NODE_OPTIONS: `--require=${join(folder, "hook.cjs")}` };
  const { status, stdout, stderr } = spawnSync(drover, ["plan"], { cwd: folder, encoding: "utf8", env });
  if (status !== 1 || !stderr.includes("ssh/unreachable"))
    throw new Error(`drover plan, of a host that refuses, ended with ${status}: ${stdout}${stderr}`);
  // Where it cannot be found, ssh2 goes without a word, and several times slower.
  if (isCompiled && !readFileSync(compiled, "utf8").includes(sshCrypto))
    throw new Error("drover plan does not load what ssh2 compiled");
  const schema = run("npm", ["ls", "--omit=dev", "--all", "--parseable"], folder).split("\n").length;
  console.log(`drover ${version} installs from its tarball and runs (${schema} packages).`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
