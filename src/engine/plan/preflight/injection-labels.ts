import { judgeInjection } from "../../../core/decide/injection-labels.ts";
import type { PreflightRule } from "./preflight-rule.ts";

/** A label that somebody has given a namespace, and that keeps sidecars out of it (ISM581). */
export const injectionLabels: PreflightRule = {
  name: "injection-labels",
  find: ({ meshFile: { mesh }, members }) =>
    members.flatMap(({ cluster, context, facts: { installed, injection } }) =>
      judgeInjection(mesh, {
        cluster,
        context: context.context,
        injection,
        ...(installed === undefined ? {} : { installed }),
      }),
    ),
};
