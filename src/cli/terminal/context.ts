import type { Readable } from "node:stream";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { OnProgress } from "../../core/progress.ts";
import type { MeshFile } from "../../engine/mesh-file.ts";
import type { Scope } from "../../engine/operations/scope.ts";
import type { EngineOptions, PlanOptions, RunOptions } from "../../engine/options.ts";
import type { Palette } from "./palette.ts";

/** The part of a process stream that the command line writes to. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Display width; undefined when it is not a terminal, or one whose size nobody has set. */
  readonly columns?: number | undefined;
  /** Display height; undefined in the same cases. */
  readonly rows?: number | undefined;
}

export type InputStream = Readable & { readonly isTTY?: boolean };

/** What the process gives to `runCli`; tests give their own. */
export interface CliIo {
  /** Opened when it is first asked for: Node loads a dozen modules for it. */
  readonly stdin: () => InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** Aborted when whoever reads stdout has gone (`| head`). Work goes on; only what has no other end than its reader stops. */
  readonly outputClosed: AbortSignal;
}

/** A live view of progress; `stop` puts the terminal back as it was and is safe to call twice. */
export interface ProgressView {
  readonly onProgress: OnProgress;
  readonly stop: () => void;
}

/** What a command says itself about how the engine works; everything else of the options is the same for all commands. */
export type OwnOptions = Partial<Pick<RunOptions, "onEvent" | "timeoutMs"> & PlanOptions>;

/** Which mesh a command is about. */
export interface MeshPlace {
  /** The mesh file as named on the command line. */
  readonly file: string;
  /** What `--cluster` names; every cluster when empty. */
  readonly clusters: readonly string[];
}

/** The mesh file as it is now, and the clusters of it that the command is about. */
export interface GivenMesh {
  readonly meshFile: MeshFile;
  /** Empty when no cluster is left out. */
  readonly scope: Scope;
}

/**
 * Everything a handler needs from outside; handlers read no globals. Data goes
 * to stdout (`print`), everything else to stderr.
 */
export interface CliContext extends CliIo {
  /** The arguments as given, for messages that show a command to run. */
  readonly argv: readonly string[];
  /** Whether stdout takes colour; `palette` follows it. */
  readonly color: boolean;
  readonly palette: Palette;
  /** Whether stderr takes colour; `errorPalette` follows it. */
  readonly errorColor: boolean;
  readonly errorPalette: Palette;
  /** Whether somebody can be asked: stdin and stderr are terminals. */
  readonly interactive: () => boolean;
  /** `--verbose` */
  readonly verbose: boolean;
  /** `--quiet` */
  readonly quiet: boolean;
  /** `--kubeconfig`, as given. */
  readonly kubeconfig: string | undefined;
  /** `--cluster-timeout`, in milliseconds. */
  readonly clusterTimeoutMs: number | undefined;
  /** Writes data to stdout and ends the line. */
  readonly print: (text: string) => void;
  /** Writes one JSON document to stdout. */
  readonly printJson: (document: object) => void;
  /** Writes a line to stderr, unless `--quiet`. */
  readonly log: (line: string) => void;
  /** Writes a line to stderr with `--verbose` only. */
  readonly debug: (line: string) => void;
  /**
   * Writes diagnostics to stderr, also with `--quiet`; decides nothing about the exit code. Commands in
   * their fixes get `-f` and `--kubeconfig` as they were given.
   */
  readonly report: (diagnostics: readonly Diagnostic[]) => void;
  /**
   * Asks a yes-or-no question on stderr. With `yes` it is true at once. Where
   * nobody can be asked it throws a UserError (64) with the command to run.
   */
  readonly confirm: (question: string, options: { readonly yes: boolean }) => Promise<boolean>;
  /** Asks somebody who has interrupted the command a yes-or-no question; false where nobody can be asked. */
  readonly offer: (question: string) => Promise<boolean>;
  /**
   * Shows progress on stderr: live lines on a terminal, plain timestamped
   * lines elsewhere, nothing with `--quiet`. What is logged or reported meanwhile
   * goes above the live lines; call `stop` before data is printed.
   */
  readonly progress: () => ProgressView;
  /** What an operation gets from its caller: this process, the global flags, and what the command says itself. */
  readonly engineOptions: (own?: OwnOptions) => Promise<EngineOptions>;
  /** Runs an operation and shows its progress, which is gone again when this returns or rejects. */
  readonly operate: <Result>(own: OwnOptions, work: (options: EngineOptions) => Promise<Result>) => Promise<Result>;
  /** The same context for a mesh; reads nothing yet. */
  readonly forMesh: (place: MeshPlace) => MeshContext;
}

/** What the handler of a command about a mesh gets. */
export interface MeshContext extends CliContext {
  /** The mesh file as named on the command line. */
  readonly file: string;
  /**
   * Reads the mesh file, anew at every call, and holds it against all rules and
   * the names of `--cluster` against it. Throws one UserError with all problems:
   * 65 for an invalid file, 64 for one that is not there and for a cluster that it does not have.
   */
  readonly readMesh: () => Promise<GivenMesh>;
}
