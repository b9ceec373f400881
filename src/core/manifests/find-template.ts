import type { Json } from "../model/kube-object.ts";

/** A place of a template that was not rendered: offsets in the text. */
export interface TemplatePlace {
  readonly start: number;
  readonly end: number;
  readonly detail: string;
  readonly fix: string;
}

/** Actions that only Helm's charts have: its own objects, and the control words and functions of their templates. */
const action =
  /\{\{-?\s*(?:\/\*|\$?\.?(?:Values|Release|Chart|Capabilities|Template|Files)\b|\$\.|(?:if|else|end|with|range|define|block|include|template|tpl|toYaml|required|default|fromYaml|lookup|nindent|quote|printf)\b|(?:\.|\$)[\w.]*\s*(?:\||-?\}\}))/;

/** Those of them that no text of another program has by chance. */
const certain = /\{\{-?\s*(?:(?:toYaml|tpl|include|required|default\s+\S+)\s+[^}]*?)?\$?\.(?:Values|Release|Chart)\./;

/** Kinds whose fields hold texts of other programs, templates among them; only their metadata does not. */
const carriers: ReadonlySet<string> = new Set(["ConfigMap", "Secret", "CustomResourceDefinition", "ApplicationSet"]);

/**
 * The first action of a Helm template in the text of a document. Without
 * `value` the text could not be read, so any action is the cause; with it only
 * what can be nothing else counts, and nothing within objects that carry texts of others.
 */
export function findTemplate(text: string, value?: { readonly [key: string]: Json }): TemplatePlace | undefined {
  const start = findAction(withoutComments(text), value);
  if (start === undefined) {
    return undefined;
  }
  const shown = /^\{\{[^\n]*?\}\}/.exec(text.slice(start))?.[0] ?? "{{";
  return {
    start,
    end: start + shown.length,
    detail: `This is a Helm template that was not rendered: ${shown.length > 60 ? "{{ … }}" : shown} stands where the chart's values belong.`,
    fix: "Render the chart once and name what it gives: helm template NAME CHART --values FILE > FOLDER/objects.yaml",
  };
}

function findAction(text: string, value: { readonly [key: string]: Json } | undefined): number | undefined {
  if (value === undefined || !carriers.has(String(value["kind"]))) {
    return (value === undefined ? action : certain).exec(text)?.index;
  }
  const match = certain.exec(JSON.stringify(value["metadata"] ?? {}));
  return match === null ? undefined : Math.max(0, text.indexOf(match[0]));
}

/** Comments become blanks, so that offsets stay. */
function withoutComments(text: string): string {
  return text.replaceAll(/(^|\s)#[^\n]*/g, (whole) => whole.replaceAll(/[^\n]/g, " "));
}
