/** A value of the file as messages quote it: text in quotes with escapes, cut when long, without the password of a URL; lists and mappings by kind only. */
export function showValue(value: unknown): string {
  if (typeof value === "string") {
    const shown = value.replace(/(:\/\/[^/?#\s:@]*:)([^/?#\s@]+)(?=@)/, (_, before: string) => `${before}***`);
    return JSON.stringify(shown.length > 60 ? `${shown.slice(0, 60)}…` : shown);
  }
  if (typeof value === "object" && value !== null) {
    return Array.isArray(value) ? "a list" : "a mapping";
  }
  return String(value);
}
