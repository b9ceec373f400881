import { spawn } from "node:child_process";
import { performance } from "node:perf_hooks";
import { Secret } from "../../core/secret.ts";
import type { ExecPluginSpec } from "../kubeconfig/read-credentials.ts";
import { codeOf, isRecord, parseRecord, textOf } from "../kubeconfig/read-fields.ts";
import type { ResolvedContext } from "../kubeconfig/resolve-context.ts";
import { CredentialError } from "./credential-error.ts";
import { redactText } from "./redact-text.ts";
import { quoteCommand } from "../../core/quote-command.ts";

/** What a credential plugin handed out. */
export interface ExecCredential {
  readonly token?: Secret;
  readonly clientCertificate?: { readonly certificate: string; readonly key: Secret };
  /** Milliseconds since the epoch; undefined = until it is refused. */
  readonly expiresAt?: number;
}

/** Plugins that open a browser wait for a person; the others answer within seconds. */
const timeoutMs = 60_000;

/** When the plugins began that have not ended; each runs once for all that wait for it. */
const running = new WeakMap<ExecPluginSpec, number>();

/** What to say of a look that ran out of its time while the context's plugin was still at work (ISM266); undefined where none is. */
export function describeUnended(context: ResolvedContext): CredentialError | undefined {
  const { exec } = context.user;
  const begun = exec === undefined ? undefined : running.get(exec);
  return exec === undefined || begun === undefined
    ? undefined
    : failure(
        exec,
        context,
        `has been running for ${((performance.now() - begun) / 1000).toFixed(1)} s, and the cluster is not asked before it ends.`,
      );
}

/**
 * Runs a credential plugin without a terminal and reads its ExecCredential
 * (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins).
 * Rejects with a CredentialError (ISM265: not installed, ISM266: anything
 * else, with the plugin's own words, redacted), or the signal's reason.
 */
export async function runExecPlugin(
  spec: ExecPluginSpec,
  context: ResolvedContext,
  signal: AbortSignal,
): Promise<ExecCredential> {
  signal.throwIfAborted();
  running.set(spec, performance.now());
  const run = await runCommand(spec, context, signal).finally(() => running.delete(spec));
  signal.throwIfAborted();
  if (run.kind === "not-started") {
    throw explainMissing(spec, run.cause);
  }
  const known = [...spec.args.filter(looksSecret), ...spec.env.map((one) => one.value)];
  const words = redactText(run.stderr, known).trim().slice(-500);
  const said = words === "" ? "It said nothing." : `It said: ${words}`;
  if (run.kind === "timeout") {
    throw failure(spec, context, `did not end within ${timeoutMs / 1000} s. ${said}`);
  }
  if (run.exitCode !== 0) {
    throw failure(spec, context, `ended with exit code ${run.exitCode ?? "none (killed)"}. ${said}`);
  }
  // Other texts may be a credential in another form, so that they must not be quoted.
  const answer = parseRecord(run.stdout) ?? {};
  const version = textOf(answer["apiVersion"]);
  // As kubectl (client-go, plugin/pkg/client/auth/exec/exec.go): an answer in another version may mean something else.
  if (Object.keys(answer).length > 0 && version !== spec.apiVersion) {
    throw failure(
      spec,
      context,
      `answered in ${version === undefined ? "no version" : `version ${version}`}, and the kubeconfig asks for ${spec.apiVersion}; kubectl refuses that too. ${said}`,
      `Write the version that the command answers in into \`apiVersion\` of \`exec\` in ${context.file}, or have it answer in ${spec.apiVersion}.`,
    );
  }
  const credential = parseCredential(answer);
  if (credential === undefined) {
    throw failure(spec, context, `did not print an ExecCredential with a token or a client certificate. ${said}`);
  }
  return credential;
}

type Run =
  | { readonly kind: "not-started"; readonly cause: unknown }
  | { readonly kind: "timeout"; readonly stderr: string }
  | {
      readonly kind: "ended";
      readonly exitCode: number | null;
      readonly stdout: string;
      readonly stderr: string;
    };

async function runCommand(spec: ExecPluginSpec, context: ResolvedContext, signal: AbortSignal): Promise<Run> {
  const info = {
    apiVersion: spec.apiVersion,
    kind: "ExecCredential",
    spec: {
      interactive: false,
      ...(spec.provideClusterInfo ? { cluster: clusterInfo(context) } : {}),
    },
  };
  const env = {
    ...process.env,
    ...Object.fromEntries(spec.env.map((one) => [one.name, one.value.expose()])),
    KUBERNETES_EXEC_INFO: JSON.stringify(info),
  };
  return new Promise((resolve) => {
    const output = { stdout: "", stderr: "" };
    const child = spawn(
      spec.command,
      spec.args.map((arg) => arg.expose()),
      { env, stdio: ["ignore", "pipe", "pipe"] },
    );
    const end = (run: Run): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", kill);
      resolve(run);
    };
    const kill = (): void => void child.kill("SIGKILL");
    const timer = setTimeout(() => {
      kill();
      end({ kind: "timeout", stderr: output.stderr });
    }, timeoutMs);
    signal.addEventListener("abort", kill, { once: true });
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
    child.once("error", (cause) => end({ kind: "not-started", cause }));
    child.once("close", (exitCode) => end({ kind: "ended", exitCode, ...output }));
  });
}

function clusterInfo(context: ResolvedContext): Readonly<Record<string, unknown>> {
  return {
    server: context.server,
    "insecure-skip-tls-verify": context.insecureSkipTlsVerify,
    ...(context.tlsServerName === undefined ? {} : { "tls-server-name": context.tlsServerName }),
    ...(context.caData === undefined ? {} : { "certificate-authority-data": context.caData }),
  };
}

function parseCredential(answer: Readonly<Record<string, unknown>>): ExecCredential | undefined {
  const status = isRecord(answer["status"]) ? answer["status"] : {};
  const token = textOf(status["token"]);
  const certificate = textOf(status["clientCertificateData"]);
  const key = textOf(status["clientKeyData"]);
  const expires = Date.parse(textOf(status["expirationTimestamp"]) ?? "");
  if (token === undefined && (certificate === undefined || key === undefined)) {
    return undefined;
  }
  return {
    ...(token === undefined ? {} : { token: new Secret(token) }),
    ...(certificate === undefined || key === undefined
      ? {}
      : { clientCertificate: { certificate, key: new Secret(key) } }),
    ...(Number.isNaN(expires) ? {} : { expiresAt: expires }),
  };
}

function looksSecret(arg: Secret): boolean {
  const value = arg.expose();
  return value.length >= 16 && !/^(-|\/|\.|https?:)/.test(value);
}

function explainMissing(spec: ExecPluginSpec, cause: unknown): CredentialError {
  const missing = codeOf(cause) === "ENOENT";
  const reason = missing
    ? "it is not installed, or not in PATH"
    : `it cannot be started (${codeOf(cause) ?? "unknown error"})`;
  return new CredentialError(
    "ISM265",
    `The kubeconfig gets its credentials from the command ${spec.command}, and ${reason}.`,
    spec.installHint ?? `Install ${spec.command}, or use a kubeconfig with a credential of its own.`,
    { cause },
  );
}

function failure(
  spec: ExecPluginSpec,
  context: ResolvedContext,
  what: string,
  fix = `Sign in once where a person can answer it:\n    ${quoteCommand(["kubectl", "--kubeconfig", context.file, "--context", context.context, "get", "--raw", "/version"])}`,
): CredentialError {
  return new CredentialError(
    "ISM266",
    `The command ${spec.command}, which hands out the credentials for the context ${context.context}, ${what}`,
    fix,
  );
}
