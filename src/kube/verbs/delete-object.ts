import type { DeleteOptions } from "../client.ts";
import type { Connection } from "../connection.ts";
import { isAbsence } from "../errors.ts";
import { objectPath } from "./object-path.ts";
import type { ObjectReference } from "../object-reference.ts";

/** `deleting` = accepted (finalizers may still run), `gone` = it (or its kind) was not there. */
export async function deleteObject(
  connection: Connection,
  reference: ObjectReference,
  options: DeleteOptions,
): Promise<"deleting" | "gone"> {
  const { signal } = options;
  const subject = { verb: "delete", object: reference };
  try {
    const path = await objectPath(connection, reference, { verb: "delete", signal });
    const body = writeOptions(options);
    const contentType = "application/json";
    const answer = await connection.transport.send({ method: "DELETE", path, body, contentType, subject, signal });
    if (answer.status === 200 || answer.status === 202) {
      return "deleting";
    }
    throw connection.report.answerFailure(answer, subject);
  } catch (error) {
    if (isAbsence(error)) {
      return "gone";
    }
    throw error;
  }
}

function writeOptions({
  propagationPolicy = "Background",
  uid,
  resourceVersion,
  dryRun = false,
}: DeleteOptions): string {
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "DeleteOptions",
    propagationPolicy,
    ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
    ...(dryRun ? { dryRun: ["All"] } : {}),
  });
}
