import type { MeshDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { Path } from "../path.ts";
import { describePath } from "../path.ts";
import { clustersOf } from "../walk-draft.ts";

/** What works through Rancher needs `spec.rancher`. */
export function checkRancherSettings(draft: MeshDraft): readonly Finding[] {
  const { spec } = draft;
  if (spec === undefined || "rancher" in spec) {
    return [];
  }
  const users: readonly Path[] = [
    ...clustersOf(draft).flatMap(({ value, path }) => (value.rancherId === undefined ? [] : [[...path, "rancherId"]])),
    ...(spec.access?.credentials === "rancherToken" ? [["spec", "access", "credentials"]] : []),
    ...(spec.istio?.install === "rancher" ? [["spec", "istio", "install"]] : []),
  ];
  return users.map((path) => ({
    code: "ISM124",
    path,
    detail: `${describePath(path)} works through Rancher, and the file does not say where Rancher is.`,
    fix: "Add rancher with url and token under spec.",
  }));
}
