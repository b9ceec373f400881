import { kinds } from "./patterns.ts";

/**
 * Hides what is secret in a line of a file that a message shows. A file with
 * an error in it cannot be parsed, so this goes by the text: nothing here has to be valid.
 */

/** Names whose values are secret, in the spellings of YAML, JSON, environments and command lines. */
const credentialName =
  /(?:pass(?:word|wd|phrase)?|pwd|secret|token|credential|(?:api|access|private|account|signing|encryption|hmac|ssh|license)[-_.]?key|client[-_]?key|key[-_.]?data|tls\.key|\.key|\.pem|auth|bearer|cookie|secretgenerator|dockerconfigjson|connection[-_]?string|dsn)s?(?:[-_.]?(?:data|value|base64|b64|pem|hash))?$/i;

/** A longer line is one that no person wrote, and is hidden as a whole. */
const longestLine = 2000;

/** How many lines above are looked at for the key that a line stands below. */
const mostLinesAbove = 200;

/** Names that end in this hold no secret, they say where one is. */
const reference = /(?:name|namespace|ref|reference|path|file|mount|volume|key|type|provider|ttl|seconds|enabled)s?$/i;

/** A key at the start of a line, also as an item of a list, quoted or not: indentation, key, colon, value. */
const keyLine = /^(\s*(?:[-?]\s+)*[{[\s]*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'#:{}[\],][^:{}[\],]*?)(\s*:(?:\s+|$))(.*)$/;

/** `name: value`, `name=value`, `"name":"value"` anywhere in a line. */
const namedValue = /([\w.-]+)(["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,;}\]]+)/g;

/** A name and a value beside each other in one line, in either order: `{ name: DB_PASSWORD, value: … }`. */
const scalar = String.raw`"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,;}\]]+`;
const variables: readonly RegExp[] = [
  new RegExp(
    String.raw`(?<=\bname["']?\s*:\s*["']?(?<name>[\w.-]+)["']?\s*,\s*["']?value["']?\s*:\s*)(?:${scalar})`,
    "g",
  ),
  new RegExp(
    String.raw`(?<=\bvalue["']?\s*:\s*)(?:${scalar})(?=\s*,\s*["']?name["']?\s*:\s*["']?(?<name>[\w.-]+))`,
    "g",
  ),
];

/** What has the form of a secret, whatever stands around it. */
const secretForms: readonly RegExp[] = [
  /-----(?:BEGIN|END) [A-Z0-9 ]+-----.*/g,
  /\beyJ[\w-]{6,}[\w.-]*/g,
  /\b(?:ghp|gho|ghs|github_pat|glpat|xox[abprs]|sk|pk|AKIA|ASIA)[-_A-Za-z0-9]{12,}/g,
  /(?<=:\/\/[^\s/:@"']*:)[^\s/@"']+(?=@)/g,
  /(?<=\b(?:bearer|basic|digest)\s+)[\w.~+/=:-]{4,}/gi,
  /(?<![\w.+/=-])[A-Za-z0-9+/_-]{32,}={0,2}(?![\w+/=])/g,
];

/**
 * The line (one-based) of the text with asterisks in place of what may be
 * secret, as many as it has characters, so that columns stay what they are:
 * every value in a document of kind Secret, values of fields and variables
 * whose name speaks of a credential, also over several lines, and what looks
 * like a key, a token or a long base64 text.
 */
export function maskLine(text: string, line: number): string {
  const lines = text.split(/\r?\n/);
  return maskIn(lines, line - 1, isInSecret(lines, line - 1));
}

/** All texts of at least four characters that `maskLine` hides anywhere in the text: to take them out of others' messages about it. */
export function hiddenTexts(text: string): readonly string[] {
  const lines = text.split(/\r?\n/);
  const found = new Set<string>();
  let inSecret = false;
  for (const [index, line] of lines.entries()) {
    inSecret = index === 0 || isSeparator(line) ? isInSecret(lines, index) : inSecret;
    const masked = maskIn(lines, index, inSecret);
    for (const match of masked.matchAll(/\*{4,}/g)) {
      const hidden = line.slice(match.index, match.index + match[0].length);
      // Its words too, but for keys: messages quote parts.
      const words = hidden.match(/[^\s"',{}[\]:=]+(?![^\s"',{}[\]:=]|["']?\s*:)/g) ?? [];
      for (const part of [hidden, ...words].flatMap((one) => [one, one.replace(/^[*&!<"']+|["'>],?$/g, "")])) {
        if (part.length >= 4 && !/^\*+$/.test(part)) {
          found.add(part);
        }
      }
    }
  }
  return [...found].sort((a, b) => b.length - a.length);
}

/** The words of somebody else about a text, without what `maskLine` hides in it. */
export function hideTexts(words: string, hidden: readonly string[]): string {
  let rest = words;
  for (const one of hidden) {
    rest = rest.replaceAll(one, "*".repeat(one.length));
  }
  return secretForms.reduce((all, form) => all.replaceAll(form, stars), rest);
}

function maskIn(lines: readonly string[], index: number, inSecret: boolean): string {
  const line = lines[index] ?? "";
  if (line.length > longestLine) {
    return stars(line);
  }
  if (isStructure(line)) {
    return line;
  }
  if (inSecret || isBelowCredential(lines, index) || isCredentialValue(lines, index)) {
    return maskValues(line);
  }
  const named = line.replaceAll(namedValue, (whole, name: string, between: string, value: string) =>
    isCredential(name) && !isReferenceLike(value) ? `${name}${between}${starsIn(value)}` : whole,
  );
  const beside = line.includes("value") ? variables : [];
  const hidden = beside.reduce(
    (all, form) =>
      all.replaceAll(form, (value: string, ...rest: readonly unknown[]) =>
        isCredential((rest.at(-1) as { readonly name: string }).name) && !isReferenceLike(value)
          ? starsIn(value)
          : value,
      ),
    named,
  );
  return secretForms.reduce((all, form) => all.replaceAll(form, stars), hidden);
}

/** True for what every document has and nobody hides. */
function isStructure(line: string): boolean {
  return /^\s*(?:-\s+)?(?:apiVersion:\s*[\w./-]+|kind:\s*\w+|metadata:|data:|stringData:|spec:|items:|---.{0,2}|\.\.\.)?\s*$/.test(
    line,
  );
}

/** Whether the document around the line, between two separators, holds a Secret. */
function isInSecret(lines: readonly string[], index: number): boolean {
  let from = index;
  while (from > 0 && !isSeparator(lines[from])) {
    from -= 1;
  }
  let to = index + 1;
  while (to < lines.length && !isSeparator(lines[to])) {
    to += 1;
  }
  return /(?:^|[\s,{"'])kind["']?\s*:\s*(?:&\S+\s+|!\S+\s+)?["']?(?:Secret|SecretList)\b/.test(
    lines.slice(from, to).join("\n"),
  );
}

function isSeparator(line: string | undefined): boolean {
  return /^\ufeff?---(?:\s|$)/.test(line ?? "");
}

/** Whether the line belongs to a value of several lines, or a mapping, below a key that speaks of a credential. */
function isBelowCredential(lines: readonly string[], index: number): boolean {
  const own = keyOf(lines[index] ?? "");
  const isHarmless = own !== undefined && (reference.test(own) || own === "env");
  return !isHarmless && linesAround(lines, index).some((at) => speaksOfCredential(lines, at));
}

/** The lines that the line stands below, by indentation, the nearest first. */
function linesAround(lines: readonly string[], index: number): readonly number[] {
  const line = lines[index] ?? "";
  const isText = keyOf(line) === undefined;
  const around: number[] = [];
  let depth = indentOf(line);
  // The key of a list may stand as far left as its items.
  let isItem = startsItem(line);
  for (let at = index - 1; at >= Math.max(0, index - mostLinesAbove) && (depth > 0 || isItem); at -= 1) {
    const above = lines[at] ?? "";
    const indent = indentOf(above);
    const isKeyBeside = (isItem && !startsItem(above)) || (isText && keyLine.test(above));
    if (above.trim() !== "" && (indent < depth || (indent === depth && isKeyBeside))) {
      around.push(at);
      isItem = startsItem(above);
      depth = indent;
    }
  }
  return around;
}

function speaksOfCredential(lines: readonly string[], at: number): boolean {
  const key = keyOf(lines[at] ?? "");
  return key !== undefined && (isCredential(key) || (key === "value" && namesCredential(lines, at)));
}

/** `value: …` of a variable or a generator's entry whose name speaks of a credential. */
function isCredentialValue(lines: readonly string[], index: number): boolean {
  return keyOf(lines[index] ?? "") === "value" && namesCredential(lines, index);
}

function namesCredential(lines: readonly string[], index: number): boolean {
  return [index - 2, index - 1, index + 1, index + 2].some((at) => {
    const match = /^\s*(?:-\s+)?["']?name["']?\s*:\s*["']?([\w.-]+)/.exec(lines[at] ?? "");
    return match?.[1] !== undefined && isCredential(match[1]);
  });
}

/** Whether a field, a variable or a key of that name holds something secret: `DB_PASSWORD`, `token`, `tls.key`. */
export function isCredential(name: string): boolean {
  const bare = name.replace(/^["']|["']$/g, "");
  return credentialName.test(bare) && !(reference.test(bare) && !/key$/i.test(bare));
}

/** What stands there leads to a secret, or says that there is none. */
function isReferenceLike(value: string): boolean {
  return (
    kinds.has(value) || /^(?:true|false|null|~|[|>][-+\d]*|[{[]|[{[][\w-]+:.*|\$\(.*\)|\$?\{\{.*|\$\{.*)$/.test(value)
  );
}

function keyOf(line: string): string | undefined {
  return keyLine.exec(line)?.[2]?.replace(/^["']|["']$/g, "");
}

function startsItem(line: string): boolean {
  return /^\s*-(?:\s|$)/.test(line);
}

function indentOf(line: string): number {
  return /^\s*/.exec(line)?.[0].length ?? 0;
}

/** The line with its first key left to see, or with nothing. */
function maskValues(line: string): string {
  const match = keyLine.exec(line);
  if (match === null) {
    return starsIn(line);
  }
  const [, before = "", key = "", colon = "", value = ""] = match;
  return `${before}${key}${colon}${/^(?:[|>][-+\d]*|[{[])?\s*$/.test(value) ? value : starsIn(value)}`;
}

function stars(text: string): string {
  return "*".repeat(text.length);
}

/** Asterisks for everything but the blanks around. */
function starsIn(text: string): string {
  return text.replace(/\S(?:.*\S)?/, stars);
}
