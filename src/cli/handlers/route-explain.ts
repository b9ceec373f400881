import type { RequestSettings } from "../../core/decide/route-request.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import type { Service } from "../../core/model/mesh.ts";
import { classOfExplanations } from "../../engine/operations/exit-class.ts";
import type { RouteQuestion } from "../../engine/operations/route-explain.ts";
import { explainRoutes } from "../../engine/operations/route-explain.ts";
import { chooseTarget } from "../../engine/operations/verify-target.ts";
import { address, plainHost } from "../../core/mesh-file/schema/addresses.ts";
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
  const host = readHost(args.host);
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
    ...(host === undefined ? {} : { host }),
    ...(from === undefined ? {} : { from }),
  };
  const found = await context.operate({}, async (options) => explainRoutes(meshFile, question, options));
  view.explanations(found);
  context.report([...found.unexplained, ...found.unreachable.map(({ diagnostic }) => diagnostic)]);
  return exitCodes[classOfExplanations(found)];
}

/** The name that a request has in its Host header, in lower case. Istio's proxies find it without its port (`ignore_port_in_host_matching`). */
function readHost(given: string | undefined): string | undefined {
  const host = given?.toLowerCase().replace(/(?<=^[^:]*|\]):\d+$/, "");
  // RFC 9110, 7.2 and RFC 3986, 3.2.2; names of DNS may have an underscore, and no request asks for a wildcard.
  if (host === undefined || /^(?:[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?|\[[0-9a-f:.]+\])$/.test(host)) {
    return host;
  }
  const near = plainHost(given ?? "").replace(/^\*/, "www");
  throw usageError(
    "ISM005",
    `--host is ${JSON.stringify(given)}, but takes the name that a request asks for, with or without a port.`,
    `isthmus route explain SERVICE --host ${address.test(near) ? near : "www.example.org"}`,
  );
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
