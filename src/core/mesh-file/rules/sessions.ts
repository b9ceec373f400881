import { releaseOf, sessionsSince } from "../../releases/istio-releases.ts";
import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { servicesOf } from "../walk-draft.ts";

/** Who is to stay with a version needs an Istio that can, and a route that chooses between versions. */
export function checkSessions(draft: MeshDraft): readonly Finding[] {
  const release = releaseOf(draft.spec?.istio?.version ?? "");
  return servicesOf(draft).flatMap(({ value, path }): readonly Finding[] => {
    if (value.sessions === undefined) {
      return [];
    }
    const at = { path: [...path, "sessions"], at: "key" as const };
    const several = Object.keys(value.versions ?? {}).length > 1;
    const chooses = itemsOf(value.routes).some(([, route]) => route.redirect === undefined);
    return [
      ...(release === undefined || release.sessions
        ? []
        : [
            {
              ...at,
              code: "ISM547" as const,
              detail: `Proxies of Istio ${release.minor} cannot choose a version by who asks: that came with 1.${sessionsSince} (Envoy 1.36).`,
              fix: `Delete sessions, or use Istio 1.${sessionsSince} or newer.`,
            },
          ]),
      ...(chooses && several
        ? []
        : [
            {
              ...at,
              code: "ISM787" as const,
              detail: `${value.name ?? "The service"} has ${chooses ? "one version" : "no route that chooses a version"}, so that nobody can be sent from one version to another.`,
              fix: `Delete sessions, or add ${[...(chooses ? [] : ["a route with weights"]), ...(several ? [] : ["a second version"])].join(" and ")}.`,
            },
          ]),
    ];
  });
}
