/** The defaults of single fields, as they would be written in a mesh file. */
export const fieldDefaults = {
  install: "istioctl",
  profile: "demo",
  validity: "730d",
  keyType: "ecdsa-p256",
  credentials: "serviceAccount",
  rotateBefore: "14d",
  dns: {
    port: 53,
    algorithm: "hmac-sha256",
    userDomain: "Default",
    /** A dead address has left after two checks and a time-out, 12 seconds (docs/adr/0032). */
    healthChecks: { interval: "5s", timeout: "2s", failures: 2, successes: 3 },
  },
  /** Why each of them: docs/adr/0024. */
  failover: {
    connectTimeout: "1s",
    consecutiveGatewayErrors: 2,
    consecutive5xxErrors: 5,
    interval: "1s",
    baseEjectionTime: "3m",
    maxEjectionPercent: 100,
    minHealthPercent: 1,
    attempts: 3,
    perTryTimeout: "10s",
    retryOn: "connect-failure,refused-stream,unavailable,cancelled,503",
  },
} as const;
