/**
 * The values of a JSON stream (`{…}{…}`), with their offsets; undefined for
 * what is not JSON throughout. kubectl takes a file for JSON when it begins with a brace.
 */
export function splitJson(text: string): readonly { readonly text: string; readonly offset: number }[] | undefined {
  if (!/^\s*\{/.test(text)) {
    return undefined;
  }
  const chunks: { text: string; offset: number }[] = [];
  for (let start = nextValue(text, 0); start < text.length; start = nextValue(text, start)) {
    const end = endOfValue(text, start);
    if (end === undefined) {
      return undefined;
    }
    chunks.push({ text: text.slice(start, end), offset: start });
    start = end;
  }
  return chunks.every((chunk) => isJson(chunk.text)) ? chunks : undefined;
}

/** The offset of the next character that is no blank. */
function nextValue(text: string, from: number): number {
  const character = /\S/g;
  character.lastIndex = from;
  return character.exec(text)?.index ?? text.length;
}

/** The offset behind the bracket that closes the one at `start`; undefined where there is no such pair. */
function endOfValue(text: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"' && depth > 0) {
      at = endOfString(text, at);
    } else if (character === "{" || character === "[") {
      depth += 1;
    } else if (character === "}" || character === "]") {
      depth -= 1;
    }
    if (depth <= 0) {
      return depth === 0 && at > start ? at + 1 : undefined;
    }
  }
  return undefined;
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
