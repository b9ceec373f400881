import * as z from "zod";
import { meshSchema } from "./schema/mesh.ts";

/**
 * The JSON schema (draft 2020-12) of the mesh file, for editors. It is made
 * from the definition that `parseMesh` uses; rules between fields are not in it.
 */
export function meshJsonSchema(): object {
  return z.toJSONSchema(meshSchema, { target: "draft-2020-12", io: "input" });
}
