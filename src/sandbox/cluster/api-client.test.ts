import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { expect, it } from "vitest";
import { keyOf, makeCertificate } from "../../pki/testing/make-certificate.ts";
import { createApiClient } from "./api-client.ts";

it("gives up where a connection is never made, as behind dropped packets", async () => {
  const listen = `require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, function () {
    console.log(this.address().port);
  })`;
  const server = spawn(process.execPath, ["-e", listen], { stdio: ["ignore", "pipe", "inherit"] });
  const [printed] = (await once(server.stdout, "data")) as [Buffer];
  const port = Number(printed.toString());
  // Stopped it accepts nobody; once its queue is full, the kernel drops whoever comes.
  server.kill("SIGSTOP");
  const queue = Array.from({ length: 8 }, () => connect(port, "127.0.0.1").on("error", () => {}));
  const authority = await makeCertificate({ name: "administrator" });
  const client = createApiClient({
    server: `https://127.0.0.1:${port}`,
    authority: authority.pem,
    certificate: authority.pem,
    key: await keyOf(authority),
  });
  try {
    await expect.poll(() => queue.some((one) => one.connecting) && queue.some((one) => !one.connecting)).toBe(true);
    const signal = AbortSignal.timeout(10_000);
    await expect(client.send("/readyz", { signal, timeoutMs: 200 })).rejects.toThrow("no answer within 200 ms");
  } finally {
    client.close();
    queue.forEach((one) => one.destroy());
    server.kill("SIGKILL");
  }
});
