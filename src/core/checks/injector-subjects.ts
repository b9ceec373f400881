import type { Subject } from "./subjects.ts";

/** The registration of the injector: without it new pods have no sidecar, and gateways no image. */
export function webhookOf(cluster: string): Subject {
  return `injection webhook of ${cluster}`;
}

/** What the injector gives to new pods: labels, and how their proxies start. */
export function injectorTemplate(cluster: string): Subject {
  return `injector's template of ${cluster}`;
}

/** That the API server reaches the injector: without it no pod is made where sidecars are asked for. */
export function wayToInjector(cluster: string): Subject {
  return `way to the injector of ${cluster}`;
}
