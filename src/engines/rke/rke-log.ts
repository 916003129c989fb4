/** One line of RKE's log, as logrus prints it where no terminal is. */
export interface RkeLogLine {
  readonly level: string;
  readonly message: string;
}

const logLine = /^time="[^"]*" level=(\w+) msg=("(?:[^"\\]|\\.)*"|\S+)$/;

/** Reads a line of RKE's log; undefined for anything else. Go's quoting is undone as far as it occurs: \" \\ \n \t. */
export function readRkeLog(line: string): RkeLogLine | undefined {
  const match = logLine.exec(line.trimEnd());
  const [level, message] = [match?.[1], match?.[2]];
  if (level === undefined || message === undefined) return undefined;
  return { level, message: message.startsWith('"') ? unquote(message.slice(1, -1)) : message };
}

function unquote(text: string): string {
  return text.replace(/\\(.)/g, (_, letter: string) => ({ n: "\n", t: "\t" })[letter] ?? letter);
}
