import type { Document, Scalar } from "yaml";
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
  if (isNode(values)) {
    visit(values, {
      Scalar: (_key, scalar) => {
        problems.push(...judge(scalar));
      },
      Alias: (_key, alias) => {
        const target = alias.resolve(document);
        problems.push(...(isScalar(target) ? judge(target, alias.range) : []));
      },
    });
  }
  return problems;
}

/** `place` is where the value is used. */
function judge({ type, tag, source, value, range }: Scalar, place = range): readonly TextProblem[] {
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
  return [
    {
      code: "ISM725",
      start,
      end,
      detail: `${source} is ${describe(value)} in a mesh file (YAML 1.2), and ${describe(old)} in a values file of helm (YAML 1.1), so that it is open which of the two is meant.`,
      fix: `Write ${String(old)}, or ${typeof value === "string" ? JSON.stringify(value) : String(value)} if that is meant.`,
    },
  ];
}

function describe(value: unknown): string {
  return typeof value === "string" ? `the text ${JSON.stringify(value)}` : String(value);
}
