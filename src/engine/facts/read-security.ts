import type { MeshConfigFacts } from "../../core/checks/control-plane-facts.ts";
import type {
  AuthorizationFields,
  AuthorizationPolicyFacts,
  AuthorizationRule,
  PeerAuthenticationFacts,
} from "../../core/checks/policy-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { KubeClient } from "../../kube/client.ts";
import { listWithin } from "./list-known.ts";
import { readMeshConfig } from "./read-mesh-config.ts";

interface WireWorkloads {
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
}

interface WirePeerAuthentication extends WireWorkloads {
  readonly mtls?: { readonly mode?: string };
  readonly portLevelMtls?: Readonly<Record<string, { readonly mode?: string }>>;
}

interface WireAuthorization extends WireWorkloads {
  readonly action?: string;
  readonly provider?: { readonly name?: string };
  readonly targetRef?: unknown;
  readonly targetRefs?: readonly unknown[];
  readonly rules?: readonly {
    readonly from?: readonly { readonly source?: AuthorizationFields }[];
    readonly to?: readonly { readonly operation?: AuthorizationFields }[];
    readonly when?: readonly WireCondition[];
  }[];
}

interface WireCondition {
  readonly key: string;
  readonly values?: readonly string[];
  readonly notValues?: readonly string[];
}

/**
 * Conditions that say what a field says as well
 * (https://istio.io/latest/docs/reference/config/security/conditions/). The
 * others compare with headers and claims, whose values may be secrets.
 */
const fieldOfCondition: Readonly<Record<string, string>> = {
  "destination.port": "ports",
  "source.ip": "ipBlocks",
  "remote.ip": "remoteIpBlocks",
  "source.namespace": "namespaces",
  "source.principal": "principals",
  "source.serviceAccount": "serviceAccounts",
  "request.auth.principal": "requestPrincipals",
};

export interface SecurityFacts {
  readonly peerAuthentications: readonly PeerAuthenticationFacts[];
  readonly authorizationPolicies: readonly AuthorizationPolicyFacts[];
}

/** Which mTLS and which requests the pods of the given namespaces take; nothing where Istio is not installed. v1beta1 is served by every release. */
export async function readSecurity(
  client: KubeClient,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<SecurityFacts> {
  const read = async (kind: string): Promise<readonly KubeObject[]> =>
    listWithin(client, { apiVersion: "security.istio.io/v1beta1", kind }, namespaces, signal);
  const [authentications, authorizations] = await Promise.all([
    read("PeerAuthentication"),
    read("AuthorizationPolicy"),
  ]);
  const isCustom = (object: KubeObject): boolean =>
    (object["spec"] as WireAuthorization | undefined)?.action === "CUSTOM";
  const known = authorizations.some(isCustom) ? await readMeshConfig(client, signal) : undefined;
  return {
    peerAuthentications: authentications.map((object) => {
      const spec = (object["spec"] ?? {}) as WirePeerAuthentication;
      return {
        ...placeOf(object),
        created: typeof object.metadata["creationTimestamp"] === "string" ? object.metadata["creationTimestamp"] : "",
        ...selectorOf(spec),
        mode: spec.mtls?.mode ?? "UNSET",
        portModes: Object.fromEntries(
          Object.entries(spec.portLevelMtls ?? {}).map(([port, { mode = "UNSET" }]) => [port, mode]),
        ),
      };
    }),
    authorizationPolicies: authorizations.map((object) => {
      const spec = (object["spec"] ?? {}) as WireAuthorization;
      return {
        ...placeOf(object),
        // It is logged and has no effect (https://istio.io/latest/docs/reference/config/annotations/#IoIstioDryRun).
        action: object.metadata.annotations?.["istio.io/dry-run"] === "true" ? "AUDIT" : (spec.action ?? "ALLOW"),
        ...(isCustom(object) ? providerOf(spec, known) : {}),
        ...selectorOf(spec),
        targeted: spec.targetRef !== undefined || (spec.targetRefs ?? []).length > 0,
        rules: (spec.rules ?? []).map(({ from = [], to = [], when = [] }) => ({
          from: from.map(({ source = {} }) => source),
          to: to.map(({ operation = {} }) => operation),
          ...conditionsOf(when),
        })),
      };
    }),
  };
}

function conditionsOf(conditions: readonly WireCondition[]): Pick<AuthorizationRule, "when" | "conditional"> {
  const when = conditions.flatMap(({ key, values = [], notValues = [] }) => {
    const field = fieldOfCondition[key];
    return field === undefined
      ? []
      : [{ [field]: values, [`not${field.slice(0, 1).toUpperCase()}${field.slice(1)}`]: notValues }];
  });
  return { ...(when.length === 0 ? {} : { when }), conditional: when.length < conditions.length };
}

function providerOf(
  { provider }: WireAuthorization,
  known: Pick<MeshConfigFacts, "authorizers"> | undefined,
): Pick<AuthorizationPolicyFacts, "provider"> {
  const name = provider?.name ?? "";
  return { provider: { name, ...(known === undefined || known.authorizers.includes(name) ? {} : { missing: true }) } };
}

function placeOf(object: KubeObject): { readonly namespace: string; readonly name: string } {
  return { namespace: object.metadata.namespace ?? "", name: object.metadata.name };
}

function selectorOf({ selector }: WireWorkloads): { readonly selector?: Readonly<Record<string, string>> } {
  return selector?.matchLabels === undefined ? {} : { selector: selector.matchLabels };
}
