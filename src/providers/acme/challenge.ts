/** The proof of one name that a server asks for. */
export interface Authorization {
  /** Without `*.`: a wildcard and its domain are proven at one name. */
  readonly name: string;
  readonly isWildcard: boolean;
  readonly status: string;
  readonly url: string;
  readonly challenges: readonly Challenge[];
}

export interface Challenge {
  readonly type: string;
  readonly url: string;
  readonly status: string;
  /** Empty where the type has none: `dns-persist-01`. */
  readonly token: string;
  /** Why it was not accepted. */
  readonly error?: unknown;
}

/** Reads an authorization (RFC 8555, 7.1.4). What is missing is empty. */
export function readAuthorization(url: string, body: Readonly<Record<string, unknown>>): Authorization {
  const { value } = (body["identifier"] ?? {}) as { readonly value?: unknown };
  const challenges = Array.isArray(body["challenges"]) ? (body["challenges"] as readonly object[]) : [];
  return {
    url,
    name: text(value),
    isWildcard: body["wildcard"] === true,
    status: text(body["status"]),
    challenges: challenges.map((one) => {
      const { type, url: where, status, token, error } = one as Readonly<Record<string, unknown>>;
      return {
        type: text(type),
        url: text(where),
        status: text(status),
        token: text(token),
        ...(error === undefined ? {} : { error }),
      };
    }),
  };
}

/**
 * The challenge that a TXT record answers, by its type: servers offer them in
 * any order, and new types such as dns-persist-01 and dns-account-01 among them.
 */
export function dnsChallengeOf({ challenges }: Authorization): Challenge | undefined {
  return challenges.find(({ type, token }) => type === "dns-01" && token !== "");
}

/** Where the proof of a name is looked for (RFC 8555, 8.4). */
export function proofName(name: string): string {
  return `_acme-challenge.${name}`;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
