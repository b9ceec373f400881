import { warningOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Mesh, Route } from "../model/mesh.ts";
import type { Locate } from "./route-order.ts";

/**
 * Warns of paths that are written as other tools write patterns (ISM727): `/img/*`
 * and `/api/:id` are what they are to Envoy, and in an expression an asterisk
 * behind a slash stands for any number of slashes
 * (https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-routematch).
 */
export function adviseLiteralPaths(mesh: Mesh, locate?: Locate): readonly Diagnostic[] {
  return mesh.services.flatMap((service, index) =>
    service.routes.flatMap((route, number) => {
      const found = patternOf(route.match.path);
      return found === undefined
        ? []
        : [
            {
              ...warningOf("ISM727"),
              detail: `Route ${route.name} (${service.namespace}/${service.name}) is for ${found.said}.`,
              fix: `Write ${found.instead} if that is what is meant; otherwise leave it so.`,
              ...(locate === undefined
                ? {}
                : {
                    range: locate(["spec", "services", index, "routes", number, "match", route.match.path.kind]),
                  }),
            },
          ];
    }),
  );
}

function patternOf({
  kind,
  value,
}: Route["match"]["path"]): { readonly said: string; readonly instead: string } | undefined {
  if (kind === "regex") {
    return /(?<!\\)\/\*(?=$|[./])/.test(value)
      ? {
          said: `${value}, where the asterisk stands for any number of slashes and for nothing else`,
          instead: `regex: ${JSON.stringify(value.replaceAll(/\/\*(?=$|[./])/g, "/.*"))}`,
        }
      : undefined;
  }
  const [sign] = /\*|(?<=\/):(?=[A-Za-z])/.exec(value) ?? [];
  if (sign === undefined) {
    return undefined;
  }
  const below = /^(\/(?:[^*:]*\/)?)\*{1,2}$/.exec(value)?.[1];
  return {
    said: `${value} with the character ${sign} itself, since exact and prefix have no patterns`,
    instead: below === undefined ? `regex: ${JSON.stringify(expressionOf(value, kind))}` : `prefix: ${below}`,
  };
}

/** One segment for each placeholder, and whatever comes behind a prefix. */
function expressionOf(value: string, kind: "exact" | "prefix"): string {
  const escaped = value.replaceAll(/[.+?()[\]{}|^$\\]/g, String.raw`\$&`);
  const expression = escaped.replaceAll(/\*+/g, "[^/]*").replaceAll(/(?<=\/):[A-Za-z][\w-]*/g, "[^/]+");
  return kind === "exact" ? expression : `${expression}.*`;
}
