import { request } from "undici";
import { expect, it } from "vitest";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { forwardPort } from "./forward-port.ts";

const target = { namespace: "sample", pod: "isthmus-probe-1", port: 28_501 };
const { signal } = new AbortController();

it("leads connections to one port of the pod, several at a time", async () => {
  const respond = (path: string, port: number): string => {
    const body = `${path} at ${port}`;
    return `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  };
  const { client } = await connectFake({ api: { podResponse: respond } });
  const forwarded = await forwardPort(client, target, signal);
  try {
    const answers = ["/a", "/b", "/c"].map(async (path) => (await request(`${forwarded.origin}${path}`)).body.text());
    expect(await Promise.all(answers)).toEqual(["/a at 28501", "/b at 28501", "/c at 28501"]);
    expect(forwarded.failure()).toBeUndefined();
  } finally {
    await forwarded.close();
  }
  await expect(request(`${forwarded.origin}/a`)).rejects.toThrow(/ECONNREFUSED|ECONNRESET|closed/);
});

it("ends a connection whose tunnel the node breaks, and keeps the node's words", async () => {
  const { client } = await connectFake({ api: { podResponse: () => "error:no such pod" } });
  const forwarded = await forwardPort(client, target, signal);
  try {
    await expect(request(forwarded.origin)).rejects.toThrow(/closed|reset|hang/i);
    expect(String(forwarded.failure())).toContain("no such pod");
  } finally {
    await forwarded.close();
  }
});
