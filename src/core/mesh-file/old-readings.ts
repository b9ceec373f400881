import type { Document, Node, Scalar } from "yaml";
import { isNode, isScalar, visit } from "yaml";
import { resolvePlain } from "../manifests/resolve-scalar.ts";
import type { TextProblem } from "./text-problem.ts";

/**
 * Values of `spec.istio.values` that mean one thing in a mesh file, which is
 * YAML 1.2, and another one in a values file of helm, which is YAML 1.1
 * (sigs.k8s.io/yaml): `no` is a text here and false there, and to a chart's
 * templates every text but the empty one is true; 0400 is 400 here and 256
 * there. Values are copied from such files and from their documentation.
 */
export function findOldReadings(document: Document): readonly TextProblem[] {
  const values = document.getIn(["spec", "istio", "values"], true);
  const problems: TextProblem[] = [];
  const seen = new Set<Node>();
  const look = (node: Node): void => {
    visit(node, {
      Collection: (_key, collection) => {
        seen.add(collection);
      },
      Scalar: (key, scalar) => {
        problems.push(...judge(scalar, scalar.range, key === "key"));
      },
      Alias: (_key, alias) => {
        const target = alias.resolve(document);
        if (isScalar(target)) {
          problems.push(...judge(target, alias.range, false));
        } else if (target !== undefined && !seen.has(target)) {
          look(target);
        }
      },
    });
  };
  if (isNode(values)) {
    look(values);
  }
  return problems;
}

/** `place` is where the value is used. */
function judge({ type, tag, source, value }: Scalar, place: Scalar["range"], isKey: boolean): readonly TextProblem[] {
  // A tag says what is meant, and the key of a merge is a symbol to the library.
  const plain = type === "PLAIN" && tag === undefined && typeof value !== "symbol";
  if (!plain || source === undefined || place === null || place === undefined) {
    return [];
  }
  const old = resolvePlain(source);
  // What is rounded is told as such (ISM162).
  if (old === value || Number.isNaN(old) || typeof old === "bigint" || typeof old === "object") {
    return [];
  }
  const [start, end] = place;
  const own = typeof value === "string" ? JSON.stringify(value) : String(value);
  const ways = isKey ? [own, String(old)] : [String(old), own];
  return [
    {
      code: "ISM725",
      severity: "warning",
      start,
      end,
      detail: `${source} is ${describe(value)} in a mesh file (YAML 1.2), and ${describe(old)} in a values file of helm (YAML 1.1). Charts get ${describe(value)}.`,
      fix: `Write ${ways.join(", or ")} if that is meant; both are read alike everywhere.`,
    },
  ];
}

function describe(value: unknown): string {
  return typeof value === "string" ? `the text ${JSON.stringify(value)}` : String(value);
}
