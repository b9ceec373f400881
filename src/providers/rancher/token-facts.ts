import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { Secret } from "../../core/secret.ts";
import { isRecord, textOf } from "../../kube/kubeconfig/read-fields.ts";
import { textsOf } from "./clusters.ts";
import { rancherDiagnostic } from "./rancher-diagnostic.ts";
import { splitDescription } from "./token-labels.ts";

export interface TokenWish {
  /** The one cluster that the token works for. */
  readonly clusterId: string;
  /** Default: as Rancher's settings have it. */
  readonly ttlSeconds?: number;
  readonly description: string;
  /** What `listTokens` finds it by; keys and values of Kubernetes labels. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What is known of a token; never its secret. */
export interface TokenFacts {
  /** The part before the colon: `token-abcde`, or `ext/token-abcde` for those of `ext.cattle.io`. */
  readonly name: string;
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Undefined for a token that does not end. */
  readonly expiresAt?: Date;
  /** Undefined where Rancher does not say it. */
  readonly createdAt?: Date;
  readonly expired: boolean;
  /** The cluster that it is limited to. */
  readonly clusterId?: string;
}

/** A token that was just made; `value` is not to be had again. */
export interface RancherToken extends TokenFacts {
  /** `name:secret`, the bearer token. */
  readonly value: Secret;
  /** Undefined for a token that does not end. */
  readonly ttlSeconds?: number;
  /** True when Rancher's maximum made it shorter than asked. */
  readonly cut: boolean;
}

/** A token from the JSON of `/v3/tokens`; undefined for what is none. */
export function readV3Token(json: unknown): TokenFacts | undefined {
  if (!isRecord(json)) {
    return undefined;
  }
  const name = textOf(json["name"]) ?? textOf(json["id"]);
  const { description, labels } = splitDescription(textOf(json["description"]) ?? "");
  return name === undefined
    ? undefined
    : {
        name,
        description,
        labels: { ...textsOf(json["labels"]), ...labels },
        ...expiryOf(json["expiresAt"], json["created"], json["ttl"]),
        ...creationOf(json["created"]),
        expired: json["expired"] === true,
        ...clusterOf(json["clusterId"]),
      };
}

/** A token from an `ext.cattle.io/v1` Token; undefined for what is none. */
export function readExtToken(json: unknown): TokenFacts | undefined {
  const [metadata, spec, status] = ["metadata", "spec", "status"].map((key) =>
    isRecord(json) && isRecord(json[key]) ? json[key] : {},
  );
  const name = textOf(metadata?.["name"]);
  return name === undefined
    ? undefined
    : {
        name: `ext/${name}`,
        description: textOf(spec?.["description"]) ?? "",
        labels: textsOf(metadata?.["labels"]),
        ...expiryOf(status?.["expiresAt"], metadata?.["creationTimestamp"], spec?.["ttl"]),
        ...creationOf(metadata?.["creationTimestamp"]),
        expired: status?.["expired"] === true,
        ...clusterOf(spec?.["clusterName"]),
      };
}

function clusterOf(value: unknown): { readonly clusterId?: string } {
  const clusterId = textOf(value);
  return clusterId === undefined ? {} : { clusterId };
}

function creationOf(value: unknown): { readonly createdAt?: Date } {
  const made = Date.parse(textOf(value) ?? "");
  return Number.isNaN(made) ? {} : { createdAt: new Date(made) };
}

/** v3 tokens say when they end only once they have been used; created and ttl (milliseconds) say it before. */
function expiryOf(expiresAt: unknown, created: unknown, ttl: unknown): { readonly expiresAt?: Date } {
  const said = Date.parse(textOf(expiresAt) ?? "");
  const made = Date.parse(textOf(created) ?? "");
  const end = Number.isNaN(said) && typeof ttl === "number" && ttl > 0 ? made + ttl : said;
  return Number.isNaN(end) ? {} : { expiresAt: new Date(end) };
}

/** A warning (ISM293) for a token that Rancher made shorter than asked; undefined for any other. */
export function diagnoseCutToken(token: RancherToken, wish: TokenWish, url: string): Diagnostic | undefined {
  if (!token.cut) {
    return undefined;
  }
  return rancherDiagnostic("ISM293", {
    severity: "warning",
    detail: `The token ${token.name} for the cluster ${wish.clusterId} was asked for ${daysOf(wish.ttlSeconds ?? 0)}, and Rancher at ${url} made it for ${daysOf(token.ttlSeconds ?? 0)}${token.expiresAt === undefined ? "" : `: it ends at ${token.expiresAt.toISOString()}`}.`,
    fix: "Renew it before that, or raise Rancher's setting auth-token-max-ttl-minutes.",
  });
}

function daysOf(seconds: number): string {
  const [unit, size] = seconds >= 172_800 ? ["days", 86_400] : seconds >= 7200 ? ["hours", 3600] : ["minutes", 60];
  return `${Math.floor(seconds / size)} ${unit}`;
}
