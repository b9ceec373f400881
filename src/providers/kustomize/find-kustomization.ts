import { readdir } from "node:fs/promises";
import path from "node:path";

/** The names that kustomize knows (sigs.k8s.io/kustomize, api/konfig: RecognizedKustomizationFileNames). */
const names: readonly string[] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** True for the name of a file that makes its folder a kustomization. */
export function isKustomizationName(name: string): boolean {
  return names.includes(name);
}

/** The kustomization file of a folder, as a path; undefined where there is none. Rejects when there is no such folder. */
export async function findKustomization(folder: string): Promise<string | undefined> {
  const found = (await readdir(folder)).find(isKustomizationName);
  return found === undefined ? undefined : path.join(folder, found);
}
