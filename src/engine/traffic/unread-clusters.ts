import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { warningOf } from "../../core/diagnostics/coded.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { Service } from "../../core/model/mesh.ts";
import { isRefusal } from "../../kube/errors.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import type { ActualEndpoints } from "../facts/ingress-endpoints.ts";
import { readActualEndpoints } from "../facts/ingress-endpoints.ts";
import { diagnoseFailure } from "../progress/diagnose-failure.ts";

/** A cluster of which a proof could not read what it needs. */
export interface UnreadCluster {
  readonly cluster: string;
  /** `refused`: it answers and says no, so that something is not proven (ISM407). `silent`: it does not answer any more. */
  readonly kind: "refused" | "silent";
  readonly diagnostic: Diagnostic;
}

/** What is not known by a reading that ended with this error; `unknown` says it in words, without a full stop. */
export async function describeUnread(error: unknown, cluster: string, unknown: string): Promise<UnreadCluster> {
  const [diagnostic] = await diagnoseFailure(error, cluster, "verify");
  if (diagnostic === undefined) {
    throw error;
  }
  if (!isRefusal(error instanceof UserError ? error.cause : error)) {
    return { cluster, kind: "silent", diagnostic };
  }
  const { detail, fix } = diagnostic;
  return {
    cluster,
    kind: "refused",
    diagnostic: {
      ...warningOf("ISM407"),
      detail: `${unknown}: ${detail}`,
      ...(fix === undefined ? {} : { fix }),
      cluster,
    },
  };
}

/** What each cluster runs of a service, side by side; those that could not be read are left out of it and named. Rejects only when the signal fires. */
export async function readWhereItAnswers(
  connected: readonly Connected[],
  service: Service,
  signal: AbortSignal,
): Promise<{ readonly actual: ActualEndpoints; readonly unread: readonly UnreadCluster[] }> {
  const reads = await Promise.all(
    connected.map(async (one): Promise<ActualEndpoints | UnreadCluster> => {
      const cluster = one.cluster.name;
      try {
        return await readActualEndpoints([one], service, signal);
      } catch (error) {
        signal.throwIfAborted();
        const unknown = `What ${cluster} runs of ${service.namespace}/${service.name} is not known, so no endpoints were compared with it`;
        return describeUnread(error, cluster, unknown);
      }
    }),
  );
  const unread = reads.filter((one): one is UnreadCluster => "kind" in one);
  const actual = Object.assign({}, ...reads.filter((one) => !("kind" in one))) as ActualEndpoints;
  return { actual, unread };
}
