import type { IncomingHttpHeaders } from "node:http";

/** An answer's header by its name in lower case; the first where there are several. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** How long a server asks to wait: Retry-After in seconds or as a date (RFC 9110, 10.2.3). `now` is in milliseconds since the epoch. */
export function pauseAskedFor(headers: IncomingHttpHeaders, now: number): { readonly afterMs?: number } {
  const retryAfter = headerOf(headers, "retry-after");
  if (retryAfter === undefined) {
    return {};
  }
  const seconds = Number(retryAfter);
  const afterMs = Number.isNaN(seconds) ? Date.parse(retryAfter) - now : seconds * 1000;
  return Number.isNaN(afterMs) ? {} : { afterMs: Math.max(0, afterMs) };
}
