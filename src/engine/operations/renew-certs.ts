import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { ownCertificates } from "../../core/front-door/own-certificates.ts";
import { meshFileWords } from "../../core/mesh-file-words.ts";
import type { ObjectId } from "../../core/model/kube-object.ts";
import { idOf, keyOf } from "../../core/model/kube-object.ts";
import { quoteCommand } from "../../core/quote-command.ts";
import { renderFrontDoorSecrets } from "../../core/render/front-door-secret.ts";
import type { IssuedCertificate } from "../../core/render/materials.ts";
import { noMaterials } from "../../core/render/materials.ts";
import { istioNamespace } from "../../core/render/names.ts";
import { placeAll } from "../../core/render/place-objects.ts";
import { waveRules } from "../../core/render/waves.ts";
import { guardClient } from "../apply/lease/guard-client.ts";
import type { HeldLeases } from "../apply/lease/hold-leases.ts";
import { holdLeases } from "../apply/lease/hold-leases.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import { closeMesh, openMesh } from "../clusters/open-mesh.ts";
import type { CertificateOrders } from "../front-door/certificate-orders.ts";
import { renewLater } from "../front-door/order-certificate.ts";
import { createCertificateOrders } from "../front-door/certificate-orders.ts";
import type { CertificateDecision, CertificatePlan } from "../front-door/plan-certificates.ts";
import { planCertificates } from "../front-door/plan-certificates.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { EngineOptions } from "../options.ts";
import { inventoryOf } from "../plan/plan-cluster.ts";
import { runTask } from "../progress/run-task.ts";

/** What is to be renewed. */
export interface RenewalRequest {
  /** The only certificate; all of them without it. */
  readonly name: string | undefined;
  /** Also what is not due. */
  readonly force: boolean;
}

/** One certificate, and the clusters that get it. */
interface Renewal {
  readonly decision: CertificateDecision;
  readonly targets: readonly Connected[];
}

/** A renewal before it is begun. Connections are open until `close`. */
export interface PreparedRenewal {
  readonly meshFile: MeshFile;
  readonly certificates: CertificatePlan;
  readonly renewals: readonly Renewal[];
  /** Clusters that do not answer, or get nothing, by why. */
  readonly left: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
  readonly close: () => Promise<void>;
}

