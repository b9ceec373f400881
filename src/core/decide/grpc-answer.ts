/**
 * The statuses of gRPC that Envoy counts like an answer of 500 and above
 * (grpcToHttpStatus in source/common/grpc/status.cc of envoyproxy/envoy;
 * findings/envoy-grpc-outage-counts-as-success.sh): UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED,
 * INTERNAL, UNAVAILABLE, DATA_LOSS.
 */
const errors = new Set(["2", "4", "12", "13", "14", "15"]);

/**
 * Whether Envoy counts the answer to a request as an error of its endpoint
 * although its status is below 500: it goes by the answer's `grpc-status`
 * where the request calls itself gRPC, and only there. A status that comes
 * behind a body is not seen over HTTP/1.1; such an answer counts as good.
 */
export function isGrpcError(asked: Readonly<Record<string, string>>, grpcStatus: string | undefined): boolean {
  const contentType = Object.entries(asked).find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  return /^application\/grpc(?:$|[+;])/.test(contentType) && grpcStatus !== undefined && errors.has(grpcStatus);
}
