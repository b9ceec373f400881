import type { OfflineRender } from "../../engine/operations/render.ts";
import type { Printer } from "./printer.ts";
import { renderedJson, renderedYaml } from "./rendered.ts";

/** What `isthmus render` prints. */
export interface RenderView {
  /** Cluster by cluster, as they are rendered. Rejects with what stops the rendering. */
  readonly rendered: (all: OfflineRender) => Promise<void>;
}

/** The view that `-o` names. */
export function renderView(output: "yaml" | "json", out: Printer): RenderView {
  const texts = { yaml: renderedYaml, json: renderedJson }[output];
  return {
    rendered: async (all) => {
      for await (const text of texts(all)) {
        out.print(text);
      }
    },
  };
}
