import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface RunHelmOptions {
  /** A folder for everything that helm keeps; nothing of the caller's own helm settings is read. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What a download needs of the caller's environment. */
const passedOn = ["PATH", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"] as const;
const certificates = ["SSL_CERT_FILE", "SSL_CERT_DIR"] as const;

/**
 * Runs helm and gives what it printed. No repository, plugin, cache or
 * kubeconfig of the caller changes the result. Rejects with helm's own words
 * in `stderr`.
 */
export async function runHelm(helm: string, args: readonly string[], options: RunHelmOptions): Promise<string> {
  const kept = [...passedOn, ...certificates].flatMap((name) => {
    const value = options.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const { stdout } = await run(helm, [...args], {
    signal: options.signal,
    timeout: options.timeoutMs,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...Object.fromEntries(kept), HOME: options.home, KUBECONFIG: "/dev/null" },
  });
  return stdout;
}

/** Why helm failed: its own words where it said something, else how it ended. */
export function wordsOfHelm(error: unknown): string {
  const said = (error as { stderr?: string }).stderr?.trim();
  return said === undefined || said === "" ? (error as Error).message : said;
}
