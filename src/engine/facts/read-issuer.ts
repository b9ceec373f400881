import type { IssuerFacts } from "../../core/checks/issuance-facts.ts";
import { pickSolver, type Solver } from "../../core/decide/pick-solver.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isAbsence, isForbidden } from "../../kube/errors.ts";
import { conditionOf, fieldsAt, listAt, textAt, wordsOf } from "../../kube/readiness/object-fields.ts";
import { readClusterResourceNamespace } from "./cluster-resources.ts";

const group = "cert-manager.io";

/** The issuer that a Certificate names, with how its solvers prove the Certificate's names; neither is known of issuers of other groups. */
export async function readIssuer(
  client: KubeClient,
  certificate: KubeObject,
  signal: AbortSignal,
): Promise<IssuerFacts> {
  const named = fieldsAt(fieldsAt(certificate, "spec"), "issuerRef");
  // https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.IssuerReference
  const kind = textAt(named, "kind") ?? "Issuer";
  const name = textAt(named, "name") ?? "";
  if ((textAt(named, "group") ?? group) !== group) {
    return { kind, name, state: "other" };
  }
  const place = kind === "Issuer" ? { namespace: certificate.metadata.namespace ?? "" } : {};
  try {
    const issuer = await client.get({ apiVersion: `${group}/v1`, kind, name, ...place }, { signal });
    if (issuer === undefined) {
      return { kind, name, state: "missing" };
    }
    const account = await accountOf(client, issuer, signal);
    return { kind, name, ...stateOf(issuer, certificate), ...(account === undefined ? {} : { account }) };
  } catch (error) {
    if (isForbidden(error)) {
      return { kind, name, state: "unread" };
    }
    if (isAbsence(error)) {
      return { kind, name, state: "missing" };
    }
    throw error;
  }
}

async function accountOf(client: KubeClient, issuer: KubeObject, signal: AbortSignal): Promise<string | undefined> {
  const account = textAt(fieldsAt(fieldsAt(fieldsAt(issuer, "spec"), "acme"), "privateKeySecretRef"), "name");
  return account === undefined
    ? undefined
    : `${issuer.metadata.namespace ?? (await readClusterResourceNamespace(client, signal))}/${account}`;
}

function stateOf(issuer: KubeObject, certificate: KubeObject): Omit<IssuerFacts, "kind" | "name"> {
  const condition = conditionOf(issuer, "Ready");
  const spec = fieldsAt(issuer, "spec");
  return {
    ...(condition?.status === "True"
      ? { state: "ready" }
      : { state: "unready", says: condition === undefined ? "cert-manager has not looked at it" : wordsOf(condition) }),
    ...("acme" in spec ? proofsOf(listAt(fieldsAt(spec, "acme"), "solvers"), certificate) : {}),
  };
}

/** Which names are proven by pages, and which not at all. */
function proofsOf(solvers: readonly Solver[], certificate: KubeObject): Pick<IssuerFacts, "byPages" | "unproven"> {
  const spec = fieldsAt(certificate, "spec") as {
    readonly commonName?: string;
    readonly dnsNames?: readonly string[];
  };
  const names = [...new Set([...(spec.dnsNames ?? []), ...(spec.commonName === undefined ? [] : [spec.commonName])])];
  const proven = names.map((name) => ({ name, by: pickSolver(solvers, name, certificate.metadata.labels ?? {}) }));
  const byPages = proven.flatMap(({ name, by }) => (by === "http01" ? [name] : []));
  const unproven = proven.flatMap(({ name, by }) => (by === undefined ? [name] : []));
  return { ...(byPages.length === 0 ? {} : { byPages }), ...(unproven.length === 0 ? {} : { unproven }) };
}
