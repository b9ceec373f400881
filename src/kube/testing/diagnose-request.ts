import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { KubeClient, KubeLimits } from "../client.ts";
import { createKubeClient } from "../connect-client.ts";
import { diagnoseKubeError, exitCodeOfKubeError } from "../diagnose.ts";
import { KubeError } from "../errors.ts";
import type { ResolvedContext } from "../kubeconfig/resolve-context.ts";

/** What a person is told, and the exit code, when a request to cluster oslo fails; an Error when it does not. */
export async function diagnoseRequest(
  context: ResolvedContext,
  limits: Partial<KubeLimits>,
  send: (client: KubeClient, signal: AbortSignal) => Promise<unknown>,
): Promise<Diagnostic & { readonly exitCode: number }> {
  const client = createKubeClient({ cluster: "oslo", context, limits });
  try {
    await send(client, new AbortController().signal);
  } catch (error) {
    if (error instanceof KubeError) {
      return { ...(await diagnoseKubeError(error, "oslo")), exitCode: exitCodeOfKubeError(error) };
    }
    throw error;
  } finally {
    await client.close();
  }
  throw new Error("the request was expected to fail");
}
