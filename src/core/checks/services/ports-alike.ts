import { spokenProtocol } from "../../decide/port-protocol.ts";
import type { Service } from "../../model/mesh.ts";
import { servicePods, targetPortOf } from "../../policies/service-pods.ts";
import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import { kubectlCommand } from "../commands.ts";
import type { ServicePort } from "../pod-facts.ts";
import { serviceObject } from "../service-object.ts";
import type { ServicePlace } from "../service-places.ts";
import { servicePlaces } from "../service-places.ts";
import { appliedObject, serviceIn } from "../subjects.ts";

/**
 * One service in several clusters, whose Services disagree about the pods:
 * what isthmus has applied itself differs as well, which is told first
 * (`drift/objects`, `drift/added-fields`).
 */
export const portsAlike: Check = {
  id: "services/ports-alike",
  sentence: "ports of services speak and lead to the same in every cluster",
  pre: false,
  run: (facts) =>
    facts.mesh.services.flatMap((service) => {
      const places = servicePlaces(facts, service);
      return places.flatMap((place) => {
        const others = places.filter((other) => other !== place);
        return [...speaksOtherwise(place, others), ...leadsElsewhere(place, others, service)];
      });
    }),
};

/** A proxy speaks HTTP/2 to the pods of all clusters where the Service of its own says so, without asking them whether they do. */
function speaksOtherwise(place: ServicePlace, others: readonly ServicePlace[]): readonly Finding[] {
  const own = spokenAt(place.port);
  const different = others.filter(({ port }) => (spokenAt(port) ?? own) !== own);
  // Said once, of the cluster that says the rarer of the two, and HTTP/2 of as many.
  const alike = others.length - different.length + 1;
  const isOdd = alike < different.length || (alike === different.length && own === "HTTP/2");
  return own === undefined || different.length === 0 || !isOdd
    ? []
    : [
        warning("ISM851", {
          detail: `Port ${place.port.port} of Service ${place.here.service} speaks ${own} in ${place.one.cluster} (${wordOf(place.port)}) and ${different.map(({ one, port }) => `${spokenAt(port)} in ${one.cluster} (${wordOf(port)})`).join(", ")}. Proxies ask the pods of all clusters as the Service of their own cluster says: where an application does not speak both at that port, those requests get 502.`,
          fix: `Whoever deploys the Services has to decide which is right, and have all say the same: ${kubectlCommand(place.one, "edit", serviceObject(place.here.service))}`,
          ...about(place),
        }),
      ];
}

const versionOf: Readonly<Record<string, "HTTP/1.1" | "HTTP/2">> = { http: "HTTP/1.1", http2: "HTTP/2" };

/** Undefined where Istio finds it out itself, or takes something else than HTTP. */
function spokenAt(port: ServicePort): "HTTP/1.1" | "HTTP/2" | undefined {
  return versionOf[spokenProtocol(port) ?? ""];
}

function wordOf({ name = "", appProtocol }: ServicePort): string {
  return appProtocol === undefined ? `called ${name}` : `appProtocol ${appProtocol}`;
}

/** A number that no pod names may be right: it is told where the pods name the one to which the same service leads elsewhere. */
function leadsElsewhere(place: ServicePlace, others: readonly ServicePlace[], service: Service): readonly Finding[] {
  const { one, here, port } = place;
  const pods = servicePods(one, service);
  const without = (number: number): typeof pods =>
    pods.filter(({ ports }) => ports.every((own) => own.port !== number));
  const odd = typeof port.targetPort === "number" ? without(port.targetPort) : [];
  const [pod] = odd;
  if (pod === undefined) {
    return [];
  }
  const meant = others.flatMap((other) => {
    const number = targetPortOf(other.here, service.port, pod);
    return number !== undefined && number !== port.targetPort && without(number).length === 0
      ? [{ ...other, number }]
      : [];
  });
  const [first] = meant;
  const index = here.servicePorts.indexOf(port);
  const path = `/spec/ports/${index}/targetPort`;
  const patch = JSON.stringify([
    { op: "test", path: `/spec/ports/${index}/port`, value: port.port },
    { op: "replace", path, value: first?.port.targetPort },
  ]);
  return first === undefined
    ? []
    : [
        problem("ISM852", {
          detail: `Port ${port.port} of Service ${here.service} leads to port ${port.targetPort} of its pods in ${one.cluster}, which ${odd.length === pods.length ? "none of them names" : `${odd.length} of ${pods.length} do not name`} (${pod.name} names ${namedBy(pod)}), and to ${first.number} in ${meant.map((other) => other.one.cluster).join(", ")}, which all of them do. Where nothing listens at ${port.targetPort}, all requests that these pods get, from other clusters too, fail with 503.`,
          fix: "Whoever deploys the Service has to decide which is right. To have it lead there as well, also where it is written down:",
          commands: [kubectlCommand(one, "patch", serviceObject(here.service), "--type=json", "-p", patch)],
          ...about(place),
        }),
      ];
}

function namedBy({ ports }: { readonly ports: readonly { readonly name?: string; readonly port: number }[] }): string {
  return ports.map(({ name, port }) => (name === undefined ? String(port) : `${port} (${name})`)).join(", ");
}

function about({
  one,
  here: { service },
}: ServicePlace): Pick<Finding, "cluster" | "object" | "breaks" | "needs" | "provenBy"> {
  const object = serviceObject(service);
  return {
    cluster: one.cluster,
    object,
    breaks: [serviceIn(one.cluster, service)],
    needs: [appliedObject(one.cluster, object)],
    provenBy: { own: ["services"] },
  };
}
