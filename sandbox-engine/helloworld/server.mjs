// Answers as Istio's helloworld sample does (samples/helloworld/src/app.py):
// GET /hello names the version and the pod, GET /health is for probes.
import { createServer } from "node:http";
import { hostname } from "node:os";

const version = process.env.SERVICE_VERSION ?? "v1";
const instance = process.env.HOSTNAME ?? hostname();

const server = createServer((request, response) => {
  const path = (request.url ?? "/").split("?")[0];
  const [status, body] =
    path === "/hello"
      ? [200, `Hello version: ${version}, instance: ${instance}\n`]
      : path === "/health"
        ? [200, "Helloworld is healthy\n"]
        : [404, "Not found\n"];
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(body),
  });
  response.end(request.method === "HEAD" ? undefined : body);
});

// Longer than the idle time after which a proxy gives a connection up, so that
// the proxy never sends a request into one that is being closed here.
server.keepAliveTimeout = 75_000;
server.listen(5000);

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.once(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}
