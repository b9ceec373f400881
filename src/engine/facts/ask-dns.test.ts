import { expect, it } from "vitest";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { askDns } from "./ask-dns.ts";

const { signal } = new AbortController();
const target = { namespace: "kube-system", pod: "coredns-1", port: 1053 };

/** A server that answers every question with a code, as RFC 1035 has it. */
function answering(code: number): (received: Uint8Array, port: number) => Uint8Array | undefined {
  return (received, port) => {
    const [high = 0, low = 0] = received;
    const whole = received.length >= 2 && received.length === 2 + high * 256 + low;
    return whole && port === target.port
      ? Uint8Array.from([high, low, 0, 1, 0x81, 0x80 + code, ...received.slice(6)])
      : undefined;
  };
}

it.each([
  [0, "NOERROR"],
  [2, "SERVFAIL"],
  [3, "NXDOMAIN"],
  [5, "REFUSED"],
  [9, "code 9"],
])("says what a pod answers: %i", async (code, says) => {
  const { client } = await connectFake({ api: { podAnswer: answering(code) } });
  expect(await askDns(client, target, signal)).toEqual({ pod: "coredns-1", says });
});

it("asks for a name that every cluster has", async () => {
  let question = "";
  const { client } = await connectFake({
    api: {
      podAnswer: (received) => {
        question = Buffer.from(received).toString("latin1");
        return answering(0)(received, target.port);
      },
    },
  });
  await askDns(client, target, signal);
  expect(question).toContain("\u000akubernetes\u0007default\u0003svc\u0007cluster\u0005local\u0000");
});

it("says why there is no answer, where the way to the pod is refused", async () => {
  const { server, client } = await connectFake();
  server.inject({ kind: "reset" }, { times: 9 });
  const answer = await askDns(client, target, signal);
  expect(answer).toEqual({ pod: "coredns-1", problem: expect.any(String) });
});

it("does not wait for ever where the kubelet opens no way to the pod", async () => {
  const { server, client } = await connectFake();
  server.inject({ kind: "hang" }, { times: 9, matches: ({ url }) => url.includes("/portforward") });
  const answer = await askDns(client, target, signal);
  expect(answer).toEqual({ pod: "coredns-1", problem: "no way to the pod was opened within 10 s" });
});
