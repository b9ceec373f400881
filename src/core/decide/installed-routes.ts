import { errorOf, warningOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ControlPlane } from "../model/installed-istio.ts";
import type { Cluster, Mesh } from "../model/mesh.ts";
import { laterHttpRouteFields, releaseOf, sessionsSince } from "../releases/istio-releases.ts";
import { meshAt } from "../routing/routes-at.ts";

/**
 * Settings of routes and of failover in that cluster that the installed release
 * does not have: its API server drops a field of a route without a word, and its
 * istiod takes a label with a value for the name of a label. A warning where the release is not known.
 */
export function judgeFields(
  mesh: Mesh,
  at: Pick<Cluster, "name" | "region">,
  { namespace, name, version }: ControlPlane,
): readonly Diagnostic[] {
  const { name: cluster } = at;
  const later = [...laterOfRoutes(meshAt(mesh, at)), ...laterOfFailover(mesh), ...laterOfSessions(mesh)];
  if (version === "") {
    return later.length === 0 ? [] : [unknownVersion({ cluster, object: { namespace, name } }, later)];
  }
  const release = releaseOf(version);
  return later
    .filter(({ isIn }) => release !== undefined && !isIn(release))
    .map(({ where, field, since, consequence }) => ({
      ...errorOf("ISM584"),
      detail: `${where} sets ${field}, which came with Istio 1.${since}, and istiod of ${cluster} is ${version}: ${consequence}. Nothing was changed.`,
      fix: `Take it out of the mesh file, or upgrade Istio in ${cluster} to 1.${since} or newer.`,
      cluster,
    }));
}

type Release = NonNullable<ReturnType<typeof releaseOf>>;

/** A setting that came after the oldest release that is joined. */
interface Later {
  readonly where: string;
  readonly field: string;
  /** The minor release that has it first. */
  readonly since: number;
  /** What an older one does. */
  readonly consequence: string;
  readonly isIn: (release: Release) => boolean;
}

function laterOfRoutes({ services }: Pick<Mesh, "services">): readonly Later[] {
  return services
    .flatMap(({ routes }) => routes)
    .flatMap((route) =>
      laterHttpRouteFields
        .filter(([, field]) => isSet(route, field))
        .map(([since, field]) => ({
          where: `Route ${route.name}`,
          field,
          since,
          consequence: "its API server would drop the field without a word",
          isIn: ({ httpRouteFields }) => httpRouteFields.has(field),
        })),
    );
}

/** Istio's failoverPriority (istio/istio issue 39111, change notes of 1.18). */
function laterOfFailover({ services }: Pick<Mesh, "services">): readonly Later[] {
  return services.flatMap(({ namespace, name, failover }) =>
    (failover?.priority ?? [])
      .filter((label) => label.includes("="))
      .map((label) => ({
        where: `Service ${namespace}/${name}`,
        field: `failover.priority ${label}`,
        since: 18,
        consequence: "it takes that for the name of a label, which no endpoint has, and all get one priority",
        isIn: ({ failoverPriorityValues }) => failoverPriorityValues,
      })),
  );
}

function laterOfSessions({ services }: Pick<Mesh, "services">): readonly Later[] {
  return services
    .filter(({ sessions }) => sessions !== undefined)
    .map(({ namespace, name }) => ({
      where: `Service ${namespace}/${name}`,
      field: "sessions",
      since: sessionsSince,
      consequence: "its proxies cannot choose a version by who asks, and refuse what asks for it",
      isIn: ({ sessions }) => sessions,
    }));
}

function unknownVersion(
  {
    cluster,
    object,
  }: { readonly cluster: string; readonly object: { readonly namespace: string; readonly name: string } },
  later: readonly Later[],
): Diagnostic {
  const needed = Math.max(...later.map(({ since }) => since));
  return {
    ...warningOf("ISM585"),
    detail: `The image of Deployment ${object.namespace}/${object.name} of ${cluster} says no version. ${later.map(({ where, field, since }) => `${where} sets ${field}, which came with Istio 1.${since}`).join("; ")}: whether istiod there has it is not known.`,
    fix: `Look which Istio it is; from 1.${needed} on all of it is there.`,
    cluster,
    object: { group: "apps", kind: "Deployment", ...object },
  };
}

/** Whether an object has a field below a field, `rewrite.uriRegexRewrite`. */
function isSet(value: object, field: string): boolean {
  const found = field
    .split(".")
    .reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>> | undefined)?.[key], value);
  return found !== undefined;
}
