import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf, warningOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { describeId, idOf } from "../../core/model/kube-object.ts";
import type { Cluster, Mesh } from "../../core/model/mesh.ts";
import { clusterNamed } from "../../core/model/mesh.ts";
import type { PlannedObject } from "../../core/plan/plan.ts";
import type { Authority, Materials, RemoteCredential } from "../../core/render/materials.ts";
import type { RootFiles } from "../../pki/root-store.ts";
import type { RunOptions } from "../options.ts";
import type { CertificateOrders } from "../front-door/certificate-orders.ts";
import type { SharedReads } from "./shared-reads.ts";
import { issueToken } from "../trust/rancher-tokens.ts";
import type { RancherState } from "../clusters/rancher-link.ts";
import { issueAuthority } from "../trust/plan-trust.ts";

export interface FillInputs {
  readonly mesh: Mesh;
  readonly cluster: Cluster;
  readonly rootFiles: RootFiles;
  /** The form of the `cacerts` that the cluster has. */
  readonly cacertsForm: Authority["form"];
  readonly rancher: RancherState;
  /** What is read of the other clusters. */
  readonly sharedReads: SharedReads;
  /** The orders of certificates, one for all clusters. */
  readonly orders: CertificateOrders;
  /** Told what does not stop the apply and should be known. */
  readonly onWarning: (diagnostic: Diagnostic) => void;
  /** Told what is waited for. */
  readonly onProgress: (note: string) => void;
  readonly options: Pick<RunOptions, "now" | "signal">;
}

/**
 * The object as it is sent: with what only an apply makes, an intermediate, a
 * credential for another cluster, a certificate that is ordered, or the addresses under which a route is published.
 */
export async function fillKnownAfterApply(
  { object, knownAfterApply }: Pick<PlannedObject, "object" | "knownAfterApply">,
  inputs: FillInputs,
): Promise<KubeObject> {
  switch (knownAfterApply?.needs) {
    case undefined:
      return object;
    case "cacerts":
      return knownAfterApply.fillIn(await makeAuthority(inputs));
    case "credential":
      return knownAfterApply.fillIn(await findCredential(knownAfterApply.remote, inputs));
    case "certificate":
      return knownAfterApply.fillIn(await inputs.orders.issued(knownAfterApply.secretName, inputs));
    case "ingress-addresses":
      return knownAfterApply.fillIn(await findAddresses(knownAfterApply.known, object, inputs));
  }
}

async function makeAuthority({ mesh, cluster, cacertsForm, rootFiles, options }: FillInputs): Promise<Authority> {
  return issueAuthority(mesh, cluster, rootFiles, { form: cacertsForm, now: new Date(options.now()) });
}

/**
 * The addresses of all ingress gateways that have one. A cluster that takes no
 * part or has failed keeps those that the plan knew of; one that has none is named (ISM530).
 */
async function findAddresses(
  known: Materials["ingressAddresses"],
  object: KubeObject,
  { mesh, cluster, sharedReads, onWarning }: FillInputs,
): Promise<Materials["ingressAddresses"]> {
  const addresses = { ...known, ...(await sharedReads.ingressAddresses()) };
  const without = mesh.clusters.map(({ name }) => name).filter((name) => (addresses[name] ?? []).length === 0);
  if (without.length === mesh.clusters.length) {
    throw new UserError([nothingToPublish(cluster.name, object)], exitCodes.failed);
  }
  if (without.length > 0) {
    onWarning(publishedWithout(cluster.name, object, without));
  }
  return addresses;
}

function publishedWithout(cluster: string, object: KubeObject, without: readonly string[]): Diagnostic {
  const names = without.join(", ");
  return {
    ...warningOf("ISM530"),
    detail: `${describeId(idOf(object))} of ${cluster} publishes the names of its routes without the ingress of ${names}, of which no address is known. DNS leads nobody there.`,
    fix: `Run isthmus apply again when the ingress gateway of ${names} has an address.`,
    cluster,
    object: idOf(object),
  };
}

function nothingToPublish(cluster: string, object: KubeObject): Diagnostic {
  return {
    ...errorOf("ISM531"),
    detail: `${describeId(idOf(object))} of ${cluster} is to publish the names of its routes, and the Service istio-system/istio-ingressgateway of no cluster has an address of a load balancer. DNS would lead nowhere. The Gateway was not written.`,
    fix: "Give the Services of the ingress gateways addresses (type LoadBalancer, and something that fills in status.loadBalancer), or take dns: { via: externalDns } from the routes.",
    cluster,
    object: idOf(object),
  };
}

async function findCredential(remote: string, inputs: FillInputs): Promise<RemoteCredential> {
  const { mesh, cluster, rancher, sharedReads, options } = inputs;
  if (mesh.access.credentials === "serviceAccount") {
    return sharedReads.credentialOf(remote);
  }
  if (rancher.kind !== "linked") {
    throw new Error("Rancher is unavailable, and only Rancher makes its tokens");
  }
  const purpose = { mesh, reader: cluster, remote: clusterNamed(mesh, remote) };
  const { credential, warning } = await issueToken(purpose, rancher.link, options.signal);
  if (warning !== undefined) {
    inputs.onWarning({ ...warning, cluster: cluster.name });
  }
  return credential;
}
