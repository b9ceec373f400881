/**
 * The values of a JSON stream (`{…}{…}`), with their offsets; undefined for
 * what is not JSON throughout. kubectl takes a file for JSON when it begins with a brace.
 */
export function splitJson(text: string): readonly { readonly text: string; readonly offset: number }[] | undefined {
  if (!/^\s*\{/.test(text)) {
    return undefined;
  }
  const chunks: { text: string; offset: number }[] = [];
  let depth = 0;
  let start = -1;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"' && start !== -1) {
      at = endOfString(text, at);
    } else if (character === "{" || character === "[") {
      start = depth === 0 ? at : start;
      depth += 1;
    } else if (character === "}" || character === "]") {
      depth -= 1;
      if (depth === 0) {
        chunks.push({ text: text.slice(start, at + 1), offset: start });
        start = -1;
      }
    } else if (depth === 0 && !/\s/.test(character ?? "")) {
      return undefined;
    }
    if (depth < 0) {
      return undefined;
    }
  }
  return depth === 0 && chunks.every((chunk) => isJson(chunk.text)) ? chunks : undefined;
}

/** The offset of the closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') {
    at += text[at] === "\\" ? 2 : 1;
  }
  return at;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
