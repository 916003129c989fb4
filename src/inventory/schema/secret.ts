import { text } from "./formats.ts";

const isReference = (value: string) => /^(env:[A-Za-z_][A-Za-z0-9_]*|file:[^\r\n]+|cmd:[^\r\n]+)$/.test(value);

/** Where a secret is. Never quotes the value: it may be the secret itself. */
export const secretReference = text((value) =>
  isReference(value) ? undefined : "must say where the password is, not what it is: env:NAME, file:PATH or cmd:COMMAND",
);

/** Where a secret is, or `ask` for whoever runs Drover. Never quotes the value either. */
export const askedSecret = text((value) =>
  value === "ask" || isReference(value)
    ? undefined
    : "must say where the secret is, not what it is: ask, env:NAME, file:PATH or cmd:COMMAND",
);
