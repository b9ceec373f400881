/** What a field of a solver holds: text, a secret by the Secret that has it, or something that is not looked at. */
export type SolverField = "text" | "secretRef" | "any";

/** The fields of one kind of solver; those with `!` behind the kind are required. */
export type SolverFields = Readonly<Record<string, SolverField | `${SolverField}!`>>;

/**
 * The settings of cert-manager's solvers:
 * https://github.com/cert-manager/cert-manager/blob/v1.21.2/deploy/crds/cert-manager.io_clusterissuers.yaml.
 * Those of a webhook are its own, in `config`.
 */
export const solverFields: Readonly<Record<"dns01" | "http01", Readonly<Record<string, SolverFields>>>> = {
  dns01: {
    acmeDNS: { host: "text!", accountSecretRef: "secretRef!" },
    akamai: {
      serviceConsumerDomain: "text!",
      accessTokenSecretRef: "secretRef!",
      clientSecretSecretRef: "secretRef!",
      clientTokenSecretRef: "secretRef!",
    },
    azureDNS: {
      subscriptionID: "text!",
      resourceGroupName: "text!",
      hostedZoneName: "text",
      environment: "text",
      zoneType: "text",
      clientID: "text",
      tenantID: "text",
      clientSecretSecretRef: "secretRef",
      managedIdentity: "any",
    },
    cloudDNS: { project: "text!", hostedZoneName: "text", serviceAccountSecretRef: "secretRef" },
    cloudflare: { email: "text", apiKeySecretRef: "secretRef", apiTokenSecretRef: "secretRef" },
    digitalocean: { tokenSecretRef: "secretRef!" },
    rfc2136: {
      nameserver: "text!",
      protocol: "text",
      tsigAlgorithm: "text",
      tsigKeyName: "text",
      tsigSecretSecretRef: "secretRef",
    },
    route53: {
      region: "text",
      hostedZoneID: "text",
      role: "text",
      accessKeyID: "text",
      accessKeyIDSecretRef: "secretRef",
      secretAccessKeySecretRef: "secretRef",
      auth: "any",
    },
    webhook: { groupName: "text!", solverName: "text!", config: "any" },
  },
  http01: {
    ingress: {
      class: "text",
      ingressClassName: "text",
      name: "text",
      serviceType: "text",
      ingressTemplate: "any",
      podTemplate: "any",
    },
    gatewayHTTPRoute: { labels: "any", parentRefs: "any", serviceType: "text", podTemplate: "any" },
  },
};

/** Beside the providers of dns01: how aliases of the challenge's name are taken. */
export const besideProviders: readonly string[] = ["cnameStrategy"];

/** A name of a field that says that a secret is in it; a reference to one ends otherwise. */
const secretKey = /(token|password|passwd|secret|api[-_]?key|private[-_]?key|access[-_]?key|credentials?)$/i;

/** A text in a solver's settings that is a secret, by where it is. */
export interface InlineSecret {
  /** Below `dns01` or `http01`. */
  readonly path: readonly (string | number)[];
  readonly text: string;
  /** The field that refers to a Secret, where there is one for it. */
  readonly instead?: string;
  /** It stands in that field itself, where it may also be the name of a Secret in the wrong form. */
  readonly asReference?: boolean;
}

/**
 * The secrets that are written into a solver's settings: what is in a field that
 * refers to a Secret, or under a name that says it. They would be rendered into a
 * ClusterIssuer, which many may read. `value` is whatever the file has there.
 */
export function secretsInSolver(kind: "dns01" | "http01", value: unknown): readonly InlineSecret[] {
  return membersOf(value).flatMap(([provider, settings]) => {
    const known = solverFields[kind][provider] ?? {};
    return membersOf(settings).flatMap(([field, inner]): readonly InlineSecret[] => {
      const type = known[field]?.replace("!", "");
      const path = [provider, field];
      if (type === "text") {
        return [];
      }
      if (type === "secretRef") {
        return typeof inner === "string"
          ? [{ path, text: inner, instead: field, asReference: true }]
          : membersOf(inner).flatMap(([key, text]) =>
              key !== "name" && key !== "key" && typeof text === "string"
                ? [{ path: [...path, key], text, instead: field }]
                : [],
            );
      }
      const instead = `${field}SecretRef` in known ? `${field}SecretRef` : undefined;
      return textsUnder(inner, path)
        .filter(({ path: at }) => instead !== undefined || at.some((key) => secretKey.test(String(key))))
        .map((one) => ({ ...one, ...(instead === undefined ? {} : { instead }) }));
    });
  });
}

function textsUnder(value: unknown, path: readonly (string | number)[]): readonly InlineSecret[] {
  if (typeof value === "string" || typeof value === "number") {
    return [{ path, text: String(value) }];
  }
  // Below a reference to a Secret are names.
  return /ref$/i.test(String(path.at(-1)))
    ? []
    : membersOf(value).flatMap(([key, inner]) => textsUnder(inner, [...path, key]));
}

function membersOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}
