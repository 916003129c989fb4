import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished, TestRunner } from "vitest";

/**
 * A new empty folder, which goes with all that is in it when the test ends, after its `afterEach`. Made outside of a test, at
 * the top of a file or in a `describe`, it goes with that. Not for `beforeAll`: nothing can be asked to be done later there.
 */
export function testFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `drover-${name}-`));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  if (TestRunner.getCurrentTest() === undefined) afterAll(remove);
  else onTestFinished(remove);
  return folder;
}
