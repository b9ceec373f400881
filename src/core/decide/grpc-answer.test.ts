import { expect, it } from "vitest";
import { isGrpcError } from "./grpc-answer.ts";

const grpc = { "content-type": "application/grpc" };

// Measured with Envoy 1.40: rq_error and rq_success of /clusters.
it.each<[Readonly<Record<string, string>>, string | undefined, boolean]>([
  [grpc, "0", false],
  [grpc, "5", false],
  [grpc, "16", false],
  [grpc, "2", true],
  [grpc, "12", true],
  [grpc, "14", true],
  [{ "Content-Type": "application/grpc+proto" }, "14", true],
  [{ "content-type": "application/grpc-web" }, "14", false],
  [{}, "14", false],
  [grpc, undefined, false],
])("of an answer to %j with grpc-status %s it is %s that Envoy counts an error", (asked, status, error) => {
  expect(isGrpcError(asked, status)).toBe(error);
});
