import { suggestName } from "../../diagnostics/suggest.ts";
import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { Path } from "../path.ts";
import { describePath } from "../path.ts";
import type { SolverFields } from "../solver-fields.ts";
import { besideProviders, fieldsOf, secretsInSolver, solverFields } from "../solver-fields.ts";

const kinds = ["dns01", "http01"] as const;
type Kind = (typeof kinds)[number];

/**
 * The settings of cert-manager's solvers, which isthmus passes on: one provider,
 * whose fields are cert-manager's, and no secret itself. What newer releases of
 * cert-manager may know is passed on too; a name that is nearly a known one is none.
 */
export function checkIssuerSolvers(draft: MeshDraft): readonly Finding[] {
  return itemsOf(draft.spec?.issuers).flatMap(([index, { acme }]) =>
    kinds.flatMap((kind) => {
      const value = acme?.[kind];
      const path = ["spec", "issuers", index, "acme", kind];
      return typeof value !== "object"
        ? []
        : [
            ...checkSelector(Object.keys(value), path),
            ...checkProviders(kind, Object.keys(value), path),
            ...checkSecrets(kind, value, path),
            ...checkFields(kind, value, path),
          ];
    }),
  );
}

/** Beside `dns01` and `http01` in an Issuer of cert-manager: which names the solver is for. */
const selector = "selector";

function checkSelector(keys: readonly string[], path: Path): readonly Finding[] {
  return keys.includes(selector)
    ? [
        {
          code: "ISM102",
          path: [...path, selector],
          at: "key",
          detail: `A selector chooses between several solvers, and an issuer of the mesh file has one, for all names of the routes that use it.`,
          fix: "Delete it. What another solver has to prove is ordered from an issuer of its own.",
        },
      ]
    : [];
}

function checkProviders(kind: Kind, keys: readonly string[], path: Path): readonly Finding[] {
  const known = Object.keys(solverFields[kind]);
  const named = keys.filter((key) => key !== selector && (kind === "http01" || !besideProviders.includes(key)));
  const [first, second] = named;
  if (first === undefined) {
    // Without settings http01 is completed for Istio's gateways.
    return kind === "http01"
      ? []
      : [
          {
            code: "ISM119",
            path,
            detail: `${describePath(path)} names no DNS provider, and cert-manager refuses such an issuer.`,
            fix: `Write the provider's name over its settings: ${known.join(", ")}, as in dns01: { webhook: { groupName: acme.example.org, solverName: my-dns } }.`,
          },
        ];
  }
  return second === undefined
    ? []
    : [
        {
          code: "ISM119",
          path: [...path, second],
          at: "key",
          detail: `${describePath(path)} has ${named.join(" and ")}, and cert-manager takes one.`,
          fix: `Keep one: ${named.join(" or ")}.`,
        },
      ];
}

function checkSecrets(kind: Kind, value: object, path: Path): readonly Finding[] {
  const inline = secretsInSolver(kind, value).filter(({ asMapping }) => asMapping !== true);
  return inline.map(({ path: at, instead }) => ({
    code: "ISM694",
    path: [...path, ...at],
    detail: `A secret stands in ${describePath([...path, ...at])}. isthmus passes the settings of a solver on to a ClusterIssuer, which everybody may read who may read cert-manager's objects, and a mesh file is kept where others see it.`,
    fix: `Put it into a Secret of cert-manager's namespace in each cluster, and name that here: ${instead ?? "the solver's field for a reference, mostly of the form …SecretRef"}${instead === undefined ? "" : ": { name: my-secret, key: token }"}. Replace a secret that others may have seen.`,
  }));
}

function checkFields(kind: Kind, value: object, path: Path): readonly Finding[] {
  return Object.entries(value).flatMap(([provider, settings]: readonly [string, unknown]) => {
    const known = fieldsOf(kind, provider);
    const at = [...path, provider];
    const beside = kind === "dns01" ? besideProviders : [];
    if (beside.includes(provider) || provider === selector) {
      return [];
    }
    const near = known === undefined ? misspelt(provider, [...Object.keys(solverFields[kind]), ...beside], path) : [];
    if (near.length > 0) {
      return near;
    }
    return typeof settings !== "object" || settings === null || Array.isArray(settings)
      ? [
          {
            code: "ISM103" as const,
            path: at,
            detail: `${describePath(at)} has to be a mapping of cert-manager's settings for ${provider}.`,
            fix:
              known === undefined
                ? "Write the provider's name over a mapping of its settings."
                : `Write a mapping with ${Object.keys(known).join(", ")}.`,
          },
        ]
      : checkSettings(settings, known ?? {}, at);
  });
}

function checkSettings(settings: object, known: SolverFields, path: Path): readonly Finding[] {
  const secrets = Object.entries(settings).filter(([field]) => `${field}SecretRef` in known);
  return [
    ...Object.entries(settings).flatMap(([field, inner]: readonly [string, unknown]): readonly Finding[] => {
      const type = known[field]?.replace("!", "");
      if (type === undefined) {
        // A secret in place of its reference is told already.
        return secrets.some(([name]) => name === field) ? [] : misspelt(field, Object.keys(known), path);
      }
      return describeType(type, inner, [...path, field]);
    }),
    ...Object.entries(known)
      .filter(
        ([field, type]) =>
          type.endsWith("!") && !(field in settings) && !secrets.some(([name]) => `${name}SecretRef` === field),
      )
      .map(([field, type]) => ({
        code: "ISM105" as const,
        path: [...path, field],
        detail: `${describePath(path)} has no ${field}, and cert-manager refuses the issuer without it.`,
        fix: type === "secretRef!" ? `Add ${field}: { name: my-secret, key: token }.` : `Add ${field} (text).`,
      })),
  ];
}

function describeType(type: string, value: unknown, path: Path): readonly Finding[] {
  if (type === "text" && typeof value !== "string") {
    return [
      {
        code: "ISM103",
        path,
        detail: `${describePath(path)} has to be text for cert-manager.`,
        fix: typeof value === "number" || typeof value === "boolean" ? "Put the value in quotes." : "Write text.",
      },
    ];
  }
  const isReference = typeof value === "object" && value !== null && "name" in value && typeof value.name === "string";
  if (type === "secretRef" && isReference) {
    return Object.keys(value)
      .filter((key) => ["namespace", "optional", "secretName", "secretKey"].includes(key))
      .map((key) => ({
        code: "ISM102",
        path: [...path, key],
        at: "key",
        detail: `A reference of cert-manager has name and key only: the Secret is in cert-manager's own namespace.`,
        fix: "Delete it.",
      }));
  }
  return type !== "secretRef" || isReference
    ? []
    : [
        {
          code: "ISM103",
          path,
          detail: `${describePath(path)} has to name a Secret of cert-manager's namespace and the key in it; the secret itself never stands in the mesh file.`,
          fix: "Write { name: my-secret, key: token } with the names of yours.",
        },
      ];
}

function misspelt(key: string, known: readonly string[], path: Path): readonly Finding[] {
  const near = suggestName(key, known);
  return near === undefined
    ? []
    : [
        {
          code: "ISM102",
          path: [...path, key],
          at: "key",
          detail: `cert-manager knows no ${key} in ${describePath(path)}, and its API server refuses the issuer.`,
          fix: `Did you mean ${near}?`,
        },
      ];
}
