import type { CliContext } from "./context.ts";
export async function validateFile(args: { file: string; output: string }, context: CliContext) {
  const { readMeshFile } = await import("../engine/mesh-file.ts");
  const f = await readMeshFile(args.file, context.cwd);
  context.print(`${f.name} is valid`);
  return 0 as const;
}
