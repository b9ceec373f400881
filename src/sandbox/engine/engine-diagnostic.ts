import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { sandboxCodes } from "../../core/diagnostics/codes/sandbox.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { CommandError } from "../process/run-command.ts";

export type SandboxCode = keyof typeof sandboxCodes;

/** One problem of the engine, with the summary that the catalogue has for its code. */
export function engineDiagnostic(code: SandboxCode, detail: string, fix: string): Diagnostic {
  return { code, severity: "error", summary: sandboxCodes[code].summary, detail, fix };
}

/**
 * The UserError for a command of the engine's making that failed: `what` went
 * wrong as a sentence, the command's own last lines, and a fix that fits the
 * cause where those lines give it away. Other errors come back as they are.
 */
export function commandFailure(code: SandboxCode, what: string, fix: string, cause: unknown): unknown {
  if (!(cause instanceof CommandError)) {
    return cause;
  }
  const said =
    cause.lastLines.length === 0 ? "" : ` It said:\n${cause.lastLines.map((line) => `  ${line}`).join("\n")}`;
  const detail = `${what}: ${cause.message}.${said}`;
  const diagnostic = engineDiagnostic(code, detail, causeFix(cause.lastLines.join("\n")) ?? fix);
  return new UserError([diagnostic], exitCodes.failed, { cause });
}

const causes: readonly { readonly pattern: RegExp; readonly fix: string }[] = [
  {
    pattern: /no space left on device|disk quota exceeded/i,
    fix: "Free disk space, or put the cache on a larger disk with ISTHMUS_CACHE_DIR, then run the same command again.",
  },
  {
    pattern: /signal: killed|cannot allocate memory|out of memory/i,
    fix: "The machine ran out of memory. Close other programs or add memory or swap (4 GB are enough), then run the same command again: what is compiled stays compiled.",
  },
  {
    pattern: /x509: certificate|certificate verify failed|CERTIFICATE_VERIFY_FAILED|SSLError/i,
    fix: "Something between this machine and the internet signs the traffic anew. Make this machine trust its certificate authority (Debian: update-ca-certificates; pip: PIP_CERT), then run the same command again.",
  },
  {
    pattern: /checksum mismatch|DO NOT MATCH THE HASHES|Hash Sum mismatch/i,
    fix: "What was downloaded is not what is pinned. Nothing of it was used. Check the proxy or mirror that this machine downloads from, then run the same command again.",
  },
  {
    pattern:
      /no such host|Temporary failure (in name )?resol|Could not resolve|Name or service not known|connection refused|i\/o timeout|TLS handshake timeout|Network is unreachable|network is unreachable|Failed to establish a new connection|Could not connect|connection timed out|Failed to fetch|No matching distribution found|Could not find a version|502 Bad Gateway|503 Service/i,
    fix: "The machine must reach Debian's mirror, the Go module proxy and the Python package index once. Check the network, or set HTTPS_PROXY, GOPROXY and PIP_INDEX_URL to what works here, then run the same command again.",
  },
];

function causeFix(text: string): string | undefined {
  return causes.find((one) => one.pattern.test(text))?.fix;
}
