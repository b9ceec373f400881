import type { RouteExplanations } from "../../core/explain-route/explanation.ts";
import { explanationsDocument } from "../../engine/documents/route.ts";
import { viewExplanations } from "./human/route-explain.ts";
import type { Printer } from "./printer.ts";

/** What `isthmus route explain` prints. */
export interface RouteExplainView {
  readonly explanations: (found: RouteExplanations) => void;
}

/** The view that `-o` names. */
export function routeExplainView(output: "table" | "json", out: Printer): RouteExplainView {
  const views: Readonly<Record<typeof output, RouteExplainView>> = {
    table: { explanations: (found) => out.print(viewExplanations(found, out.palette)) },
    json: { explanations: (found) => out.printJson(explanationsDocument(found)) },
  };
  return views[output];
}
