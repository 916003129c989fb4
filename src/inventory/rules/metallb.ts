import { contains, overlaps, parseRange, type Range } from "../cidr.ts";
import type { Draft } from "../draft.ts";
import type { Mistake } from "../mistake.ts";
import { innerNetworks } from "./inner-networks.ts";
import type { Rule } from "./rule.ts";

interface WrittenRange {
  readonly index: number;
  readonly text: string;
  readonly range: Range;
}

function metallbRanges(draft: Draft): readonly WrittenRange[] {
  return (draft.addons?.metallb?.addresses ?? []).flatMap((text, index) => {
    const range = text === undefined ? undefined : parseRange(text);
    return text === undefined || range === undefined ? [] : [{ index, text, range }];
  });
}

/** An address that two would answer to. */
export const metallbRangesAreFree: Rule = (draft) => {
  const ranges = metallbRanges(draft);
  const inner = innerNetworks(draft);
  return ranges.flatMap(({ index, text, range }): readonly Mistake[] => {
    const path = ["addons", "metallb", "addresses", index];
    const earlier = ranges.find((other) => other.index < index && overlaps(other.range, range));
    const network = inner.find(({ cidr }) => overlaps(cidr, range));
    const host = draft.hosts?.find((one) =>
      [one?.address, one?.internalAddress].some((address) => address !== undefined && contains(range, address)),
    );
    return [
      ...(earlier === undefined ? [] : [{ path, message: `${text} overlaps ${earlier.text}` }]),
      ...(network === undefined
        ? []
        : [{ path, message: `${text} overlaps ${network.name}, which the cluster uses inside` }]),
      ...(host === undefined ? [] : [{ path, message: `${text} holds the address of ${host.name ?? "a host"}` }]),
    ];
  });
};
