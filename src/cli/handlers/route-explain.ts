import type { RequestSettings } from "../../core/decide/route-request.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import type { Service } from "../../core/model/mesh.ts";
import { classOfExplanations } from "../../engine/operations/exit-class.ts";
import type { RouteQuestion } from "../../engine/operations/route-explain.ts";
import { explainRoutes } from "../../engine/operations/route-explain.ts";
import { chooseTarget } from "../../engine/operations/verify-target.ts";
import { usageError } from "../command-line/usage-error.ts";
import type { MeshContext } from "../terminal/context.ts";
import type { RouteExplainView } from "../views/route-explain.ts";

export interface RouteExplainArgs {
  readonly service: string | undefined;
  readonly namespace: string | undefined;
  readonly route: string | undefined;
  readonly cluster: readonly string[];
  readonly from: string | undefined;
  readonly host: string | undefined;
  readonly ask: RequestSettings;
}

/** Explains where requests to a service go, and shows it. */
export async function runRouteExplain(
  args: RouteExplainArgs,
  view: RouteExplainView,
  context: MeshContext,
): Promise<ExitCode> {
  const from = readFrom(args.from);
  if (args.service === undefined) {
    throw usageError(
      "ISM003",
      "It is not said which service.",
      "Name one of the mesh file: isthmus route explain SERVICE",
    );
  }
  const { meshFile } = await context.readMesh();
  const target = chooseTarget(meshFile.mesh, args, {});
  const service = meshFile.mesh.services.find(
    (one) => one.name === target?.service && one.namespace === target.namespace,
  ) as Service;
  const question: RouteQuestion = {
    service,
    clusters: args.cluster,
    ask: args.ask,
    ...(args.route === undefined ? {} : { route: args.route }),
    // Istio's proxies find a host without its port (`ignore_port_in_host_matching`).
    ...(args.host === undefined ? {} : { host: args.host.toLowerCase().replace(/:\d+$/, "") }),
    ...(from === undefined ? {} : { from }),
  };
  const found = await context.operate({}, async (options) => explainRoutes(meshFile, question, options));
  view.explanations(found);
  context.report([...found.unexplained, ...found.unreachable.map(({ diagnostic }) => diagnostic)]);
  return exitCodes[classOfExplanations(found)];
}

function readFrom(from: string | undefined): RouteQuestion["from"] {
  if (from === undefined || from === "gateway" || from === "mesh") {
    return from;
  }
  const [, namespace, name] = /^([a-z0-9.-]+)\/([a-z0-9.-]+)$/.exec(from) ?? [];
  if (namespace === undefined || name === undefined) {
    throw usageError(
      "ISM005",
      `--from is ${JSON.stringify(from)}, but takes gateway, mesh, or a pod as NAMESPACE/POD.`,
      "isthmus route explain SERVICE --from mesh",
    );
  }
  return { namespace, name };
}
