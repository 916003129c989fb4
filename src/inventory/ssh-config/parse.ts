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

/** A part of a word that stands for other text than itself: an escaped character, text in quotes of either kind. */
const special = /\\(["'\\ ])|"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'/g;

/**
 * Words as OpenSSH divides them (misc.c, argv_split): blanks between, quotes around any part, a backslash before a quote,
 * before itself and, outside of quotes, before a blank; `#` begins a comment between words.
 */
function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  for (const [word] of text.matchAll(new RegExp(`(?:${special.source}|[^\\s"'])+`, "g"))) {
    if (word.startsWith("#")) break;
    words.push(
      word.replaceAll(
        special,
        (_, escaped?: string, double?: string, single?: string) =>
          escaped ?? (double ?? single ?? "").replaceAll(/\\(["'\\])/g, "$1"),
      ),
    );
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
