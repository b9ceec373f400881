import type { MeshName } from "../../core/front-door/published-names.ts";
import { publishedNames } from "../../core/front-door/published-names.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import { meshAt } from "../../core/routing/routes-at.ts";
import type { AccessOptions } from "../options.ts";
import type { HealthQuestion } from "./ask-addresses.ts";
import { requestFor } from "./proof-parts.ts";

/** Where the addresses of a name are, by cluster. */
export type AddressesOf = (name: string) => Readonly<Record<string, readonly string[]>>;

/**
 * How each address of each name is asked whether it serves the name: by the
 * request that proves the name's first route, or another of its routes where
 * none is known for that one, or it would change something: this is asked for ever.
 */
export function healthQuestions(
  mesh: Mesh,
  addressesOf: AddressesOf,
  options: Pick<AccessOptions, "env">,
): readonly HealthQuestion[] {
  return publishedNames(mesh).flatMap((name) =>
    Object.entries(addressesOf(name.name)).flatMap(([cluster, addresses]) => {
      const asked = askingFor(mesh, name, cluster, options);
      return addresses.map((address): HealthQuestion => ({ name: name.name, cluster, address, ...asked }));
    }),
  );
}

function askingFor(
  mesh: Mesh,
  { routes }: MeshName,
  cluster: string,
  options: Pick<AccessOptions, "env">,
): Pick<HealthQuestion, "tls" | "port" | "request"> {
  const found = mesh.clusters.find(({ name }) => name === cluster);
  const there = found === undefined ? mesh : meshAt(mesh, found);
  for (const { service, route } of routes) {
    const choice = requestFor(there, { service, route, via: "ingress" }, options);
    if (choice.kind === "request" && isSafe(choice.request.method)) {
      return { ...portOf(route.tls !== undefined), request: choice.request };
    }
  }
  return portOf(routes.some(({ route }) => route.tls !== undefined));
}

/** RFC 9110, 9.2.1 */
function isSafe(method: string): boolean {
  return ["GET", "HEAD", "OPTIONS"].includes(method);
}

/** Front doors open the ports of the ingress gateway's Service by Istio's own numbers. */
function portOf(tls: boolean): Pick<HealthQuestion, "tls" | "port"> {
  return { tls, port: tls ? 443 : 80 };
}
