import { istioReleases, minorOf, compareMinor } from "../../releases/istio-releases.ts";
import type { MeshDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { istioVersion } from "../schema/scalars.ts";

/** The Istio version is not older than the oldest release that isthmus knows how to join. */
export function checkKnownRelease(draft: MeshDraft): readonly Finding[] {
  const version = draft.spec?.istio?.version;
  const [oldest] = istioReleases;
  if (version === undefined || oldest === undefined || !istioVersion.test(version)) {
    return [];
  }
  if (compareMinor(minorOf(version), oldest.minor) >= 0) {
    return [];
  }
  return [
    {
      code: "ISM141",
      path: ["spec", "istio", "version"],
      detail: `Istio ${version} is older than ${oldest.minor}, the first release whose multi-cluster installation isthmus knows. Before it there is no gateway injection, and its remote secrets are read differently.`,
      fix: `Write version: ${oldest.minor}.0 or a newer one.`,
    },
  ];
}
