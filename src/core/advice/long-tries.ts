import { warningOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { readDuration } from "../mesh-file/duration.ts";
import type { Mesh } from "../model/mesh.ts";
import type { Locate } from "./route-order.ts";

/**
 * Warns of a `perTryTimeout` above the route's `timeout` (ISM726), which Envoy
 * passes over: "must be less than or equal to the global route timeout or it is ignored"
 * (https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-upstream-rq-per-try-timeout-ms).
 */
export function adviseLongTries(mesh: Mesh, locate?: Locate): readonly Diagnostic[] {
  return mesh.services.flatMap((service, index) =>
    service.routes.flatMap(({ name, timeout, retries }, number) => {
      const [all, one] = [timeout, retries?.perTryTimeout].map((text) =>
        text === undefined ? undefined : readDuration(text),
      );
      return all === undefined || one === undefined || one <= all
        ? []
        : [
            {
              ...warningOf("ISM726"),
              detail: `A try of route ${name} (${service.namespace}/${service.name}) may take ${retries?.perTryTimeout}, and the request with all of its tries ${timeout}: proxies pass over the longer one, and the first try that hangs uses up all of the time.`,
              fix: "Write a shorter perTryTimeout, or give the route a longer timeout.",
              ...(locate === undefined
                ? {}
                : { range: locate(["spec", "services", index, "routes", number, "retries", "perTryTimeout"]) }),
            },
          ];
    }),
  );
}
