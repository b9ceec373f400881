import type { RouteExplanation, RouteExplanations } from "../../core/explain-route/explanation.ts";
import { isServed } from "../../core/explain-route/explanation.ts";

/** Where requests of a service go, `kind: RouteExplanation`. Shares are from 0 to 1; values of headers are left out. */
export function explanationsDocument({ explanations, ...rest }: RouteExplanations): object {
  return {
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "RouteExplanation",
    ...rest,
    explanations: explanations.map(explanationOf),
  };
}

function explanationOf({ request: { headers, ...request }, ...one }: RouteExplanation): object {
  return { ...one, request: { ...request, headers: Object.keys(headers) }, served: isServed(one) };
}
