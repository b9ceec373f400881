/** Quoted text, a class of Unicode, a character by its number, or any other escape. */
const escapes = /\\Q.*?(?:\\E|$)|\\[pP](?:\{\^?(?<braced>[^}]*)\}|(?<single>.))|\\x\{(?<hex>[0-9A-Fa-f]+)\}|\\./gsu;

/** https://www.unicode.org/reports/tr44/#General_Category_Values, without Cn, which RE2 lacks. */
const categories = new Set(
  "C Cc Cf Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs".split(" "),
);

/**
 * What proxies refuse of an expression that the library takes, and istiod in
 * part too (findings/envoy-and-go-differ-in-re2.sh), as a clause that goes on
 * after "the expression": classes of Unicode that are neither a category nor a
 * script, and, from Envoy 1.39.1 on, escapes above \x{ff}. The expression has
 * to be one of RE2.
 */
export function findForeignEscape(expression: string): string | undefined {
  for (const { 0: text, groups } of expression.matchAll(escapes)) {
    const name = groups?.["braced"] ?? groups?.["single"];
    if (name !== undefined && !isClass(name)) {
      return `names ${text}, which RE2 does not have: its classes of Unicode are categories such as \\pL and scripts such as \\p{Greek}`;
    }
    if (Number.parseInt(groups?.["hex"] ?? "0", 16) > 0xff) {
      return `names a character as ${text}, and proxies from Envoy 1.39.1 on take \\x{ff} at most: write the character itself, outside of brackets`;
    }
  }
  return undefined;
}

function isClass(name: string): boolean {
  return name === "Any" || categories.has(name) || isScript(name);
}

function isScript(name: string): boolean {
  try {
    return new RegExp(`\\p{Script=${name}}`, "u").source !== "";
  } catch {
    return false;
  }
}
