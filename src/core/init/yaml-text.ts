import { parse } from "yaml";

/**
 * A text as a YAML scalar that can stand anywhere, in flow style as well:
 * plain where that reads as the same text, else in double quotes, with escapes
 * for all that is not printable ASCII.
 */
export function yamlText(text: string): string {
  if (/^[A-Za-z0-9~/][\w./@~+-]*(:\/\/[\w./@~+:-]*\w\/?)?$/.test(text) && parse(text) === text && !oldBoolean(text)) {
    return text;
  }
  return JSON.stringify(text).replaceAll(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** YAML 1.1 read these as booleans, and other tools still do. */
function oldBoolean(text: string): boolean {
  return /^(y|n|yes|no|on|off)$/i.test(text);
}

/** Text of others that fits into a remark: one line, nothing that a terminal or editor would not show. */
export function remarkText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, " ").trim();
}
