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

/** What a reference to a Secret says, whatever the field is called: names. */
const referenceKeys: readonly string[] = [
  "name",
  "key",
  "keyName",
  "field",
  "secretName",
  "secretKey",
  "secretNamespace",
  "namespace",
  "optional",
];

/** A text in a solver's settings that is a secret, by where it is. */
export interface InlineSecret {
  /** Below `dns01` or `http01`. */
  readonly path: readonly (string | number)[];
  readonly text: string;
  /** The field that refers to a Secret, where there is one for it. */
  readonly instead?: string;
  /** It stands in the place of a mapping, where it may also be the name of a Secret in the wrong form. */
  readonly asMapping?: boolean;
}

/** The fields that a solver's provider is known to have. */
export function fieldsOf(kind: "dns01" | "http01", provider: string): SolverFields | undefined {
  return Object.hasOwn(solverFields[kind], provider) ? solverFields[kind][provider] : undefined;
}

/**
 * The secrets that are written into a solver's settings: what is in a field that
 * refers to a Secret, or under a name that says it. They would be rendered into a
 * ClusterIssuer, which many may read. `value` is whatever the file has there.
 */
export function secretsInSolver(kind: "dns01" | "http01", value: unknown): readonly InlineSecret[] {
  return membersOf(value).flatMap(([provider, settings]): readonly InlineSecret[] => {
    const known = fieldsOf(kind, String(provider)) ?? {};
    if (typeof settings !== "object") {
      const text = textOf(settings);
      return text !== undefined && secretKey.test(String(provider))
        ? [{ path: [provider], text, asMapping: true }]
        : [];
    }
    return membersOf(settings).flatMap(([field, inner]) => secretsInField([provider, field], inner, known));
  });
}

function secretsInField(
  path: readonly (string | number)[],
  value: unknown,
  known: SolverFields,
): readonly InlineSecret[] {
  const field = String(path.at(-1));
  const type = known[field]?.replace("!", "");
  const text = textOf(value);
  if (type === "text") {
    return [];
  }
  if (type === "secretRef" && text !== undefined) {
    return [{ path, text, instead: field, asMapping: true }];
  }
  const instead = `${field}SecretRef` in known ? `${field}SecretRef` : type === "secretRef" ? field : undefined;
  return textsUnder(value, path, type === "secretRef")
    .filter(({ path: at }) => instead !== undefined || at.some((key) => secretKey.test(String(key))))
    .map((one) => ({ ...one, ...(instead === undefined ? {} : { instead }) }));
}

/** The texts below a value but those that name a Secret; `isReference` where all of them should. */
function textsUnder(value: unknown, path: readonly (string | number)[], isReference: boolean): readonly InlineSecret[] {
  const text = textOf(value);
  if (text !== undefined) {
    return [{ path, text }];
  }
  // Below a reference to a Secret, and below a secret's name, these say where it is.
  const refers = isReference || path.some((key) => secretKey.test(String(key)) || /ref$/i.test(String(key)));
  return membersOf(value).flatMap(([key, inner]) =>
    refers && referenceKeys.includes(String(key)) ? [] : textsUnder(inner, [...path, key], isReference),
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

function membersOf(value: unknown): readonly (readonly [string | number, unknown])[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return Array.isArray(value) ? value.map((item, index) => [index, item] as const) : Object.entries(value);
}
