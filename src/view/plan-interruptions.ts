import type { Plan } from "../core/plan.ts";
import { printable } from "../core/printable.ts";
import type { Change } from "../core/step.ts";
import type { Paint } from "./paint.ts";
import { groupBySame } from "./plan-groups.ts";
import { wrap } from "./wrap.ts";

/** The worst first. */
const order = ["cluster", "node", "service"] as const;

interface Interruption {
  readonly what: (typeof order)[number];
  readonly step: string;
  readonly summary: string;
  readonly reboots: boolean;
}

/** Everything that interrupts what runs, worst first, with its hosts; nothing where nothing does. Pure. */
export function planInterruptions(
  plan: Plan,
  { paint, width }: { readonly paint: Paint; readonly width: number },
): readonly string[] {
  const all = plan.hostPlans.flatMap(({ host, decided }) =>
    decided.flatMap(({ step, decision }) =>
      decision.kind === "change"
        ? decision.changes.flatMap((change) => interruptionOf(step.id, change, host.name))
        : [],
    ),
  );
  if (all.length === 0) return [];
  const groups = groupBySame(all, (value) => JSON.stringify(value));
  const sorted = groups.toSorted((a, b) => order.indexOf(a.value.what) - order.indexOf(b.value.what));
  const lines = sorted.flatMap(({ hosts, value }) => {
    const text = `${value.what} on ${hosts.map(printable).join(", ")}: ${printable(value.summary)} (${value.step}${value.reboots ? ", reboots" : ""})`;
    return wrap(text, { width, first: "  ! " });
  });
  return [paint.bold("What is interrupted"), ...lines.map(paint.red)];
}

function interruptionOf(
  step: string,
  { summary, disrupts, actions }: Change,
  host: string,
): readonly { readonly host: string; readonly value: Interruption }[] {
  const reboots = actions.some(({ kind }) => kind === "reboot");
  if (disrupts === undefined && !reboots) return [];
  return [{ host, value: { what: disrupts ?? "node", step, summary, reboots } }];
}
