import type { Weights } from "../../core/decide/shift-steps.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";

/** `["v1=10", "v2=90"]` as weights. A UserError (64) names every part that is not VERSION=PERCENT or comes twice. */
export function parseWeights(parts: readonly string[]): Weights {
  const problems: Diagnostic[] = [];
  const weights: Record<string, number> = {};
  for (const part of parts) {
    const match = /^([a-z0-9]([a-z0-9.-]*[a-z0-9])?)=(\d{1,3})%?$/i.exec(part);
    const name = match?.[1];
    if (name === undefined || Number(match?.[3]) > 100) {
      problems.push(wrong(`${part} is not a version and a whole percentage, as in v1=10.`));
    } else if (name in weights) {
      problems.push(wrong(`${name} is given twice.`));
    } else {
      weights[name] = Number(match?.[3]);
    }
  }
  if (problems.length > 0) {
    throw new UserError(problems, exitCodes.usage);
  }
  return weights;
}

function wrong(detail: string): Diagnostic {
  return {
    ...errorOf("ISM051"),
    detail,
    fix: "Write one VERSION=PERCENT for each version, for example: isthmus shift helloworld v1=50 v2=50",
  };
}
