/** What is known of an expression's language without running it. */
export interface RegexShape {
  /** Every text that the expression matches begins with this; "" when nothing is known. */
  readonly literal: string;
  /** `text`: it matches `literal` and nothing else. `prefix`: it matches everything that begins with `literal`. */
  readonly whole?: "text" | "prefix";
  /** The expression without a `.*` at its end: whatever begins with a match of this is a match too. */
  readonly stem?: string;
}

const plain = /^(?:[A-Za-z0-9/_~%,;:@&=!'" -]|\\[^\w\s])/;

/**
 * Reads the beginning and the end of a valid RE2 expression that is matched
 * against a whole path or header. Says less rather than something untrue.
 */
export function shapeOfRegex(expression: string): RegexShape {
  // Flags and \Q…\E change what the characters after them mean; an alternative at the top begins anew.
  if (/\\Q|\(\?[a-zA-Z]*[imsU]/.test(expression) || hasTopAlternative(expression)) {
    return { literal: "" };
  }
  const text = expression.replace(/^\^/, "").replace(/(?<!\\)\$$/, "");
  let literal = "";
  let rest = text;
  for (let next = plain.exec(rest); next !== null; next = plain.exec(rest)) {
    const after = rest.slice(next[0].length);
    if (/^[*+?{]/.test(after)) {
      break;
    }
    literal += next[0].length === 2 ? next[0].slice(1) : next[0];
    rest = after;
  }
  if (rest === "") {
    return { literal, whole: "text" };
  }
  return {
    literal,
    ...(rest === ".*" ? { whole: "prefix" as const } : {}),
    ...(text.endsWith(".*") && !isEscaped(text, text.length - 2) && !endsInClass(text)
      ? { stem: text.slice(0, -2) }
      : {}),
  };
}

/** Whether the character at `at` has an odd number of backslashes before it. */
function isEscaped(text: string, at: number): boolean {
  let count = 0;
  while (text[at - 1 - count] === "\\") {
    count += 1;
  }
  return count % 2 === 1;
}

interface Scan {
  readonly topAlternative: boolean;
  readonly inClass: boolean;
}

function scan(text: string): Scan {
  let depth = 0;
  let inClass = false;
  let topAlternative = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "\\") {
      at += 1;
    } else if (inClass) {
      inClass = character !== "]" || text[at - 1] === "[" || (text[at - 1] === "^" && text[at - 2] === "[");
    } else if (character === "[") {
      inClass = true;
    } else if (character === "(") {
      depth += 1;
    } else if (character === ")") {
      depth -= 1;
    } else if (character === "|" && depth === 0) {
      topAlternative = true;
    }
  }
  return { topAlternative, inClass: inClass || depth > 0 };
}

function hasTopAlternative(text: string): boolean {
  return scan(text).topAlternative;
}

function endsInClass(text: string): boolean {
  return scan(text.slice(0, -2)).inClass;
}
