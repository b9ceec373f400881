import { probePodText } from "../render/probe-pod.ts";

const byProbe = new RegExp(`^status (\\d+) of the mesh itself: ${probePodText}(.*)$`, "s");

/**
 * A failure of `tallyAnswers` in words about a caller inside the mesh: the
 * proxy that shares its requests out is its sidecar, and what the probe's own
 * Envoy answers says that the request never came that far.
 */
export function explainInside(reason: string, host: string): string {
  const [, , text] = byProbe.exec(reason) ?? [];
  if (text === undefined) {
    return reason.replace("of the gateway itself", "of the sidecar itself");
  }
  return text.startsWith("no healthy upstream")
    ? `no connection: ${host} does not resolve inside the cluster`
    : `no connection from the probe pod: ${text}`;
}
