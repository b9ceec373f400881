import { describe, expect, it } from "vitest";
import { refusedBy } from "./pod-security-standard.ts";

const strict = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
};
const pod = (securityContext: object, more: object = {}) => ({ containers: [{ name: "c", securityContext }], ...more });

describe("pod security restricted", () => {
  it.each([
    ["takes a container that says all of it", pod(strict), []],
    [
      "takes what the pod says for its containers",
      {
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "Localhost", localhostProfile: "a" } },
        containers: [
          { name: "c", securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } },
        ],
      },
      [],
    ],
    [
      "names everything that a container does not say",
      pod({}),
      [
        "allowPrivilegeEscalation: false (container c)",
        "capabilities.drop: [ALL] (container c)",
        "runAsNonRoot: true (container c)",
        "seccompProfile: { type: RuntimeDefault } (container c)",
      ],
    ],
    [
      "looks at init containers too",
      { ...pod(strict), initContainers: [{ name: "i", securityContext: { ...strict, runAsUser: 0 } }] },
      ["no runAsUser: 0 (container i)"],
    ],
    ["lets a pod in a user namespace run as root", pod({ ...strict, runAsNonRoot: false }, { hostUsers: false }), []],
    ["takes no root of the pod", pod(strict, { securityContext: { runAsUser: 0 } }), ["no runAsUser: 0"]],
    [
      "takes one capability more",
      pod({ ...strict, capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE", "CHOWN"] } }),
      ["no capability CHOWN under capabilities.add (container c)"],
    ],
    [
      "takes kinds of volumes that hold nothing of the node",
      pod(strict, {
        volumes: [
          { name: "a", emptyDir: {} },
          { name: "b", nfs: {} },
          { name: "d", hostPath: {} },
        ],
      }),
      ["no volume of kind nfs", "no volume of kind hostPath"],
    ],
    ["says nothing of Windows", pod({}, { os: { name: "windows" } }), []],
  ])("%s", (_, spec, refused) => {
    expect(refusedBy("restricted", spec as never)).toEqual(refused);
  });
});

describe("pod security baseline", () => {
  it.each([
    ["takes a container that says nothing", pod({}), []],
    [
      "takes nothing of the node",
      pod(
        {},
        {
          hostNetwork: true,
          hostPID: true,
          volumes: [
            { name: "a", hostPath: {} },
            { name: "b", nfs: {} },
          ],
        },
      ),
      ["no hostNetwork", "no hostPID", "no volume of kind hostPath"],
    ],
    [
      "takes no rights beyond a container's usual ones",
      pod({ privileged: true, capabilities: { add: ["CHOWN", "NET_ADMIN"] }, seccompProfile: { type: "Unconfined" } }),
      [
        "no privileged: true (container c)",
        "no capability NET_ADMIN under capabilities.add (container c)",
        "no seccompProfile of type Unconfined (container c)",
      ],
    ],
    [
      "takes no port of the node and no sysctl of it",
      {
        containers: [
          {
            name: "c",
            ports: [
              { containerPort: 80, hostPort: 80 },
              { containerPort: 81, hostPort: 0 },
            ],
          },
        ],
        securityContext: { sysctls: [{ name: "kernel.msgmax" }, { name: "net.ipv4.ping_group_range" }] },
      },
      ["no sysctl kernel.msgmax", "no hostPort 80 (container c)"],
    ],
  ])("%s", (_, spec, refused) => {
    expect(refusedBy("baseline", spec as never)).toEqual(refused);
  });
});
