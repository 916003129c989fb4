import * as z from "zod";

const name63 = "[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";

/** Kubernetes' syntax of the names of labels and taints: an optional DNS prefix, and at most 63 characters. */
export const labelName = new RegExp(`^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?${name63}$`);

/** And of their values: at most 63 characters, or nothing. */
export const labelValue = new RegExp(`^(?:${name63})?$`);

/** Labels of a Kubernetes node. */
export const labels = z.record(
  z
    .string()
    .regex(
      labelName,
      "is not a label's name: letters, digits, `-`, `_` and `.`, at most 63, perhaps after `some.domain/`",
    ),
  z
    .string()
    .regex(
      labelValue,
      "is not a label's value: letters, digits, `-`, `_` and `.`, at most 63, a letter or digit at either end",
    ),
);
