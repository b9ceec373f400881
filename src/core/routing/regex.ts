import { RE2JS } from "re2js";
import { findForeignEscape } from "./regex-escapes.ts";
import { countInstructions } from "./regex-size.ts";

/** istiod's own limit, in bytes (validateStringRegexp in pkg/config/validation). */
const maxBytes = 1024;

/**
 * What proxies take: `re2.max_program_size.error_level` of Istio's Envoy
 * bootstrap. An expression that is larger makes the proxy refuse all routes of
 * the port at once.
 */
const maxProgramSize = 32_768;

const compiled = new Map<string, RE2JS>();

/** Whether RE2 takes the expression at all. */
export function isExpression(expression: string): boolean {
  return findRegexProblem(expression) === undefined;
}

/** The expression that matches this text alone, beginning and end apart. */
export function literalExpression(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** Whether the expression matches the whole text, as proxies compare paths and headers. The expression has to be valid. */
export function matchesWhole(expression: string, text: string): boolean {
  return compile(expression).testExact(text);
}

/**
 * Why Istio or a proxy refuses an expression, as a clause that goes on after
 * "the expression"; undefined for one that they take. The parser is that of
 * Go, which istiod asks too: https://github.com/google/re2/wiki/Syntax
 */
export function findRegexProblem(expression: string): string | undefined {
  const bytes = new TextEncoder().encode(expression).length;
  if (bytes > maxBytes) {
    return `has ${bytes} bytes, and Istio takes ${maxBytes} at most`;
  }
  let one: RE2JS;
  try {
    one = compile(expression);
  } catch (error) {
    return `is no RE2 expression (${error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : String(error)})`;
  }
  const foreign = findForeignEscape(expression);
  if (foreign !== undefined) {
    return foreign;
  }
  const size = countInstructions(one);
  return size > maxProgramSize
    ? `becomes a program of about ${size} instructions in proxies up to Envoy 1.39.0, which refuse more than ${maxProgramSize}: repetitions multiply, and classes such as \\pL or . are many ranges of bytes`
    : undefined;
}

function compile(expression: string): RE2JS {
  const found = compiled.get(expression) ?? RE2JS.compile(expression);
  compiled.set(expression, found);
  return found;
}
