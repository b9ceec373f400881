import type { AuthorizedRequests } from "../../core/checks/control-plane-facts.ts";

/** Where a proxy says how many requests its authorization policies have let pass and refused; Istio keeps these counters whatever else it leaves out (https://github.com/istio/istio/blob/master/pkg/bootstrap/config.go). */
export const authorizedPath = "/stats?filter=%5C.rbac%5C.(allowed%7Cdenied)%24";

/** Whether rules of a proxy go by the address of the client (Envoy's `direct_remote_ip` and `remote_ip`), by its dump of listeners. */
export function goesByAddresses(listeners: string): boolean {
  return /"(?:direct_)?remote_ip"/.test(listeners);
}

/** Adds up the counters of all of its listeners for requests. */
export function readAuthorized(page: string): AuthorizedRequests {
  const sum = (name: string): number =>
    page
      .split("\n")
      .flatMap((line) => new RegExp(String.raw`^http\..*\.rbac\.${name}: (\d+)$`).exec(line)?.[1] ?? [])
      .reduce((total, count) => total + Number(count), 0);
  return { allowed: sum("allowed"), denied: sum("denied") };
}
