/** What is run: gives the exit code. */
interface Program {
  readonly runProgram: () => Promise<number>;
}

/**
 * Loads the program, runs it and ends the process. `ended` is called when all is done but standard output, which may be slow.
 * Imports nothing: an older Node.js could not even read what it is to be told about.
 */
export async function start(load: () => Promise<Program>, ended: (code: number) => void = () => {}): Promise<void> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 24 || (major === 24 && minor < 5)) {
    process.stderr.write(`drover needs Node.js 24.5 or newer, and ${process.execPath} is ${process.versions.node}.\n`);
    process.exitCode = 3;
    return;
  }
  const { runProgram } = await load();
  const code = await runProgram();
  ended(code);
  // Standard output may be a pipe that is still being read: leave only when it is empty.
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
}