/** What became of one certificate in one cluster. */
export interface RenewalOutcome {
  readonly name: string;
  readonly cluster: string;
  /** `kept`: the order failed, and the cluster has the certificate that was to be renewed. */
  readonly state: "written" | "kept" | "failed";
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Decides which certificates are ordered and which are put from one cluster
 * into others. Places no order. Throws a UserError (64, ISM663) for a name that isthmus
 * does not order, and one (69) where no cluster answers.
 */
export async function prepareRenewal(
  meshFile: MeshFile,
  { name, force }: RenewalRequest,
  options: EngineOptions,
): Promise<PreparedRenewal> {
  const own = ownCertificates(meshFile.mesh).map((one) => one.name);
  if (name !== undefined && !own.includes(name)) {
    throw new UserError([unknown(name, own)], exitCodes.usage);
  }
  const open = await openMesh(meshFile, options);
  try {
    const connected = open.connections.filter((one) => one.kind === "connected");
    const away = open.connections.flatMap((one) => (one.kind === "unreachable" ? [one.diagnostic] : []));
    if (connected.length === 0) {
      throw new UserError(away, exitCodes.unreachable);
    }
    const wanted = name === undefined ? own : [name];
    const certificates = await planCertificates(meshFile, connected, {
      ...options,
      askWhenToRenew: true,
      forced: force ? wanted : [],
    });
    const asked = certificates.decisions.filter((one) => wanted.includes(one.wanted.name));
    const waiting = asked.filter(({ verdict }) => verdict.action === "wait").flatMap(({ unread }) => unread);
    const found = asked
      .filter(({ verdict }) => verdict.action === "order" || verdict.action === "place")
      .map((decision) => targetsOf(decision, connected, meshFile));
    return {
      meshFile,
      certificates,
      renewals: found.map(({ renewal }) => renewal),
      left: [...away, ...waiting.map(({ diagnostic }) => diagnostic), ...found.flatMap(({ left }) => left)],
      warnings: [...meshFile.warnings, ...certificates.warnings],
      close: async () => closeMesh(open),
    };
  } catch (error) {
    await closeMesh(open);
    throw error;
  }
}

/** A cluster whose inventory does not list the Secret gets it by an apply, which records it. */
function targetsOf(
  decision: CertificateDecision,
  connected: readonly Connected[],
  meshFile: MeshFile,
): { readonly renewal: Renewal; readonly left: readonly Diagnostic[] } {
  const { clusters, name, secretName } = decision.wanted;
  const id: ObjectId = { group: "", kind: "Secret", namespace: istioNamespace, name: secretName };
  const holders = connected.filter(({ cluster }) => clusters.includes(cluster.name));
  const isOwned = (one: Connected): boolean =>
    inventoryOf(one, meshFile.mesh.name).items.some((item) => keyOf(item.id) === keyOf(id));
  return {
    renewal: { decision, targets: holders.filter(isOwned) },
    left: holders
      .filter((one) => !isOwned(one))
      .map(({ cluster }) => ({
        ...errorOf("ISM663"),
        detail: `No apply has put the certificate ${name} into ${cluster.name} yet, so that it is none of the mesh's objects there.`,
        fix: quoteCommand(["isthmus", "apply", ...meshFileWords(meshFile.name)]),
        cluster: cluster.name,
        object: id,
      })),
  };
}

function unknown(name: string, own: readonly string[]): Diagnostic {
  return {
    ...errorOf("ISM663"),
    detail: `The mesh file has no certificate ${name} that isthmus orders.`,
    fix:
      own.length === 0
        ? "Name an issuer with isthmus for the routes that need one (docs/guides/certificates.md); cert-manager renews its own."
        : `Use one of them: ${own.join(", ")}.`,
  };
}

/**
 * Orders what is to be ordered, once each, and writes it into all clusters
 * together. Holds the mesh's Leases meanwhile; never rejects for one cluster's or
 * one certificate's sake, but with a UserError (75, ISM308) when somebody else works on the mesh.
 */
export async function carryOutRenewal(
  { meshFile, certificates, renewals }: PreparedRenewal,
  options: EngineOptions,
): Promise<readonly RenewalOutcome[]> {
  const clusters = new Map(renewals.flatMap(({ targets }) => targets.map((one) => [one.cluster.name, one] as const)));
  const leaseTargets = [...clusters.values()].map(({ cluster, client }) => ({ cluster: cluster.name, client }));
  const leases = await holdLeases(meshFile.mesh.name, "certs renew", leaseTargets, options);
  const run: RenewalRun = {
    meshFile,
    leases,
    orders: createCertificateOrders(meshFile, certificates, options),
    options,
  };
  try {
    return await Promise.all(
      renewals.flatMap(({ decision, targets }) => targets.map(async (one) => renewIn(one, decision, run))),
    );
  } finally {
    await leases.release();
  }
}

interface RenewalRun {
  readonly meshFile: MeshFile;
  readonly leases: HeldLeases;
  readonly orders: CertificateOrders;
  readonly options: EngineOptions;
}

async function renewIn(
  one: Connected,
  { wanted, verdict, current }: CertificateDecision,
  { meshFile, leases, orders, options }: RenewalRun,
): Promise<RenewalOutcome> {
  const cluster = one.cluster.name;
  const outcome = { name: wanted.name, cluster };
  const warnings: Diagnostic[] = [];
  let isKept = false;
  try {
    const lease = leases.held.get(cluster);
    if (lease === undefined) {
      throw new UserError(leases.failed.get(cluster) ?? [], exitCodes.failed);
    }
    const task = { ...options, signal: AbortSignal.any([options.signal, lease.lost]), lost: lease.lost };
    await runTask({ cluster, task: `certificate ${wanted.name}` }, task, async (note) => {
      const listener = { onProgress: note, onWarning: (warning: Diagnostic) => void warnings.push(warning) };
      const placed = verdict.action === "place" ? current : undefined;
      const issued = placed ?? (await orders.issued(wanted.secretName, listener));
      const guarded = { ...one, client: guardClient(one.client, lease) };
      await writeSecret(guarded, wanted.secretName, issued, { meshFile, ...task });
      isKept = placed === undefined && issued === current;
      if (isKept) {
        throw new UserError([notRenewed(wanted.name, cluster, meshFile)], exitCodes.failed);
      }
    });
    return { ...outcome, state: "written", diagnostics: warnings };
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof UserError)) {
      throw error;
    }
    // Why the order failed is told with the warnings, once for all clusters.
    return isKept
      ? { ...outcome, state: "kept", diagnostics: warnings }
      : { ...outcome, state: "failed", diagnostics: [...error.diagnostics, ...warnings] };
  }
}

function notRenewed(name: string, cluster: string, meshFile: MeshFile): Diagnostic {
  return {
    ...errorOf("ISM658"),
    detail: `The order of certificate ${name} failed. ${cluster} has the one that was to be renewed.`,
    fix: renewLater(name, meshFile),
    cluster,
  };
}

async function writeSecret(
  { cluster, client }: Connected,
  secretName: string,
  issued: IssuedCertificate,
  { meshFile: { mesh }, onEvent, signal }: Pick<EngineOptions, "onEvent" | "signal"> & { readonly meshFile: MeshFile },
): Promise<void> {
  const wave = "front-doors";
  const rendered = renderFrontDoorSecrets(mesh, cluster, { certificates: { [secretName]: issued } });
  const placings = rendered
    .filter(({ object }) => object.metadata.name === secretName)
    .map(({ object }) => [wave, object] as const);
  for (const { object } of placeAll(mesh, placings, noMaterials)) {
    await client.apply(object, { signal });
    const { phase } = waveRules[wave];
    onEvent({ kind: "object.applied", cluster: cluster.name, phase, wave, action: "update", id: idOf(object) });
  }
}
