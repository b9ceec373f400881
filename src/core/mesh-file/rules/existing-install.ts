import type { MeshDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { Path } from "../path.ts";
import { valueAt } from "../path.ts";

/** Fields that say how Istio is installed, with where the same is said where somebody else installs it. */
const settings: readonly { readonly path: Path; readonly instead: string }[] = [
  { path: ["spec", "istio", "version"], instead: "The version is found by looking" },
  { path: ["spec", "istio", "profile"], instead: "Set the profile in the tool that installs Istio" },
  { path: ["spec", "istio", "hub"], instead: "Set global.hub in the tool that installs Istio" },
  { path: ["spec", "istio", "nodeSelector"], instead: "Set node selectors in the tool that installs Istio" },
  { path: ["spec", "istio", "containerDefaults"], instead: "Set resources in the tool that installs Istio" },
  { path: ["spec", "istio", "values"], instead: "Set values in the tool that installs Istio" },
  {
    path: ["spec", "trust"],
    instead:
      "Give every istiod an intermediate under one root, in Secret cacerts, by the tool that installs Istio (https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/)",
  },
  {
    path: ["spec", "hardening", "podSecurity"],
    instead: "Label the namespaces with the tool that installs Istio",
  },
];

/** With `install: existing` the file says nothing of an installation that somebody else makes. */
export function checkExistingInstall(draft: MeshDraft): readonly Finding[] {
  if (draft.spec?.istio?.install !== "existing") {
    return [];
  }
  return settings
    .filter(({ path }) => valueAt(draft, path) !== undefined)
    .map(({ path, instead }) => ({
      code: "ISM574",
      path,
      at: "key",
      detail: `${path.join(".")} is a setting of Istio's installation, which with install: existing somebody else makes: nothing would act by it.`,
      fix: `Delete it. ${instead}.`,
    }));
}
