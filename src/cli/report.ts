/** How a command tells the program what came of it. */
export interface Report {
  /** For a command that ended well; what is thrown has a code of its own. */
  exitCode(code: number): void;
  /** Where the journal of this run lies, to be named if the run fails. */
  journal(path: string): void;
}
