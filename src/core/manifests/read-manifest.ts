import type { Document, ErrorCode, ParsedNode } from "yaml";
import { Composer, Parser, isMap, isSeq } from "yaml";
import type { Diagnostic, SourceRange } from "../diagnostics/diagnostic.ts";
import { errorOf } from "../diagnostics/coded.ts";
import type { Json, KubeObject } from "../model/kube-object.ts";
import { hiddenTexts, hideTexts } from "../redact/mask-line.ts";
import { findControlCharacter, findTooDeep, syntaxFixes } from "../mesh-file/read-yaml.ts";
import type { SourceText } from "../mesh-file/source-text.ts";
import { createSourceText } from "../mesh-file/source-text.ts";
import { findMetadataProblem } from "./check-metadata.ts";
import { findTemplate } from "./find-template.ts";
import { splitJson } from "./split-json.ts";
import type { ValueProblem } from "./read-value.ts";
import { readValue } from "./read-value.ts";

/** An object of a manifest and where it is written. */
export interface ManifestObject {
  readonly object: KubeObject;
  readonly range: SourceRange;
}

type ManifestCode = "ISM204" | "ISM227" | "ISM228";

/** A problem between two offsets of the text. */
interface Problem extends ValueProblem {
  readonly code: ManifestCode;
}

/**
 * The objects of a manifest's documents, those of a List one by one, as
 * kubectl reads them. `name` is how messages call the manifest. What kubectl
 * refuses, what it would drop or change in silence, and what is no object is
 * left out and becomes a diagnostic in `problems`: ISM227 for the text, ISM228
 * for a Helm template, ISM204 for what is no object. Lines of Secrets in
 * messages have asterisks in place of values. Values of Secrets are not wrapped yet.
 */
export function readManifest(text: string, name: string, problems: Diagnostic[]): readonly ManifestObject[] {
  const source = createSourceText(text, name);
  const found: Problem[] = [];
  const objects = readAll(source, found);
  // What is quoted of a Secret or a credential has asterisks, in the line that is shown and in the words.
  const hidden = found.length === 0 ? [] : hiddenTexts(source.text);
  problems.push(...found.map((problem) => place(problem, source, hidden)));
  return objects;
}

function readAll(source: SourceText, problems: Problem[]): readonly ManifestObject[] {
  const control = findControlCharacter(source.text);
  if (control !== undefined) {
    problems.push({ ...control, code: "ISM227" });
    return [];
  }
  const json = splitJson(source.text);
  const chunks = json ?? [{ text: source.text, offset: 0 }];
  return chunks.flatMap((chunk) => readChunk(chunk, source, problems, json !== undefined));
}

