/**
 * A value as one line of JSON, which reads back as exactly that value and does nothing to a terminal that shows it:
 * what JSON.stringify leaves bare (DEL, C1, bidi and other formats) is written as \uXXXX.
 */
export function jsonLine(value: object): string {
  return `${JSON.stringify(value).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escapeUnits)}\n`;
}

function escapeUnits(character: string): string {
  let escaped = "";
  for (let index = 0; index < character.length; index += 1) {
    escaped += `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`;
  }
  return escaped;
}
