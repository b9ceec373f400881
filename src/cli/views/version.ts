import type { Printer } from "./printer.ts";

/** This program, and what it runs on. */
export interface ProgramVersion {
  readonly version: string;
  /** Of Node.js. */
  readonly node: string;
  /** `linux/x64` */
  readonly platform: string;
}

/** What `isthmus version` prints. */
export interface VersionView {
  readonly version: (version: ProgramVersion) => void;
}

/** The view that `-o` names. */
export function versionView(output: "table" | "json", out: Printer): VersionView {
  const views: Readonly<Record<typeof output, VersionView>> = {
    table: { version: ({ version }) => out.print(`isthmus ${version}`) },
    json: {
      version: (version) => out.printJson({ apiVersion: "isthmus.dev/v1alpha1", kind: "Version", ...version }),
    },
  };
  return views[output];
}
