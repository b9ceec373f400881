import type { CST, Document, ParsedNode } from "yaml";
import { Composer, Parser } from "yaml";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { errorOf } from "../diagnostics/coded.ts";
import { hiddenTexts, hideTexts } from "../redact/mask-line.ts";
import { findControlCharacter } from "../mesh-file/read-yaml.ts";
import type { SourceText } from "../mesh-file/source-text.ts";
import { createSourceText } from "../mesh-file/source-text.ts";
import { findLineBreak, findNesting, separatorProblems, syntaxProblems } from "./document-problems.ts";
import { findTemplate } from "./find-template.ts";
import type { ManifestCode, ManifestObject, Reading } from "./list-objects.ts";
import { listObjects } from "./list-objects.ts";
import { splitJson } from "./split-json.ts";
import type { ValueProblem } from "./read-value.ts";
import { readValue } from "./read-value.ts";

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
  return chunks.flatMap(({ text, offset }) =>
    readChunk({
      text,
      isJson: json !== undefined,
      report: (code, problem) => {
        problems.push({ ...problem, code, start: problem.start + offset, end: problem.end + offset });
      },
      rangeAt: (start, end) => source.rangeOf(start + offset, end + offset),
    }),
  );
}

/** A text that is read by itself: one value of a stream of JSON, or all of a YAML file. */
interface Chunk extends Reading {
  readonly isJson: boolean;
}

function readChunk(chunk: Chunk): readonly ManifestObject[] {
  const { text, isJson, report } = chunk;
  const tokens = [...new Parser().parse(text)];
  const problem = (isJson ? undefined : findLineBreak(text)) ?? findNesting(tokens);
  if (problem !== undefined) {
    report("ISM227", problem);
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
  return documents.flatMap((document, index) => readDocument(document, documents[index - 1], { ...chunk, tokens }));
}

function readDocument(
  document: Document.Parsed<ParsedNode>,
  before: Document.Parsed<ParsedNode> | undefined,
  chunk: Chunk & { readonly tokens: readonly CST.Token[] },
): readonly ManifestObject[] {
  const { text, isJson, rangeAt, tokens } = chunk;
  const found = isJson ? [] : separatorProblems(document, before, text);
  if (found.length === 0) {
    found.push(...syntaxProblems(document, tokens, text));
  }
  const lineOf = (at: number): number => rangeAt(at, at).start.line;
  const value = found.length === 0 ? readValue(document, found, { text, lineOf, isJson }) : null;
  if (found.length > 0) {
    reportDocument(document, found, chunk);
    return [];
  }
  const { contents } = document;
  // A document of comments only, or of `null`.
  return contents === null || value === null ? [] : listObjects(contents, value, { ...chunk, document });
}

/** What is wrong with a document: that it is a template, where it is one, since everything else follows from that. */
function reportDocument(document: Document, problems: readonly ValueProblem[], { text, report }: Chunk): void {
  const [from, , past] = document.range ?? [0, text.length, text.length];
  const template = findTemplate(text.slice(from, past));
  if (template === undefined) {
    problems.forEach((problem) => report("ISM227", problem));
  } else {
    report("ISM228", { ...template, start: template.start + from, end: template.end + from });
  }
}

function place({ code, start, end, detail, fix }: Problem, source: SourceText, hidden: readonly string[]): Diagnostic {
  return {
    ...errorOf(code),
    detail: `${source.file}: ${hideTexts(detail, hidden)}`,
    fix: hideTexts(fix, hidden),
    range: source.rangeOf(start, Math.max(end, start + 1)),
  };
}
