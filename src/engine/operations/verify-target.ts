import { errorOf } from "../../core/diagnostics/coded.ts";
import type { RequestSettings } from "../../core/decide/route-request.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { suggestName } from "../../core/diagnostics/suggest.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { Mesh, Route } from "../../core/model/mesh.ts";
import { waysOf } from "../traffic/prove-route.ts";
import type { VerifyTarget } from "./verify.ts";

/** What somebody names of the mesh file: all of it where nothing is named. */
export interface Selection {
  readonly service: string | undefined;
  readonly namespace: string | undefined;
  readonly route: string | undefined;
}

/**
 * What of a mesh is to be proven, and how it is asked; undefined = all of it.
 * Throws a UserError (64, ISM341) where the mesh has none of the named, where
 * several are meant, and for a path that several routes would be asked for.
 */
export function chooseTarget(mesh: Mesh, selection: Selection, ask: RequestSettings): VerifyTarget | undefined {
  const target = findTarget(mesh, selection);
  requireOneRoute(mesh, target, ask);
  return target;
}

function findTarget(mesh: Mesh, { service, namespace, route }: Selection): VerifyTarget | undefined {
  if (service === undefined && namespace === undefined && route === undefined) {
    return undefined;
  }
  const services = mesh.services.filter(
    (one) =>
      (service === undefined || one.name === service) &&
      (namespace === undefined || one.namespace === namespace) &&
      (route === undefined || one.routes.some(({ name }) => name === route)),
  );
  const [found, second] = services;
  if (found === undefined) {
    throw noSuch(mesh, { service, namespace, route });
  }
  if (second !== undefined) {
    throw usage(
      `${services.map((one) => `${one.namespace}/${one.name}`).join(" and ")} are both meant.`,
      "Name the service, and its namespace with -n.",
    );
  }
  return { service: found.name, namespace: found.namespace, ...(route === undefined ? {} : { route }) };
}

function noSuch(mesh: Mesh, { service, namespace, route }: Selection): UserError {
  const ofName = mesh.services.filter((one) => service === undefined || one.name === service);
  const routes = ofName.flatMap((one) => one.routes.map(({ name }) => name));
  const missing = ofName.length === 0 || route === undefined;
  const names = missing ? mesh.services.map(({ name }) => name) : routes;
  const near = suggestName(missing ? (service ?? "") : (route ?? ""), names);
  const what = [
    ...(service === undefined ? [] : [`service ${service}`]),
    ...(namespace === undefined ? [] : [`in namespace ${namespace}`]),
    ...(route === undefined ? [] : [`with route ${route}`]),
  ].join(" ");
  return usage(
    `The mesh file has no ${what}.`,
    near === undefined ? `It has ${names.length === 0 ? "none" : names.join(", ")}.` : `Did you mean ${near}?`,
  );
}

/** A path belongs to one route; the same path asked of others would prove nothing of them. */
function requireOneRoute(mesh: Mesh, only: VerifyTarget | undefined, ask: RequestSettings): void {
  const routes = mesh.services
    .filter((one) => only === undefined || (one.name === only.service && one.namespace === only.namespace))
    // A service without routes is asked from inside, and once.
    .flatMap((one) => (one.routes.length === 0 ? [one.name] : one.routes.map(({ name }) => name)))
    .filter((name) => only?.route === undefined || name === only.route);
  if (ask.path !== undefined && routes.length !== 1) {
    throw usage(
      `--path is for one route, and ${routes.length === 0 ? "none is" : `${routes.join(", ")} are`} meant.`,
      "Name the service, and the route with --route.",
    );
  }
}

/**
 * The pod from which is asked, as `NAMESPACE/POD`. Throws a UserError (64,
 * ISM341) for other texts, with a run that may make nothing in a cluster, and
 * where nothing that is meant is for callers inside the mesh.
 */
export function chooseCaller(
  mesh: Mesh,
  { from, noProbePod }: { readonly from: string; readonly noProbePod: boolean },
  only: VerifyTarget | undefined,
): { readonly namespace: string; readonly name: string } {
  const [, namespace, name] = /^([a-z0-9-]+)\/([a-z0-9.-]+)$/.exec(from) ?? [];
  if (namespace === undefined || name === undefined) {
    throw usage(`--from ${from} is no pod.`, "Name it as NAMESPACE/POD: --from shop/client-6d5f7c9b8-x2x4q");
  }
  if (noProbePod) {
    throw usage(
      "--from adds a container to the pod, and --no-probe-pod lets nothing be made in a cluster.",
      "Leave out one of them.",
    );
  }
  const routes = mesh.services
    .filter((one) => only === undefined || (one.name === only.service && one.namespace === only.namespace))
    .flatMap((one): readonly (Route | undefined)[] => (one.routes.length === 0 ? [undefined] : one.routes))
    .filter((route) => only?.route === undefined || route?.name === only.route);
  if (!routes.some((route) => waysOf(route).includes("mesh"))) {
    throw usage(
      "Nothing that is meant is for callers inside the mesh: routes of gateway: mesh, and services without routes.",
      "Leave out --from, or name another service or route.",
    );
  }
  return { namespace, name };
}

function usage(detail: string, fix: string): UserError {
  return new UserError([{ ...errorOf("ISM341"), detail, fix }], exitCodes.usage);
}
