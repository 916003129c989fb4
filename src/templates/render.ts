import { DroverError } from "../core/errors.ts";

const placeholder = /\{\{([^{}]*)\}\}/g;

/**
 * Fills `{{name}}` with values. Strict both ways: a name without a value and a value without a name are errors, so that
 * neither a half-filled file nor a forgotten setting reaches a host. No conditions, no loops: logic lives in code.
 * @throws DroverError `template/mismatch`
 */
export function render(text: string, values: Readonly<Record<string, string | number>>): string {
  const used = new Set<string>();
  const rendered = text.replace(placeholder, (_, inside: string) => {
    const name = inside.trim();
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw mismatch(`the template wants "${name}", which has no value`);
    used.add(name);
    return String(value);
  });
  const unused = Object.keys(values).filter((name) => !used.has(name));
  if (unused.length > 0)
    throw mismatch(`the template has no place for ${unused.map((name) => `"${name}"`).join(", ")}`);
  return rendered;
}

function mismatch(message: string): DroverError {
  return new DroverError("template/mismatch", message, {
    remedy: "If you changed a template, compare it with the one that Drover brings. Otherwise report this defect.",
  });
}
