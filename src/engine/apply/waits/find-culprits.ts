import type { KubeObject } from "../../../core/model/kube-object.ts";
import { describeId, idOf } from "../../../core/model/kube-object.ts";
import { lastWriterOf } from "../../../core/plan/last-change.ts";
import type { IstioSettings } from "../../../core/model/mesh.ts";
import { networkingOf } from "../../../core/releases/istio-releases.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { findIstioctl } from "../../../providers/istioctl/find-istioctl.ts";
import { validateObjects } from "../../../providers/istioctl/validate-objects.ts";
import type { ProgramLookup, RunOptions } from "../../options.ts";
import type { Suspicion } from "./refused-by-proxy.ts";
import type { ProxyCluster } from "./proxy-cluster.ts";

/** What istiod makes routes, listeners and clusters of; the API version of those that are no part of `networking`. */
const kinds: readonly (readonly [kind: string, apiVersion?: string])[] = [
  ["VirtualService"],
  ["Gateway"],
  ["DestinationRule"],
  ["ServiceEntry"],
  ["Sidecar"],
  ["EnvoyFilter", "networking.istio.io/v1alpha3"],
];

/**
 * Looks for the object in a cluster because of which a proxy refuses its
 * configuration: one that Istio's own validation does not accept, where an
 * istioctl of the mesh's version is found, else the one that was changed last.
 * Never rejects but with the signal's reason.
 */
export function createCulpritFinder(
  istio: Pick<IstioSettings, "install" | "version">,
  options: Pick<ProgramLookup, "env" | "istioctlCandidates"> & Pick<RunOptions, "signal">,
): (cluster: ProxyCluster) => Promise<Suspicion> {
  return async ({ client }) => {
    const live = await listLive(client, networkingOf(istio), options.signal);
    const invalid = await findInvalid(live, istio.version, options);
    if (invalid.length > 0) {
      return {
        cause: `Istio's own validation refuses ${invalid.map(({ object, words }) => `${describeId(idOf(object))} (${words})`).join("; ")}`,
        objects: invalid.map(({ object }) => idOf(object)),
      };
    }
    const [last] = live.toSorted((a, b) => timeOf(b).localeCompare(timeOf(a)));
    if (last === undefined) {
      return { cause: "", objects: [] };
    }
    const writer = lastWriterOf(last);
    const by = writer === undefined ? "" : `, by ${writer.manager ?? ""} at ${writer.time ?? ""}`;
    return { cause: `What was changed last there is ${describeId(idOf(last))}${by}`, objects: [idOf(last)] };
  };
}

function timeOf(object: KubeObject): string {
  return lastWriterOf(object)?.time ?? "";
}

async function listLive(client: KubeClient, networking: string, signal: AbortSignal): Promise<readonly KubeObject[]> {
  const lists = await Promise.all(
    kinds.map(async ([kind, apiVersion = networking]) =>
      client.list({ apiVersion, kind }, { signal }).catch((): readonly KubeObject[] => {
        // A kind that is not there or may not be read has no culprit to show.
        signal.throwIfAborted();
        return [];
      }),
    ),
  );
  return lists.flat();
}

async function findInvalid(
  live: readonly KubeObject[],
  version: string,
  { env, istioctlCandidates, signal }: Pick<ProgramLookup, "env" | "istioctlCandidates"> & Pick<RunOptions, "signal">,
): Promise<NonNullable<Awaited<ReturnType<typeof validateObjects>>>> {
  if (live.length === 0) {
    return [];
  }
  try {
    const istioctl = await findIstioctl({ version, env, candidates: istioctlCandidates });
    return (await validateObjects(live, { istioctl, signal })) ?? [];
  } catch {
    signal.throwIfAborted();
    return [];
  }
}
