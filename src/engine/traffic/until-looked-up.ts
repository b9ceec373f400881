import { setTimeout as pause } from "node:timers/promises";
import type { Service } from "../../core/model/mesh.ts";
import { probeCluster } from "../../core/render/probe-pod.ts";
import type { KubeClient, PodPort } from "../../kube/client.ts";
import { parseProxyEndpoints } from "../facts/proxy-endpoints.ts";
import type { RunOptions } from "../options.ts";

/** The names of services are looked up while a sidecar may still start; what has no address after so long has none. */
const lookUpMs = 5000;
const pollMs = 250;

/** Waits until a probe's Envoy, whose admin page is at `admin`, has an address for every service; what has none is asked all the same, and answered so. */
export async function untilLookedUp(
  client: KubeClient,
  admin: PodPort,
  services: readonly Service[],
  { signal, now }: Pick<RunOptions, "signal" | "now">,
): Promise<void> {
  const until = now() + lookUpMs;
  for (;;) {
    const { body } = await client.podHttpGet(admin, "/clusters?format=json", { signal });
    const table = parseProxyEndpoints(body);
    if (services.every((_, place) => (table.get(probeCluster(place)) ?? []).length > 0) || now() > until) {
      return;
    }
    await pause(pollMs, undefined, { signal });
  }
}
