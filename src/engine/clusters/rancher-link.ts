import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { RancherSettings } from "../../core/model/mesh.ts";
import type { ResolvedContext } from "../../kube/kubeconfig/resolve-context.ts";
import type { RancherClient } from "../../providers/rancher/client.ts";
import { createRancherClient } from "../../providers/rancher/client.ts";
import type { RancherCluster } from "../../providers/rancher/clusters.ts";
import { diagnoseRancherError, exitCodeOfRancherError } from "../../providers/rancher/diagnose-rancher.ts";
import { RancherError } from "../../providers/rancher/rancher-error.ts";
import type { RancherAccess } from "../../providers/rancher/read-access.ts";
import { readRancherAccess } from "../../providers/rancher/read-access.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, RunOptions } from "../options.ts";
import { isOnLocalNetwork, sandboxExtension } from "./sandbox-network.ts";

/** A Rancher that answered. Whoever made it closes its client. */
export interface RancherLink {
  readonly settings: RancherSettings;
  readonly access: RancherAccess;
  readonly client: RancherClient;
  /** The clusters that the token's user sees. */
  readonly clusters: readonly RancherCluster[];
}

export type RancherState =
  | { readonly kind: "none" }
  | { readonly kind: "linked"; readonly link: RancherLink }
  | { readonly kind: "unavailable"; readonly diagnostic: Diagnostic };

/**
 * Connects to the Rancher of the mesh file, if there is one. A Rancher that
 * does not answer, or refuses the token, is a state and no error: it takes
 * away the clusters behind it and no others. Throws a UserError for a token or
 * a CA file that cannot be read.
 */
export async function linkRancher(
  meshFile: MeshFile,
  options: Pick<AccessOptions, "env"> & Pick<RunOptions, "now" | "signal">,
): Promise<RancherState> {
  const settings = meshFile.mesh.rancher;
  if (settings === undefined) {
    return { kind: "none" };
  }
  const access = await readRancherAccess(settings, { folder: meshFile.folder, env: options.env });
  const missing = findMissingRancherSandbox(access);
  if (missing !== undefined) {
    return { kind: "unavailable", diagnostic: missing };
  }
  const client = createRancherClient(access, { now: options.now });
  try {
    const clusters = await client.listClusters(options.signal);
    return { kind: "linked", link: { settings, access, client, clusters } };
  } catch (error) {
    await client.close();
    options.signal.throwIfAborted();
    if (!(error instanceof RancherError)) {
      throw error;
    }
    return { kind: "unavailable", diagnostic: diagnoseRancherError(error) };
  }
}

/** A RancherError as the UserError that it means to whoever runs a command; anything else as it is. */
export function explainRancherError(error: unknown): unknown {
  return error instanceof RancherError
    ? new UserError([diagnoseRancherError(error)], exitCodeOfRancherError(error), { cause: error })
    : error;
}

/** Ends the connections to Rancher. */
export async function closeRancher(state: RancherState): Promise<void> {
  if (state.kind === "linked") {
    await state.link.client.close();
  }
}

/**
 * The way to a cluster through Rancher. A sandbox's Rancher says with an
 * annotation what its clusters need of Istio, as a sandbox's kubeconfig does.
 */
export function contextThrough(link: RancherLink, clusterId: string): ResolvedContext {
  const context = link.client.contextOf(clusterId);
  const mark = link.clusters.find((one) => one.id === clusterId)?.annotations[sandboxExtension];
  return mark === undefined
    ? context
    : { ...context, extensions: { ...context.extensions, [sandboxExtension]: JSON.parse(mark) as unknown } };
}

/** As `findMissingSandbox`, for the Rancher of a sandbox: its authority says whose it is. */
function findMissingRancherSandbox(access: RancherAccess): Diagnostic | undefined {
  const subject = access.caData === undefined ? "" : new X509Certificate(Buffer.from(access.caData, "base64")).subject;
  const instance = /^CN=(.+) Rancher CA$/m.exec(subject)?.[1];
  if (
    !/^O=isthmus sandbox$/m.test(subject) ||
    instance === undefined ||
    isOnLocalNetwork(new URL(access.url).hostname)
  ) {
    return undefined;
  }
  return {
    ...errorOf("ISM280"),
    detail: `Rancher at ${access.url} is that of the sandbox ${instance} on this machine, and no network of this machine has that address: the sandbox does not run, or it was brought up at other addresses because another sandbox had these. Nothing was sent.`,
    fix: `Bring it up, or see at which address its Rancher double is, and write that one as spec.rancher.url:\n    isthmus sandbox up --rancher --instance ${instance}`,
  };
}
