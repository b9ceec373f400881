import { summaryOf } from "../../core/diagnostics/catalogue.ts";
import { writeJson } from "../../core/model/exact-json.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { Redactor } from "../../core/redact/redactor.ts";
import { compareText } from "../../core/render/order.ts";
import { KubeError } from "../../kube/errors.ts";
import { diagnoseKubeError } from "../../kube/diagnose.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";

/** A file of the bundle, as it goes into the archive: nothing secret is in it. */
export interface BundleFile {
  /** Within the archive, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** What should be in the bundle and is not. */
export interface MissingPart {
  /** A file, or a folder with a slash at the end. */
  readonly path: string;
  /** The cluster that it is about; left out for what is about the whole mesh. */
  readonly cluster?: string;
  readonly reasons: readonly Pick<Diagnostic, "code" | "summary" | "detail">[];
}

/**
 * `text` and `foreign` are the words of others, `own` a document that this
 * program makes and that holds no secret by its design.
 */
type Content =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "foreign" | "own"; readonly document: unknown };

/**
 * Collects what goes into a support bundle. Everything leaves it through one
 * redactor, at the end, when every secret is known.
 */
export class BundleCollector {
  readonly #contents = new Map<string, Content>();
  readonly #missing: MissingPart[] = [];

  /** A page or a log of others. */
  addText(path: string, text: string): void {
    this.#contents.set(path, { kind: "text", text });
  }

  /** A document of others: objects, debug pages. */
  addForeign(path: string, document: unknown): void {
    this.#contents.set(path, { kind: "foreign", document });
  }

  /** A document of this program. */
  addOwn(path: string, document: unknown): void {
    this.#contents.set(path, { kind: "own", document });
  }

  /** Says of a part that it is not there, and why. */
  miss(part: MissingPart): void {
    this.#missing.push(part);
  }

  /**
   * Does one part of the work; what fails is missing, and stops nothing else.
   * `path` is what is missing then. Rejects only when `signal` fires.
   */
  async attempt(
    part: { readonly path: string; readonly cluster?: string; readonly signal: AbortSignal },
    work: () => Promise<void>,
  ): Promise<void> {
    const { path, cluster, signal } = part;
    try {
      await work();
    } catch (error) {
      signal.throwIfAborted();
      const reasons = await reasonsOf(error, cluster ?? "");
      this.miss({ path, ...(cluster === undefined ? {} : { cluster }), reasons });
    }
  }

  /** What is missing, by path, without secrets. */
  missing(redactor: Redactor): readonly MissingPart[] {
    const sorted = this.#missing.toSorted((a, b) => compareText(a.path, b.path));
    return sorted.map((part) => redactor.own(part) as MissingPart);
  }

  /** All files by path, without secrets. */
  files(redactor: Redactor): readonly BundleFile[] {
    const sorted = [...this.#contents].toSorted(([a], [b]) => compareText(a, b));
    return sorted.map(([path, content]) => ({ path, text: textOf(content, redactor) }));
  }
}

function textOf(content: Content, redactor: Redactor): string {
  if (content.kind === "text") {
    return redactor.text(content.text);
  }
  const document = content.kind === "foreign" ? redactor.foreign(content.document) : redactor.own(content.document);
  return `${writeJson(document, 2)}\n`;
}

async function reasonsOf(error: unknown, cluster: string): Promise<MissingPart["reasons"]> {
  const diagnostics =
    error instanceof UserError
      ? error.diagnostics
      : error instanceof KubeError
        ? [await diagnoseKubeError(error, cluster)]
        : undefined;
  return (
    diagnostics?.map(({ code, summary, detail }) => ({ code, summary, detail })) ?? [
      { code: "ISM480", summary: summaryOf("ISM480"), detail: (error as Error).message },
    ]
  );
}
