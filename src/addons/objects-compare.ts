import { isMapping, type Mapping } from "../core/mapping.ts";
import { nameOf } from "../kube/kube-object.ts";

/** Whether two objects are of one kind and name. */
export function sameName(one: Mapping, other: Mapping): boolean {
  return one["kind"] === other["kind"] && nameOf(one) === nameOf(other);
}

/** Whether an object is there as it is wanted. What others added to it is not our business. */
export function same(one: Mapping, wanted: Mapping): boolean {
  return sameName(one, wanted) && includes(one, wanted);
}

function includes(there: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted))
    return (
      Array.isArray(there) &&
      there.length === wanted.length &&
      wanted.every((item, index) => includes(there[index], item))
    );
  if (!isMapping(wanted)) return there === wanted;
  return isMapping(there) && Object.entries(wanted).every(([key, value]) => includes(there[key], value));
}

/** Of what is there, the part that is about what is wanted: the rest would only fill the diff. */
export function only(there: Mapping, wanted: Mapping): Mapping {
  return Object.fromEntries(
    Object.entries(wanted).map(([key, value]) => {
      const inner = there[key];
      return [key, isMapping(value) && isMapping(inner) ? only(inner, value) : inner];
    }),
  );
}