function readChunk(
  { text, offset }: { readonly text: string; readonly offset: number },
  source: SourceText,
  problems: Problem[],
  isJson: boolean,
): readonly ManifestObject[] {
  const report = (code: ManifestCode, problem: ValueProblem): void => {
    problems.push({ ...problem, code, start: problem.start + offset, end: problem.end + offset });
  };
  const lineBreak = isJson ? null : /[\u0085\u2028\u2029]/.exec(text);
  if (lineBreak !== null) {
    const name = `U+${lineBreak[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    report("ISM227", {
      start: lineBreak.index,
      end: lineBreak.index + 1,
      detail: `Here is the invisible character ${name}. kubectl takes it for a line break, other readers of YAML do not.`,
      fix: `Delete it, or write it as an escape in double quotes: "\\u${name.slice(2).toLowerCase()}"`,
    });
    return [];
  }
  const tokens = [...new Parser().parse(text)];
  const tooDeep = findTooDeep(tokens);
  if (tooDeep !== undefined) {
    report("ISM227", {
      start: tooDeep,
      end: tooDeep + 1,
      detail: "Lists and mappings are nested in each other too deep here. Mostly a bracket is not closed.",
      fix: "Close the brackets, or take the nesting apart.",
    });
    return [];
  }
  const composer = new Composer<ParsedNode>({
    // Scalars stay texts: readValue takes them for what kubectl does.
    schema: "failsafe",
    merge: false,
    resolveKnownTags: false,
    uniqueKeys: false,
    stringKeys: false,
    logLevel: "error",
  });
  const documents = [...composer.compose(tokens, true, text.length)];
  return documents.flatMap((document, index) => {
    const lineOf = (at: number): number => source.rangeOf(at + offset, at + offset).start.line;
    const found = isJson ? [] : separatorProblems(document, documents[index - 1], text);
    if (found.length === 0) {
      found.push(...syntaxProblems(document));
    }
    const value = found.length === 0 ? readValue(document, found, { text, lineOf, isJson }) : null;
    if (found.length > 0) {
      const [from, , past] = document.range ?? [0, text.length, text.length];
      const template = findTemplate(text.slice(from, past));
      if (template === undefined) {
        found.forEach((problem) => report("ISM227", problem));
      } else {
        report("ISM228", { ...template, start: template.start + from, end: template.end + from });
      }
      return [];
    }
    return readDocument(document, value, {
      report,
      rangeAt: (start, end) => source.rangeOf(start + offset, end + offset),
      text,
    });
  });
}

/** kubectl cuts a file at lines of `---` and nothing else but a comment, and reads the first document of each part. */
function separatorProblems(
  document: Document.Parsed<ParsedNode>,
  before: Document.Parsed<ParsedNode> | undefined,
  text: string,
): ValueProblem[] {
  const start = document.contents?.range[0];
  if (start === undefined) {
    return [];
  }
  const from = before?.range[2] ?? 0;
  const crowded = /^---(?![ \t]*(?:#.*)?\r?$)/m.exec(text.slice(from, document.range[2]));
  if (crowded !== null) {
    return [
      {
        start: from + crowded.index,
        end: from + crowded.index + 3,
        detail: "Something stands behind --- in its line, and kubectl refuses such a separator.",
        fix: "Begin a new line after ---.",
      },
    ];
  }
  const marked = document.directives?.docStart === true;
  return before === undefined || marked || before.contents === null
    ? []
    : [
        {
          start,
          end: start + 1,
          detail: "A document begins here after a line of three dots, and kubectl ignores it without a word.",
          fix: "Put a line of --- before it.",
        },
      ];
}

function syntaxProblems(document: Document.Parsed<ParsedNode>): ValueProblem[] {
  return document.errors.map(({ code, message, pos: [start, end] }) => ({
    start,
    end,
    detail: `${wordsFor(code, message)} Nothing of this document was read.`,
    fix:
      syntaxFixes[code] ??
      "Correct the line, or one of those just above it: its indentation, quotes, brackets, and the space after each colon.",
  }));
}

/** What the YAML library says, without what it quotes of the text. */
function wordsFor(code: ErrorCode, message: string): string {
  switch (code) {
    case "BAD_ALIAS":
      return "The name of an anchor or alias cannot be read.";
    case "TAG_RESOLVE_FAILED":
      return "The tag cannot be read.";
    case "BAD_DQ_ESCAPE":
      return "After a backslash stands what is no escape.";
    default:
      return `${(message.split("\n", 1)[0] ?? message).replace(/[.:]?( at line \d+, column \d+)?:?$/, "")}.`;
  }
}

interface Reading {
  readonly report: (code: ManifestCode, problem: ValueProblem) => void;
  readonly rangeAt: (start: number, end: number) => SourceRange;
  readonly text: string;
}

function readDocument(document: Document.Parsed<ParsedNode>, value: Json, reading: Reading): readonly ManifestObject[] {
  const { contents } = document;
  // A document of comments only, or of `null`.
  return contents === null || value === null ? [] : objectsIn(contents, value, undefined, reading);
}

type Fields = { readonly [key: string]: Json };

/** What a typed List (ConfigMapList) gives its items; nothing, for other Lists. */
interface Inherited {
  readonly apiVersion?: string;
  readonly kind?: string;
}

/**
 * The object itself, or what a List holds: with `items` anything is a List for
 * kubectl. `inherited` is that of the List which the object is in.
 */
function objectsIn(
  node: ParsedNode,
  value: Json,
  inherited: Inherited | undefined,
  reading: Reading,
): readonly ManifestObject[] {
  const [start, end] = node.range;
  const no = (detail: string, fix: string): readonly [] => {
    reading.report("ISM204", { start, end: Math.min(end, start + 1), detail, fix });
    return [];
  };
  if (!isFields(value)) {
    return no(
      value === null ? "An item of the List is empty." : `Here is ${describe(value)} and no object.`,
      value === null ? "Take the empty item out." : shapeFix,
    );
  }
  const { apiVersion, kind } = value;
  if (inherited !== undefined && Object.hasOwn(value, "items")) {
    return no(
      "A List is inside a List here. kubectl refuses the whole document then.",
      "Move the objects of the inner List into the outer one.",
    );
  }
  if (Object.hasOwn(value, "items") && typeof kind === "string") {
    const items = value["items"] ?? null;
    const nodes = isMap(node) ? node.get("items", true) : undefined;
    if (items !== null && !Array.isArray(items)) {
      return no("`items` of the List is no list.", "Write the objects as a list below `items`.");
    }
    const below = kind.replace(/List$/, "");
    const from = typeof apiVersion === "string" && below !== "" ? { apiVersion, kind: below } : {};
    return ((items ?? []) as readonly Json[]).flatMap((item, index) => {
      const inner = isSeq(nodes) ? nodes.items[index] : undefined;
      return objectsIn((inner as ParsedNode | undefined) ?? node, item, from, reading);
    });
  }
  const full = kind === undefined && apiVersion === undefined ? { ...inherited, ...value } : value;
  const problem = findMetadataProblem(full, isMap(node) ? node : undefined);
  if (problem !== undefined) {
    reading.report("ISM204", {
      start: problem.start ?? start,
      end: (problem.start ?? start) + 1,
      detail: problem.detail,
      fix: problem.fix,
    });
    return [];
  }
  const template = isMap(node) ? findTemplate(reading.text.slice(...range(node)), full) : undefined;
  if (template !== undefined) {
    reading.report("ISM228", { ...template, start: template.start + start, end: template.end + start });
    return [];
  }
  return [{ object: full as unknown as KubeObject, range: reading.rangeAt(start, start + 1) }];
}

const shapeFix =
  "Every document of a manifest is one object with apiVersion, kind and metadata.name, or a List of such objects.";

function range(node: ParsedNode): readonly [number, number] {
  return [node.range[0], node.range[1]];
}

function describe(value: Json): string {
  return Array.isArray(value) ? "a list" : typeof value === "string" ? "a text" : `a ${typeof value}`;
}

function isFields(value: Json): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function place({ code, start, end, detail, fix }: Problem, source: SourceText, hidden: readonly string[]): Diagnostic {
  return {
    ...errorOf(code),
    detail: `${source.file}: ${hideTexts(detail, hidden)}`,
    fix: hideTexts(fix, hidden),
    range: source.rangeOf(start, Math.max(end, start + 1)),
  };
}
