import path from "node:path";
import { defineCommand } from "../command-line/command.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { quoteCommand } from "../../core/quote-command.ts";
import {
  adoptOption,
  clusterOption,
  continueOption,
  fileOption,
  forceConflictsOption,
  outputOption,
} from "../command-line/options.ts";

/** `isthmus plan` */
export const planCommand = defineCommand({
  name: "plan",
  summary: "Shows what an apply would change on the clusters",
  description:
    "Every object goes to its API server as a dry-run, so that only real changes show. Nothing is changed. A cluster that does not answer is named (exit code 69) and the others are planned all the same.",
  examples: [
    { command: "isthmus plan -f mesh.yaml", does: "what would change, by cluster and phase" },
    { command: "isthmus plan --out prod.plan", does: "keep it, to be read and applied as it is" },
    { command: "isthmus plan --cluster west", does: "one cluster's share of it" },
    { command: "isthmus plan --detailed-exitcode", does: "exit code 2 when there are changes" },
  ],
  options: {
    file: fileOption,
    cluster: clusterOption,
    output: outputOption,
    prune: { kind: "flag", summary: "Count what the mesh file no longer asks for as deletions", group: "Safety" },
    forceConflicts: forceConflictsOption,
    adopt: adoptOption,
    continue: continueOption,
    out: {
      kind: "text",
      value: "FILE",
      summary: "Save the plan; isthmus apply FILE does exactly that or refuses",
      group: "Output",
      complete: "file",
    },
    detailedExitcode: { kind: "flag", summary: "Exit with 2 when there are changes", group: "Output" },
  },
  run: async (args, context) => {
    const [
      { readMeshFile },
      { preparePlan },
      { engineOptions },
      { viewPlan },
      { planDocument },
      { hasChanges, refusedOf },
      { adviseLeftClusters },
      { readScope },
    ] = await Promise.all([
      import("../../engine/mesh-file.ts"),
      import("../../engine/operations/plan.ts"),
      import("../handlers/engine-options.ts"),
      import("../views/human/plan.ts"),
      import("../../engine/documents/plan.ts"),
      import("../../core/plan/plan.ts"),
      import("../../core/advice/left-clusters.ts"),
      import("../handlers/read-scope.ts"),
    ]);
    const meshFile = await readMeshFile(args.file, context.cwd);
    const scope = readScope(meshFile.mesh, args.cluster);
    const { plan, warnings, close } = await preparePlan(
      meshFile,
      await engineOptions(context, {
        forceConflicts: args.forceConflicts,
        adopt: args.adopt,
        continueOnRefusal: args.continue,
      }),
      scope,
    );
    await close();
    if (args.out !== undefined) {
      const { writeSavedPlan } = await import("../../engine/operations/plan.ts");
      const { forceConflicts: force } = args;
      const forceConflicts = typeof force === "boolean" ? force : [...force];
      const options = {
        prune: args.prune,
        forceConflicts,
        adopt: args.adopt,
        clusters: [...scope],
        continue: args.continue,
      };
      await writeSavedPlan(path.resolve(context.cwd, args.out), plan, { meshFile, options, now: context.now() });
      context.log(
        `Saved. To do exactly this: ${quoteCommand([context.env["ISTHMUS_COMMAND"] ?? "isthmus", "apply", args.out])}`,
      );
    }
    if (args.output === "json") {
      context.printJson(planDocument(plan, { prune: args.prune }));
    } else {
      context.print(viewPlan(plan, { prune: args.prune, palette: context.palette }));
    }
    const refused = refusedOf(plan).map(({ diagnostic }) => diagnostic);
    const away = plan.clusters.flatMap((cluster) => (cluster.kind === "unreachable" ? [cluster.diagnostic] : []));
    context.report([...warnings, ...adviseLeftClusters(plan, { prune: args.prune }), ...refused, ...away]);
    if (away.length > 0) {
      return exitCodes.unreachable;
    }
    if (refused.length > 0) {
      return exitCodes.partlyApplied;
    }
    return args.detailedExitcode && hasChanges(plan, { prune: args.prune }) ? exitCodes.changes : exitCodes.ok;
  },
});
