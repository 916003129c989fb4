import type { Together } from "./files-together.ts";
import { Sh, sh } from "./shell.ts";

/** Stands for all swap units. systemd finds a pattern among the units that it has loaded alone. */
export const allSwap = "*.swap";

const ofSwap = sh`/etc/systemd/system/*.swap /run/systemd/generator/*.swap`;
const ofService = sh`"/etc/systemd/system/$u" /run/systemd/*/"$u" "/usr/local/lib/systemd/system/$u" "/usr/lib/systemd/system/$u" "/lib/systemd/system/$u"`;

// Where systemd finds units, generators' and attached ones with them (systemd.unit(5)). To name one that is in none of them costs
// systemd a search of its own. Swap units' files that it has not loaded are named besides the pattern. Nothing is asked of what
// does not run the host: in a chroot systemctl succeeds, and says nothing.
const body = sh`if [ -d /run/systemd/system ]; then
  for u do
    shift
    if [ "$u" = ${allSwap} ]; then
      set -- "$@" "$u"
      for f in ${ofSwap}; do
        if [ -e "$f" ] || [ -L "$f" ]; then set -- "$@" ${Sh.trusted(`"\${f##*/}"`)}; fi
      done
      continue
    fi
    for f in ${ofService}; do
      if [ -e "$f" ] || [ -L "$f" ]; then set -- "$@" "$u"; break; fi
    done
  done
  [ $# -eq 0 ] || systemctl show -p Id,LoadState,ActiveState,UnitFileState,FragmentPath,SourcePath,ExecStart,LimitNOFILE -- "$@"
else false; fi`;

/**
 * Asks systemd for units, services by their names or `allSwap`: blocks of `Key=value`, an empty line between two; nothing of a
 * service that has no file. Another code than 0 where systemd does not answer.
 */
export function unitQuestion(names: readonly string[]): Sh {
  return sh`set -- ${names}
${body}`;
}

/** The names, where a question is one of these. */
function namesIn({ text }: Sh): readonly string[] | undefined {
  const [first = "", ...rest] = text.split("\n");
  if (!first.startsWith("set -- ") || rest.join("\n") !== body.text) return undefined;
  return first.slice("set -- ".length).replaceAll("'", "").split(" ");
}

/**
 * Has all units asked for at once: each start of systemctl costs a host 6 ms, each unit 1.5. Whoever asked for some is answered
 * with all of them.
 */
export function unitsTogether(questions: readonly Sh[]): Together {
  const wanted = questions.map(namesIn);
  const names = [...new Set(wanted.flatMap((own) => own ?? []))];
  if (names.length === 0) return { asked: questions, read: (results) => results };
  const others = questions.filter((_, index) => wanted[index] === undefined);
  return {
    asked: [unitQuestion(names), ...others],
    read: ([units, ...results]) => {
      const other = results.values();
      return wanted.map((own) => (own === undefined ? other.next().value : units));
    },
  };
}
