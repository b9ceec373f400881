import type { AccessQuestion } from "../client.ts";
import type { Connection } from "../connection.ts";
import { readParsed } from "../wire/read-answer.ts";

/**
 * Whether an account may do something, as the API server itself would decide,
 * whatever decides there (https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access).
 * It is a question, though it is sent as a POST: nothing is kept.
 *
 * @throws KubeError where this account may not ask that.
 */
export async function reviewAccess(
  { transport, report }: Connection,
  { account: { namespace, name }, verb, group, resource, within }: AccessQuestion,
  signal: AbortSignal,
): Promise<boolean> {
  const subject = {
    verb: "create",
    object: { apiVersion: "authorization.k8s.io/v1", kind: "SubjectAccessReview" },
  };
  const answer = await transport.send({
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/subjectaccessreviews",
    contentType: "application/json",
    body: JSON.stringify({
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: {
        user: `system:serviceaccount:${namespace}:${name}`,
        groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
        resourceAttributes: { verb, group, resource, ...(within === undefined ? {} : { namespace: within }) },
      },
    }),
    subject,
    signal,
  });
  if (answer.status !== 201) {
    throw report.answerFailure(answer, subject);
  }
  const { status } = readParsed(answer, subject, report) as { readonly status?: { readonly allowed?: boolean } };
  return status?.allowed === true;
}
