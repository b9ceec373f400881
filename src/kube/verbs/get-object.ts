import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Connection } from "../connection.ts";
import { isAbsence } from "../errors.ts";
import { objectPath } from "./object-path.ts";
import type { ObjectReference } from "../object-reference.ts";
import { readObject } from "../wire/read-answer.ts";

/** The object, or undefined where it (or its kind) is not there. */
export async function getObject(
  connection: Connection,
  reference: ObjectReference,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const { transport, report } = connection;
  const subject = { verb: "get", object: reference };
  try {
    const path = await objectPath(connection, reference, { verb: "get", signal });
    const answer = await transport.send({ method: "GET", path, subject, signal });
    if (answer.status !== 200) {
      throw report.answerFailure(answer, subject);
    }
    return readObject(answer, subject, report);
  } catch (error) {
    if (isAbsence(error)) {
      return undefined;
    }
    throw error;
  }
}
