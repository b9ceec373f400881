/** A text without what has the form of a secret, whatever stands around it. */
export function redactPatterns(text: string): string {
  return (
    text
      .replaceAll(
        /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
        "<redacted private key>",
      )
      .replaceAll(/\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g, "<redacted JSON web token>")
      .replaceAll(/\b(bearer)(\s+|%20)(?!<redacted)[\w.~+/=:-]{8,}/gi, "$1$2<redacted>")
      .replaceAll(/\b(authorization["']?\s*[:=]\s*["']?(?:basic|digest)\s+)[\w.~+/=:-]{4,}/gi, "$1<redacted>")
      // Rancher's tokens: a name, a colon, 54 letters and digits (rancher/rancher, pkg/auth/tokens).
      .replaceAll(/\b[a-z0-9][\w.-]*:[a-z0-9]{54}\b/g, "<redacted Rancher token>")
      // A password in an address.
      .replaceAll(/\b([a-z][a-z0-9+.-]*:\/\/[^\s/:@"']+):[^\s/@"']+@/gi, "$1:<redacted>@")
  );
}

/** Names whose values are secret. */
const secretName = String.raw`(?:password|passwd|token|secret|api[-_]?key|private[-_]?key|client-key-data|credentials?)`;

/** A value as JSON, YAML and shells write it; references and nested values are none. */
const value = String.raw`(?:\\"(?:(?!\\").)*\\"|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s"',;}{[|>&*<\\][^\s"',;}\\]{3,})`;

/** `password: value`, `API_KEY=value`. */
const named = new RegExp(String.raw`([\w.-]*${secretName}\\?["']?[ \t]*[:=][ \t]*)(${value})`, "gi");

/** `name: DB_PASSWORD` and `value: …` beside it, as in a container's `env`. */
const variable = new RegExp(
  String.raw`(\bname\\?["']?\s*:\s*\\?["']?[\w.-]*${secretName}\\?["']?\s*,?\s*\\?["']?value\\?["']?\s*:\s*)(${value})`,
  "gi",
);

/** Values that stand beside a secret's name and only say of what kind it is. */
export const kinds: ReadonlySet<string> = new Set(["serviceAccount", "rancherToken", "true", "false", "null"]);

/** True for names such as `DB_PASSWORD` or `token`: its value is redacted. */
export function isSecretName(name: string): boolean {
  return new RegExp(`${secretName}$`, "i").test(name);
}

/** A text without values that stand after a name such as `password:` or `API_KEY=`. */
export function concealNamed(text: string): string {
  const conceal = (whole: string, before: string, found: string): string => {
    const [, quote = ""] = /^(\\?["'])/.exec(found) ?? [];
    const bare = found.slice(quote.length, found.length - quote.length);
    return kinds.has(bare) || bare === "" || bare.startsWith("<redacted")
      ? whole
      : `${before}${quote}<redacted>${quote}`;
  };
  return text.replaceAll(variable, conceal).replaceAll(named, conceal);
}
