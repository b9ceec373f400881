import type { Check } from "../check.ts";
import { warning } from "../check.ts";
import { reachedClusters } from "../reached.ts";

/** Instances of external-dns that write one name under different owners or prefixes block each other (pain 20). */
export const owner: Check = {
  id: "dns/owner",
  sentence: "external-dns has the same owner in every cluster",
  pre: false,
  run: (facts) => {
    const published = facts.mesh.services.some((service) =>
      service.routes.some((route) => route.dns?.via === "externalDns"),
    );
    const found = reachedClusters(facts).flatMap((one) =>
      one.externalDns.map((other) => ({ ...other, cluster: one.cluster })),
    );
    const [first] = found;
    return found
      .filter(
        (one) =>
          published && first !== undefined && (one.ownerId !== first.ownerId || one.txtPrefix !== first.txtPrefix),
      )
      .map((one) =>
        warning("ISM452", {
          detail: `external-dns of ${one.cluster} (${one.namespace}/${one.name}) has owner ${one.ownerId ?? "(none)"} and prefix ${one.txtPrefix ?? "(none)"}; that of ${first?.cluster} has ${first?.ownerId ?? "(none)"} and ${first?.txtPrefix ?? "(none)"}. Whoever writes a name first keeps the other's address out.`,
          fix: `Give both the same: --txt-owner-id=${facts.mesh.name}, and no --txt-prefix or an equal one.`,
          cluster: one.cluster,
          ...(first === undefined || first.cluster === one.cluster ? {} : { remote: first.cluster }),
          object: { group: "apps", kind: "Deployment", namespace: one.namespace, name: one.name },
        }),
      );
  },
};
