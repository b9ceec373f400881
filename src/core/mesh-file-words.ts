/** The mesh file that commands take where none is named. */
const usualFile = "mesh.yaml";

/** The words by which a printed command names the mesh file of that name; none for the usual one, or where it is not known. */
export function meshFileWords(file: string | undefined): readonly string[] {
  return file === undefined || file === usualFile ? [] : ["-f", file];
}
