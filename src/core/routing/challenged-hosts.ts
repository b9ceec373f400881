import type { Mesh, Route } from "../model/mesh.ts";

/** True for a route whose certificate is proven by http01 challenges. */
export function isChallenged({ issuers }: Pick<Mesh, "issuers">, { tls }: Pick<Route, "tls">): boolean {
  return issuers.some((issuer) => issuer.name === tls?.issuer && issuer.acme?.http01 !== undefined);
}

/**
 * The hosts that an ACME server asks for a page at port 80, each once. No
 * wildcards: those are proven by DNS only (RFC 8555, 8.3).
 */
export function challengedHosts(mesh: Pick<Mesh, "issuers" | "services">): readonly string[] {
  const routes = mesh.services.flatMap((service) => service.routes).filter((route) => isChallenged(mesh, route));
  return [...new Set(routes.flatMap(({ hosts }) => hosts).filter((host) => !host.startsWith("*")))];
}
