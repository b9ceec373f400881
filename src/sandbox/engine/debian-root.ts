import { findProgram } from "./host-packages.ts";
import { runCommand } from "../process/run-command.ts";

export interface DebianRootOptions {
  readonly suite: string;
  readonly packages: readonly string[];
  /** The folder to unpack into; must not exist. */
  readonly target: string;
  /** An existing folder for the working files, so that they go when it goes. */
  readonly temporaryDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onLine?: (line: string) => void;
}

/**
 * Unpacks Debian packages of one suite, and what they depend on, into a folder.
 * None of their scripts run. apt checks signatures and checksums, and takes
 * them from the mirrors that this machine uses for that suite, else from
 * Debian's own. Throws a CommandError.
 */
export async function unpackDebianRoot(options: DebianRootOptions): Promise<void> {
  const mirrors = await mirrorsOf(options);
  const command = [
    findProgram("mmdebstrap", options.env) ?? "mmdebstrap",
    "--mode=root",
    "--variant=extract",
    "--format=directory",
    `--include=${options.packages.join(",")}`,
    options.suite,
    options.target,
    ...mirrors,
  ];
  const proxy = await aptProxy(options);
  await runCommand("unshare", ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--", ...command], {
    signal: options.signal,
    timeoutMs: 600_000,
    env: { ...options.env, ...proxy, TMPDIR: options.temporaryDir },
    ...(options.onLine === undefined ? {} : { onLine: options.onLine }),
  });
}

/** One line of apt's sources for every mirror of `suite` in the output of `apt-get indextargets`. */
export function parseMirrors(indexTargets: string, suite: string): readonly string[] {
  const lines = indexTargets.split("\n").flatMap((line) => {
    const [createdBy, uri, release, component, option] = line.trim().split(/\s+/);
    const ours = release === suite || release === `${suite}-updates` || release === `${suite}-security`;
    // file: and cdrom: sources are left to mmdebstrap's default: they need more than a line.
    const remote = uri !== undefined && /^https?:/.test(uri);
    return createdBy === "Packages" && ours && remote && component === "main" && option === undefined
      ? [`deb ${uri} ${release} main`]
      : [];
  });
  const unique = [...new Set(lines)];
  // Without the suite itself, its updates are of no use.
  return unique.some((line) => line.endsWith(` ${suite} main`)) ? unique : [];
}

async function mirrorsOf(options: DebianRootOptions): Promise<readonly string[]> {
  const format = "$(CREATED_BY) $(REPO_URI) $(RELEASE) $(COMPONENT)";
  const text = await askApt("apt-get", ["indextargets", "--format", format], options);
  return parseMirrors(text, options.suite);
}

async function aptProxy(options: DebianRootOptions): Promise<Readonly<Record<string, string>>> {
  // mmdebstrap does not read the machine's apt.conf, but its apt honours the environment.
  const text = await askApt("apt-config", ["shell", "PROXY", "Acquire::http::Proxy"], options);
  const proxy = /^PROXY='(https?:[^']*)'$/m.exec(text)?.[1];
  return proxy === undefined ? {} : { http_proxy: proxy };
}

/** What apt says, or nothing on a system without apt: then the defaults hold. */
async function askApt(program: string, args: readonly string[], options: DebianRootOptions): Promise<string> {
  const file = findProgram(program, options.env);
  if (file === undefined) {
    return "";
  }
  const { stdout } = await runCommand(file, args, {
    signal: options.signal,
    timeoutMs: 30_000,
    env: options.env,
  });
  return stdout;
}
