import { errorOf } from "../../../core/diagnostics/coded.ts";
import { setTimeout as pause } from "node:timers/promises";
import type { EndpointFinding } from "../../../core/checks/endpoint-table.ts";
import { ejectedReason } from "../../../core/checks/endpoint-table.ts";
import { exitCodes } from "../../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../../core/diagnostics/user-error.ts";
import type { Mesh } from "../../../core/model/mesh.ts";
import { frontRoutesOf } from "../../../core/routing/hosts.ts";
import { shareReads } from "../../../kube/share-reads.ts";
import type { Connected } from "../../clusters/connect-clusters.ts";
import { compareIngressEndpoints, listIngressPods, readActualEndpoints } from "../../facts/ingress-endpoints.ts";
import type { BarePod } from "../../facts/sidecars.ts";
import { podsWithoutSidecar } from "../../facts/sidecars.ts";
import type { WaitUntilSyncedOptions } from "./until-synced.ts";
import { kubectlLine } from "../../../core/kubectl-line.ts";

const pollMs = 200;

/**
 * Returns when the ingress gateways of a cluster have exactly the endpoints
 * that all clusters together offer: synced is not proof, endpoints are
 * (facts/pains 2). Versions without a ready pod anywhere are not waited for.
 * While `mayBeForeign` it is enough that none is missing. A UserError
 * (ISM307) after `timeoutMs` names what is missing or foreign.
 */
export async function waitUntilServed(
  mesh: Mesh,
  one: Connected,
  all: readonly Connected[],
  options: WaitUntilSyncedOptions & { readonly mayBeForeign: () => boolean },
): Promise<void> {
  const routed = mesh.services.filter((service) => frontRoutesOf(service).length > 0);
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    // One look: services share pods, gateways and the tables of their proxies, which each would read for itself.
    const look = { cluster: one.cluster, client: shareReads(one.client, { pages: true }) };
    const offers = all.map(({ cluster, client }) => ({ cluster, client: shareReads(client) }));
    const pods = await listIngressPods(look, options.signal);
    const findings = await Promise.all(
      routed.map(async (service) => {
        const actual = await readActualEndpoints(offers, service, options.signal);
        return compareIngressEndpoints({ mesh, one: look, service, actual }, pods, options.signal);
      }),
    );
    const wrong = findings
      .flat()
      .filter((finding) => unknownTo(finding).length > 0 || (finding.foreign.length > 0 && !options.mayBeForeign()));
    if (wrong.length === 0) {
      return;
    }
    options.onPending(`waiting for endpoints: ${wrong.map(describe).join("; ")}`);
    if (Date.now() > deadline) {
      const bare = await findBarePods(mesh, all, wrong, options.signal);
      throw new UserError([notServed(one, wrong, bare, options.timeoutMs)], exitCodes.failed);
    }
    await pause(pollMs, undefined, { signal: options.signal });
  }
}

/** An endpoint that outlier detection has ejected was handed out; that it comes back is the application's matter. */
function unknownTo(finding: EndpointFinding): readonly string[] {
  const ejected = finding.idle.filter(({ reason }) => reason === ejectedReason).map(({ address }) => address);
  return finding.missing.filter((address) => !ejected.includes(address));
}

function describe(finding: EndpointFinding): string {
  const unknown = unknownTo(finding);
  const missing = unknown.length === 0 ? [] : [`${finding.version} lacks ${unknown.join(", ")}`];
  const foreign = finding.foreign.length === 0 ? [] : [`${finding.version} still has ${finding.foreign.join(", ")}`];
  return [...missing, ...foreign].join(", ");
}

/** Pods without a sidecar that no other network can reach: istiod gives nobody their address there. */
interface BarePodsOf {
  readonly one: Connected;
  readonly namespace: string;
  readonly pods: readonly BarePod[];
}

async function findBarePods(
  mesh: Mesh,
  all: readonly Connected[],
  wrong: readonly EndpointFinding[],
  signal: AbortSignal,
): Promise<readonly BarePodsOf[]> {
  const missing = new Set(wrong.filter((finding) => finding.missing.length > 0).map(({ version }) => version));
  const places = mesh.services
    .filter((service) => frontRoutesOf(service).length > 0)
    .flatMap((service) =>
      service.versions
        .filter((version) => missing.has(version.name))
        .flatMap((version) =>
          all
            .filter(({ cluster }) => version.clusters.includes(cluster.name))
            .map((one) => ({ service, version, one })),
        ),
    );
  const found = await Promise.all(
    places.map(async ({ service, version, one }) => {
      const pods = await podsWithoutSidecar(one.client, service, version, signal).catch((): readonly BarePod[] => {
        signal.throwIfAborted();
        return [];
      });
      return { one, namespace: service.namespace, pods };
    }),
  );
  return found.filter(({ pods }) => pods.length > 0);
}

function describeBare({ one, namespace, pods }: BarePodsOf): string {
  return `${pods.map((pod) => `${namespace}/${pod.name}`).join(", ")} of ${one.cluster.name} ${pods.length === 1 ? "has" : "have"} no sidecar, so that other networks do not get ${pods.length === 1 ? "its" : "their"} endpoint`;
}

function wayToSidecar({ one, namespace, pods }: BarePodsOf): string {
  const restart = `${kubectlLine(one.context.context)} -n ${namespace} rollout restart deployment`;
  return pods.some(({ refuses }) => refuses)
    ? `    take sidecar.istio.io/inject: "false" out of the pods' template in ${namespace} of ${one.cluster.name}`
    : `    ${restart}`;
}

function notServed(one: Connected, wrong: readonly EndpointFinding[], bare: readonly BarePodsOf[], timeoutMs: number) {
  return {
    ...errorOf("ISM307"),
    detail: `After ${timeoutMs / 1000} s, the ingress of ${one.cluster.name}: ${wrong.map(describe).join("; ")}.${wrong.some((finding) => unknownTo(finding).length > 0) ? " Requests to these versions would fail there." : ""}${bare.map((pods) => ` ${describeBare(pods)}.`).join("")}`,
    fix:
      bare.length > 0
        ? `Have injection give them one, then apply again; isthmus check says why they have none:\n${[...new Set(bare.map(wayToSidecar))].join("\n")}`
        : wrong.every((finding) => unknownTo(finding).length === 0)
          ? `istiod hands out endpoints of something that is gone. Restart it, then apply again: ${kubectlLine(one.context.context)} -n istio-system rollout restart deploy -l app=istiod`
          : "Run isthmus check, which names the cause, then apply again. isthmus verify shows the whole table of endpoints.",
    cluster: one.cluster.name,
  } as const;
}
