/** A file as it was read. */
export interface SourceFile {
  /** As messages call it. */
  readonly name: string;
  /** The folder at which its relative paths start; absolute. */
  readonly folder: string;
  readonly text: string;
}
