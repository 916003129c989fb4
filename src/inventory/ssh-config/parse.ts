/** One line of an ssh_config file that says something. */
export interface Directive {
  /** In lower case: ssh_config knows no case in keywords. */
  readonly keyword: string;
  readonly words: readonly string[];
  /** All after the keyword as it stands there: what ProxyCommand hands to a shell, quotes and `#` included. */
  readonly rest: string;
  /** From 1. */
  readonly line: number;
}

/** Words as ssh_config(5) divides them: blanks between, double quotes around, `#` begins a comment between words. */
function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  for (const match of text.matchAll(/"((?:[^"\\]|\\.)*)"|(#.*)|([^\s"]+)/g)) {
    const [, quoted, comment, plain] = match;
    if (comment !== undefined) break;
    words.push(plain ?? (quoted ?? "").replaceAll(/\\(["\\])/g, "$1"));
  }
  return words;
}

/**
 * The lines of an ssh_config file: `Keyword words` or `Keyword=words`. Lines without a value are passed over.
 * Ours and not a library's: what npm has evaluates `Match exec` and host name canonicalisation by starting programs, knows
 * no Include and no line numbers.
 */
export function parseSshConfig(text: string): readonly Directive[] {
  return text.split(/\r?\n/).flatMap((line, index): Directive[] => {
    const [, keyword, rest] = /^\s*([A-Za-z]\w*)(?:\s*=\s*|\s+)(.*)$/.exec(line) ?? [];
    if (keyword === undefined || rest === undefined) return [];
    const words = wordsOf(rest);
    return words.length === 0 ? [] : [{ keyword: keyword.toLowerCase(), words, rest: rest.trimEnd(), line: index + 1 }];
  });
}
