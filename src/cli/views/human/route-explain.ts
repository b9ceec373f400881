import type {
  ExplainedDestination,
  RouteExplanation,
  RouteExplanations,
} from "../../../core/explain-route/explanation.ts";
import type { RuleName } from "../../../core/explain-route/explain-request.ts";
import { isServed, passesThrough } from "../../../core/explain-route/explanation.ts";
import { isOfGatewayApi } from "../../../core/proxy/route-source.ts";
import type { Palette } from "../../terminal/palette.ts";
import { renderTable } from "./table.ts";

/** Each request with the rule that takes it, then a row for every endpoint that it may reach. */
export function viewExplanations({ explanations }: RouteExplanations, palette: Palette): string {
  return explanations.map((one) => viewOne(one, palette)).join("\n\n");
}

function viewOne(one: RouteExplanation, palette: Palette): string {
  const { cluster, proxies, decision } = one;
  const mark =
    decision.kind === "unknown" ? palette.changed("?") : isServed(one) ? palette.good("√") : palette.bad("×");
  const [first = "", ...others] = proxies;
  const more = others.length === 0 ? "" : ` and ${others.length} more that do the same`;
  return [
    `${mark} ${palette.strong(`${cluster}  ${askedOf(one)}`)}`,
    `  ${palette.dim(`by ${first}${more}`)}`,
    `  ${describe(one)}`,
    ...(one.destinations.length === 0 ? [] : indent(viewDestinations(one.destinations, decision))),
  ].join("\n");
}

function askedOf(one: RouteExplanation): string {
  const { decision, entrance, request } = one;
  return decision.kind === "tcp" ? `connection to ${request.host}:${entrance.port}` : `${request.method} ${urlOf(one)}`;
}

function urlOf({ entrance, request: { host, path } }: RouteExplanation): string {
  const port = entrance.kind === "mesh" ? `:${entrance.port}` : "";
  return `${entrance.kind === "gateway" && entrance.secure ? "https" : "http"}://${host}${port}${path}`;
}

function describe(one: RouteExplanation): string {
  const { decision, entrance, request } = one;
  switch (decision.kind) {
    case "no-listener":
      return entrance.kind === "mesh"
        ? `It has no routes of HTTP for port ${entrance.port} of ${request.host}, and no listener that takes connections for it`
        : entrance.secure
          ? `It has no listener at port ${entrance.port} for ${request.host}: TLS connections are reset`
          : `It has no listener at port ${entrance.port}: connections are refused`;
    case "no-host":
      return `It knows no host ${request.host}, and answers 404`;
    case "needs-tls":
      return `It takes requests for ${request.host} by TLS only, and answers with a redirect to https (a Gateway's httpsRedirect)`;
    case "no-rule":
      return `None of its ${decision.rules} rules for ${request.host} takes the request, and it answers 404`;
    case "unknown":
      return `${ruleOf(decision.rule)} may take it: whether the request meets its condition on ${decision.condition} cannot be judged here`;
    case "tcp":
      return describeTcp(decision);
    case "rule": {
      const also = decision.also.length === 0 ? "" : `, which ${decision.also.join(", and ")}`;
      const answers = decision.answers === undefined ? "" : `, which ${decision.answers}`;
      return `${ruleOf(decision.rule)}${answers}${also}${passesThrough(decision) ? ": it goes on to the address that its name has, and the mesh has no part in it" : ""}`;
    }
  }
}

function describeTcp(decision: Extract<RouteExplanation["decision"], { readonly kind: "tcp" }>): string {
  if (passesThrough(decision)) {
    return "It does not know the service: connections go on to the address that its name has, and the mesh has no part in it";
  }
  if (!decision.known) {
    return "It does not know the service and lets nothing else out (REGISTRY_ONLY): connections are closed";
  }
  const { virtualService } = decision;
  const source =
    virtualService === ""
      ? "istiod's own"
      : isOfGatewayApi(virtualService)
        ? "a route of the Gateway API"
        : `VirtualService ${virtualService}`;
  return `It passes connections on as TCP, without looking at what is asked (${source}): by the port's name or appProtocol the Service says so`;
}

function ruleOf({ virtualService, gatewayRule, position, of, match }: RuleName): string {
  const source =
    gatewayRule === undefined
      ? virtualService === ""
        ? "istiod's own"
        : `VirtualService ${virtualService}`
      : `rule ${gatewayRule} of an HTTPRoute or GRPCRoute`;
  return `rule ${position} of ${of}: ${match} (${source})`;
}

function viewDestinations(
  destinations: readonly ExplainedDestination[],
  decision: RouteExplanation["decision"],
): string {
  if (passesThrough(decision) || (decision.kind === "tcp" && !decision.known)) {
    return "";
  }
  const rows = destinations.flatMap((one) => {
    const named = [one.version ?? "-", percent(one.share)];
    const fails = decision.kind === "tcp" ? "closes connections" : "answers 503";
    if (!one.held) {
      return [[...named, "-", "-", "-", `the proxy has no ${one.name}, and ${fails}`]];
    }
    return one.endpoints.length === 0
      ? [[...named, "-", "-", "-", `no endpoints: the proxy ${fails}`]]
      : one.endpoints.map((endpoint, index) => [
          ...(index === 0 ? named : ["", ""]),
          endpoint.cluster ?? "?",
          endpoint.address,
          percent(endpoint.share),
          endpoint.idle ?? "",
        ]);
  });
  return renderTable(["VERSION", "WEIGHT", "CLUSTER", "ENDPOINT", "SHARE", "NOT USED"], rows);
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

function indent(text: string): readonly string[] {
  return text === "" ? [] : text.split("\n").map((line) => `    ${line}`);
}
