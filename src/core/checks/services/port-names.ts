import { spokenProtocol } from "../../decide/port-protocol.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import type { ServicePort } from "../pod-facts.ts";
import { applyFix } from "../reached.ts";
import { servicePlaces } from "../service-places.ts";
import { objectOf, serviceIn } from "../subjects.ts";

/** istiod joins the ports of one service in several clusters by name: under another name they are other ports. */
export const portNames: Check = {
  id: "services/port-names",
  sentence: "ports of services have one name in every cluster",
  pre: false,
  run: (facts) =>
    facts.mesh.services.flatMap((service) => {
      const named = servicePlaces(facts, service);
      const right = commonName(named.map(({ port }) => port));
      const key = `${service.namespace}/${service.name}`;
      return named
        .filter(({ port }) => (port.name ?? "") !== right)
        .map(({ one, port }) => {
          const object = { group: "", kind: "Service", namespace: service.namespace, name: service.name };
          const others = named.filter((other) => (other.port.name ?? "") === right).map((other) => other.one.cluster);
          return problem("ISM479", {
            detail: `Port ${service.port} of Service ${key} is called ${show(port.name)} in ${one.cluster} and ${show(right)} in ${others.join(", ")}: istiod joins ports by their names, so that proxies of one lose the endpoints of the other${isHttp(port) ? "" : ", and takes what comes in at it for plain TCP"}.`,
            fix: applyFix,
            cluster: one.cluster,
            object,
            breaks: [serviceIn(one.cluster, key), objectOf(one.cluster, object)],
            needs: [objectOf(one.cluster, object)],
          });
        });
    }),
};

/** What most clusters call it; of as many, what tells Istio that it is HTTP, and then what the first has. */
function commonName(ports: readonly ServicePort[]): string {
  const uses = (name: string): number => ports.filter((port) => (port.name ?? "") === name).length;
  const [best] = ports.toSorted(
    (a, b) => uses(b.name ?? "") - uses(a.name ?? "") || Number(isHttp(b)) - Number(isHttp(a)),
  );
  return best?.name ?? "";
}

function isHttp(port: ServicePort): boolean {
  return ["http", "http2"].includes(spokenProtocol(port) ?? "");
}

function show(name: string | undefined): string {
  return name === undefined || name === "" ? "(no name)" : name;
}
