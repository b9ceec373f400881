import type { MeshDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";

/**
 * Something that has to hold between the fields of a mesh file. Pure. Parts of
 * the file may be missing from the draft because they are wrong by themselves
 * and reported already: a rule says only what it knows for sure.
 */
export type Rule = (draft: MeshDraft) => readonly Finding[];
