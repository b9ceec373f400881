import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { releaseOf } from "../../releases/istio-releases.ts";
import { servicesOf } from "../walk-draft.ts";
import { findRepeated } from "./find-repeated.ts";

/** One region takes over for a region; and what Istio's own validation refuses. */
export function checkFailover(draft: MeshDraft): readonly Finding[] {
  return servicesOf(draft).flatMap(({ value, path }) => [
    ...findRepeated(itemsOf(value.failover?.regions), ([, one]) => one.from).map(
      ({ item: [index, one], first: [firstIndex] }): Finding => ({
        code: "ISM540",
        path: [...path, "failover", "regions", index, "from"],
        detail: `Two regions are to take over for ${one.from}. Istio obeys the first and passes over this one without a word.`,
        other: [...path, "failover", "regions", firstIndex, "from"],
        fix: "Keep one of them. What is named nowhere takes over after the region that is named.",
      }),
    ),
    ...checkValues(draft.spec?.istio?.version, itemsOf(value.failover?.priority), [...path, "failover", "priority"]),
    ...checkRetries(value, [...path, "failover", "retries"]),
    ...checkLocalOrigin(value.failover?.outlierDetection, [...path, "failover", "outlierDetection"]),
  ]);
}

type ServiceDraft = ReturnType<typeof servicesOf>[number]["value"];

/** What is said beside attempts: 0 holds only for routes that have attempts of their own. */
function checkRetries({ failover, routes }: ServiceDraft, path: Finding["path"]): readonly Finding[] {
  const retries = failover?.retries;
  const others = Object.keys(retries ?? {}).filter((field) => field !== "attempts");
  return retries?.attempts !== 0 ||
    others.length === 0 ||
    itemsOf(routes).some(([, route]) => (route.retries?.attempts ?? 0) > 0)
    ? []
    : [
        {
          code: "ISM540",
          path: [...path, "attempts"],
          at: "key",
          detail: `attempts: 0 turns retries off, so that ${others.join(" and ")} beside it ${others.length === 1 ? "has" : "have"} no effect.`,
          fix: `Delete ${others.join(" and ")}, or write a number of attempts.`,
        },
      ];
}

type OutlierDraft = NonNullable<NonNullable<ServiceDraft["failover"]>["outlierDetection"]>;

function checkLocalOrigin(outlier: OutlierDraft | undefined, path: Finding["path"]): readonly Finding[] {
  return outlier?.consecutiveLocalOriginFailures === undefined || outlier.splitExternalLocalOriginErrors === true
    ? []
    : [
        {
          code: "ISM540",
          path: [...path, "consecutiveLocalOriginFailures"],
          at: "key",
          detail:
            "consecutiveLocalOriginFailures counts failures to reach an endpoint by themselves, which needs splitExternalLocalOriginErrors: true. Istio refuses the one without the other.",
          fix: "Leave it out: consecutiveGatewayErrors counts those failures, too.",
        },
      ];
}

/** An older istiod takes `app=shop` for the name of a label, which no endpoint has. */
function checkValues(
  version: string | undefined,
  priority: readonly (readonly [number, string])[],
  path: Finding["path"],
): readonly Finding[] {
  return version === undefined || releaseOf(version)?.failoverPriorityValues !== false
    ? []
    : priority
        .filter(([, label]) => label.includes("="))
        .map(([index, label]) => ({
          code: "ISM544",
          path: [...path, index],
          detail: `Istio ${version} takes ${label} for the name of a label, which no endpoint has. Values came with 1.18; before, an endpoint is compared with the caller's own value.`,
          fix: `Write ${label.split("=")[0]}, or use Istio 1.18 or newer.`,
        }));
}
