import { judgeInstallation, judgeTrustDomains } from "../../../core/decide/installed-istio.ts";
import { judgeRoots } from "../../../core/decide/installed-roots.ts";
import type { Installation } from "../../../core/model/installed-istio.ts";
import type { PreflightRule } from "./preflight-rule.ts";

/** What does not fit of the Istio that somebody else has installed (ISM575 to ISM585), each with the change for the tool that does. */
export const existingIstio: PreflightRule = {
  name: "existing-istio",
  find: ({ meshFile: { mesh }, connected, members }) => {
    const installations = connected.flatMap(({ cluster, context, facts: { installed } }): readonly Installation[] =>
      installed === undefined ? [] : [{ cluster, context: context.context, installed }],
    );
    const names = new Set(members.map(({ cluster }) => cluster.name));
    return [
      ...installations.filter(({ cluster }) => names.has(cluster.name)).flatMap((one) => judgeInstallation(mesh, one)),
      ...judgeRoots(installations),
      ...judgeTrustDomains(installations),
    ];
  },
};
