/** What an ACME server says of a request that it refuses or a proof that it does not accept (RFC 7807; RFC 8555, 6.7). */
export interface AcmeProblem {
  /** Without its prefix where it is one of ACME's own: `rateLimited`. */
  readonly type: string;
  readonly detail: string;
  /** What is wrong with single names (RFC 8555, 6.7.1). */
  readonly subproblems: readonly { readonly name?: string; readonly type: string; readonly detail: string }[];
}

const prefix = /^urn:(?:ietf:params:acme|acme):error:/;

/** A problem document of a server; undefined for anything else. */
export function readProblem(document: unknown): AcmeProblem | undefined {
  const { type, detail, subproblems } = fieldsOf(document);
  if (typeof type !== "string" && typeof detail !== "string") {
    return undefined;
  }
  const all = Array.isArray(subproblems) ? (subproblems as readonly unknown[]) : [];
  return {
    ...describe(type, detail),
    subproblems: all.map((one) => {
      const { type: kind, detail: words, identifier } = fieldsOf(one);
      const { value } = fieldsOf(identifier);
      return { ...describe(kind, words), ...(typeof value === "string" ? { name: value } : {}) };
    }),
  };
}

function describe(type: unknown, detail: unknown): { readonly type: string; readonly detail: string } {
  return {
    type: typeof type === "string" ? type.replace(prefix, "") : "unknown",
    // Servers put texts of others into it; a message stays on one line.
    detail: typeof detail === "string" ? detail.replaceAll(/\s+/g, " ").trim() : "",
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** What the server said, on one line: `rateLimited: too many certificates; a.example.org: caa: refused`. */
export function describeProblem({ type, detail, subproblems }: AcmeProblem): string {
  const own = [type, detail].filter((one) => one !== "").join(": ");
  const parts = subproblems.map((one) => `${one.name ?? "one name"}: ${one.type}: ${one.detail}`);
  return [own, ...parts].join("; ");
}
