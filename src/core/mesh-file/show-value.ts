/** A value of the file as messages quote it: text in quotes with escapes, cut when long; lists and mappings by kind only. */
export function showValue(value: unknown): string {
  if (typeof value === "string") {
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  }
  if (typeof value === "object" && value !== null) {
    return Array.isArray(value) ? "a list" : "a mapping";
  }
  return String(value);
}
