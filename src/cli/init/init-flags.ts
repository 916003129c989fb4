import type { Command } from "commander";
import { DroverError } from "../../core/errors.ts";
import type { Answers } from "../../wizard/answers.ts";
import { readPasted } from "../../wizard/hosts/pasted.ts";
import { isYesOrNo, toAnswer } from "../../wizard/question.ts";
import { questions } from "../../wizard/questions/all.ts";

/** What the command line says. */
export interface InitOptions {
  readonly inventory?: string;
  readonly from?: string;
  readonly yes?: boolean;
  readonly trustHostKeys?: boolean;
  readonly hosts?: string;
  readonly user?: string;
  readonly key?: string;
  readonly [flag: string]: string | boolean | undefined;
}

/** A flag for every question. */
export function withAnswerFlags(command: Command): Command {
  command
    .option("--hosts <list>", "the machines: addresses, names, ranges, a network, separated by commas")
    .option("--user <name>", "who logs in on them")
    .option("--key <file>", "the private key to log in with");
  for (const { flag, about } of questions) command.option(`--${flag} <value>`, about);
  return command;
}

function camelCase(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * The answers that the flags give.
 * @throws DroverError `cli/usage` if --hosts names something that is no machine, or yes and no are neither
 */
export function answersOfFlags(options: InitOptions): Answers {
  const { hosts, user, key } = options;
  const simple = questions.flatMap(({ id, flag }) => {
    const value = options[camelCase(flag)];
    if (typeof value !== "string") return [];
    if (!isYesOrNo(id) || value === "yes" || value === "no") return [toAnswer(id, value)];
    throw new DroverError("cli/usage", `--${flag} ${value}: must be yes or no`, { remedy: "Correct this flag." });
  });
  return {
    ...(hosts === undefined ? {} : { hosts: machines(hosts) }),
    ...(user === undefined ? {} : { user }),
    ...(key === undefined ? {} : { key }),
    ...Object.assign({}, ...simple),
  };
}

function machines(text: string) {
  const { hosts, refused } = readPasted(text);
  if (refused.length === 0 && hosts.length > 0) return [...hosts];
  throw new DroverError("cli/usage", "--hosts does not name machines", {
    remedy: "For example: --hosts 10.0.0.11-13,gpu-[01-04].lan",
    details: refused.map(({ text: quoted, why }) => `${quoted} ${why}`),
  });
}
