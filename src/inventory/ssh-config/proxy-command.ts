/** What stands for the tokens of a ProxyCommand (ssh.c, expand_proxy_command). */
export interface ProxyTokens {
  /** Where the machine is. */
  readonly h: string;
  /** The name of its host key. */
  readonly k: string;
  /** The name as it was given. */
  readonly n: string;
  readonly p: string;
  /** Who logs in. */
  readonly r: string;
}

/** Nothing that a shell would take for more than a word, and no option. */
const harmless = /^[A-Za-z0-9_.:[][A-Za-z0-9_.:%@[\]+=-]*$/;

/** The command with its tokens filled in, or what keeps it from being run, as a continuation of "its ProxyCommand". */
export type Filled = { readonly text: string } | { readonly problem: string };

/** Fills in a ProxyCommand. The command is the operator's own shell text; what is filled in must be plain words. */
export function fillProxyCommand(command: string, tokens: ProxyTokens): Filled {
  const values: Readonly<Record<string, string>> = { ...tokens, "%": "%" };
  const problems: string[] = [];
  const text = command.replaceAll(/%(.?)/g, (whole, token: string) => {
    const value = Object.hasOwn(values, token) ? values[token] : undefined;
    if (value === undefined) problems.push(`has ${whole}, and OpenSSH knows %%, %h, %k, %n, %p and %r there`);
    else if (token !== "%" && !harmless.test(value)) {
      problems.push(`would put ${JSON.stringify(value)} for ${whole} into a shell's line`);
    }
    return value ?? whole;
  });
  return problems[0] === undefined ? { text } : { problem: problems[0] };
}

/**
 * The jump host of `ssh -W %h:%p JUMP` and `ssh JUMP -W %h:%p`, which is how ProxyJump was written before there was one;
 * undefined for any other command. As a jump host it is logged in to once for all hosts, and rke can take it too.
 */
export function jumpOf(command: string): string | undefined {
  const [program, ...words] = command.trim().split(/\s+/);
  const at = words.indexOf("-W");
  const target = words[at + 1]?.replaceAll('"', "");
  if (program !== "ssh" || at < 0 || (target !== "%h:%p" && target !== "[%h]:%p")) return undefined;
  const rest = words.toSpliced(at, 2).filter((word) => word !== "-q");
  const [jump] = rest;
  return rest.length === 1 && jump !== undefined && /^[A-Za-z0-9_][A-Za-z0-9_.@-]*$/.test(jump) ? jump : undefined;
}
