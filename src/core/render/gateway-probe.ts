/** Where a gateway tells of its health (https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio). */
export const gatewayHealthPort = 15_021;

/** As Istio's profiles have it for their gateways; the injected default asks every 15 s, and the join waits for it. */
export const gatewayProbe = {
  httpGet: { path: "/healthz/ready", port: gatewayHealthPort, scheme: "HTTP" },
  initialDelaySeconds: 1,
  periodSeconds: 2,
  failureThreshold: 30,
} as const;
