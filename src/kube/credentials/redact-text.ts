import type { Secret } from "../../core/secret.ts";

/** `text` with every given secret, JSON web token, bearer token, PEM key and named password in it replaced. For words of others that go into a message. */
export function redactText(text: string, secrets: readonly Secret[] = []): string {
  const known = secrets.reduce((left, secret) => {
    const value = secret.expose();
    // Short values (`true`, a region) are no secrets, and would blacken every second word.
    return value.length < 8 ? left : left.replaceAll(value, secret.toString());
  }, text);
  return (
    known
      .replaceAll(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, "<redacted>")
      .replaceAll(/\beyJ[\w-]{8,}\.[\w-]+(\.[\w-]*)?/g, "<redacted>")
      .replaceAll(/\b(bearer|basic)\s+[\w.~+/=:-]{8,}/gi, "$1 <redacted>")
      // After `token: ` people are told why there is none, so that only an assignment counts there.
      .replaceAll(
        /((?:password|passwd)["']?\s*[:=]\s*|(?:token|secret|api[-_]?key)=)(?!<redacted)(?:"[^"\n]*"|'[^'\n]*'|[^\s"',;]{4,})/gi,
        "$1<redacted>",
      )
  );
}
