/** Seconds as people read them: `45s`, `2m10s`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, "0")}s`;
}

/** How far a `go build -v` is, from the lines that it prints and the programs that it has written. */
export interface BuildProgress {
  /** Takes one line of output. */
  readonly addLine: (line: string) => void;
  /** One line for people: `812 of at most 3894 packages compiled, now k8s.io/apiserver/…; 2m10s of about 7m40s`. */
  readonly describe: (programsWritten: number, elapsedSeconds: number) => string;
}

export interface BuildSize {
  /** Packages that the programs are made of. Those that an earlier run compiled are not compiled again, and not printed. */
  readonly packages: number;
  readonly programs: number;
  /** For a build from nothing. */
  readonly expectedSeconds: number;
}

/** True for a line of `go build -v` that names a package which is being compiled. */
export function isCompiledPackage(line: string): boolean {
  return /^[\w.~-]+(?:\/[\w.~+-]+)*$/.test(line);
}

/** Counts what `go build -v` prints. */
export function createBuildProgress(size: BuildSize): BuildProgress {
  let compiled = 0;
  let current = "";
  return {
    addLine: (line) => {
      if (isCompiledPackage(line)) {
        compiled += 1;
        current = line;
      }
    },
    describe: (programsWritten, elapsedSeconds) => {
      const time = `${formatSeconds(elapsedSeconds)} of ${describeWhole(size, compiled, elapsedSeconds)}`;
      if (programsWritten > 0) {
        return `${programsWritten} of ${size.programs} programs linked; ${time}`;
      }
      const now = current === "" ? "" : `, now ${current}`;
      return `${compiled} of at most ${size.packages} packages compiled${now}; ${time}`;
    },
  };
}

/** From this part of the expected time on it is seen whether the machine keeps it. */
const seenFrom = 0.8;

/** The time that is expected, and on a machine that is slow or has other work what its own pace makes of it. */
function describeWhole(size: BuildSize, compiled: number, elapsedSeconds: number): string {
  const paced = (elapsedSeconds * size.packages) / Math.max(1, compiled);
  return elapsedSeconds >= size.expectedSeconds * seenFrom && paced > size.expectedSeconds
    ? `about ${formatSeconds(paced)} at this pace`
    : `at most about ${formatSeconds(size.expectedSeconds)}`;
}

/** True for every line of `go mod download -x` that tells of a request; problems are summed up in lines of their own. */
export function isModuleRequest(line: string): boolean {
  return line.startsWith("# get ");
}

/** True for the one line per module of `go mod download -x` that says that its sources have come. */
export function isFetchedModule(line: string): boolean {
  return /^# get \S+\.zip: 200\b/.test(line);
}
