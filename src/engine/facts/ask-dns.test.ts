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

it("asks for the names of services too, where it knows the one that every cluster has", async () => {
  const known = new Map([
    ["kubernetes.default.svc.cluster.local", [10, 43, 0, 1]],
    ["web.shop.svc.cluster.local", [10, 43, 0, 9]],
  ]);
  /** A record of the name that stands at byte 12 of the message (RFC 1035, 4.1.4). */
  const record = (address: readonly number[]): readonly number[] => [
    0xc0,
    12,
    0,
    1,
    0,
    1,
    0,
    0,
    0,
    5,
    0,
    4,
    ...address,
  ];
  const { client } = await connectFake({
    api: {
      podAnswer: (received) => {
        const [, , ...message] = received;
        const labels: string[] = [];
        for (let at = 12; (message[at] ?? 0) > 0; at += 1 + (message[at] ?? 0)) {
          labels.push(String.fromCharCode(...message.slice(at + 1, at + 1 + (message[at] ?? 0))));
        }
        const address = known.get(labels.join("."));
        const code = address === undefined ? 3 : 0;
        const answers = address === undefined ? [] : record(address);
        const answer = [
          0,
          1,
          0x81,
          0x80 + code,
          0,
          1,
          0,
          answers.length > 0 ? 1 : 0,
          0,
          0,
          0,
          0,
          ...message.slice(12),
          ...answers,
        ];
        return Uint8Array.from([answer.length >> 8, answer.length & 0xff, ...answer]);
      },
    },
  });
  const hosts = ["web.shop.svc.cluster.local", "data.back.svc.cluster.local"];
  expect(await askDns(client, target, signal, hosts)).toEqual({
    pod: "coredns-1",
    says: "NOERROR",
    names: [
      { host: hosts[0], says: "NOERROR", addresses: ["10.43.0.9"] },
      { host: hosts[1], says: "NXDOMAIN", addresses: [] },
    ],
  });
});
