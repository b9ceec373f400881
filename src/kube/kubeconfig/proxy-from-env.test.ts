import { describe, expect, it } from "vitest";
import { findProxyInEnv } from "./proxy-from-env.ts";

const proxy = "http://proxy:3128";

describe("the proxy for a server", () => {
  it.each([
    {
      name: "there is none without a variable",
      server: "https://api:6443",
      env: {},
      found: undefined,
    },
    {
      name: "HTTPS_PROXY counts for https",
      server: "https://api:6443",
      env: { HTTPS_PROXY: proxy },
      found: proxy,
    },
    {
      name: "lower case counts as well",
      server: "https://api:6443",
      env: { https_proxy: proxy },
      found: proxy,
    },
    {
      name: "HTTPS_PROXY does not count for http",
      server: "http://api:6443",
      env: { HTTPS_PROXY: proxy },
      found: undefined,
    },
    {
      name: "a scheme may be left out",
      server: "https://api:6443",
      env: { HTTPS_PROXY: "proxy:3128" },
      found: proxy,
    },
    {
      name: "loopback is never proxied",
      server: "https://127.0.0.1:6443",
      env: { HTTPS_PROXY: proxy },
      found: undefined,
    },
    {
      name: "NO_PROXY names a host",
      server: "https://api:6443",
      env: { HTTPS_PROXY: proxy, NO_PROXY: "x, api" },
      found: undefined,
    },
    {
      name: "NO_PROXY names a domain",
      server: "https://api.corp.example",
      env: { HTTPS_PROXY: proxy, NO_PROXY: "corp.example" },
      found: undefined,
    },
    {
      name: "a leading dot leaves the domain itself out",
      server: "https://corp.example",
      env: { HTTPS_PROXY: proxy, NO_PROXY: ".corp.example" },
      found: proxy,
    },
    {
      name: "a name is no ending of another",
      server: "https://notcorp.example",
      env: { HTTPS_PROXY: proxy, NO_PROXY: "corp.example" },
      found: proxy,
    },
    {
      name: "NO_PROXY names a range",
      server: "https://10.1.2.3:6443",
      env: { HTTPS_PROXY: proxy, NO_PROXY: "10.0.0.0/8" },
      found: undefined,
    },
    {
      name: "NO_PROXY names a port",
      server: "https://api:6443",
      env: { HTTPS_PROXY: proxy, NO_PROXY: "api:443" },
      found: proxy,
    },
    {
      name: "NO_PROXY names an address of IPv6, written otherwise",
      server: "https://[2001:db8::6]:6443",
      env: { HTTPS_PROXY: proxy, NO_PROXY: "2001:DB8:0:0:0:0:0:6" },
      found: undefined,
    },
    {
      name: "NO_PROXY names a port of an address of IPv6",
      server: "https://[2001:db8::6]:6443",
      env: { HTTPS_PROXY: proxy, NO_PROXY: "[2001:db8::6]:443" },
      found: proxy,
    },
    {
      name: "an empty NO_PROXY leaves the word to no_proxy",
      server: "https://api:6443",
      env: { HTTPS_PROXY: proxy, NO_PROXY: "", no_proxy: "api" },
      found: undefined,
    },
    {
      name: "NO_PROXY names everything",
      server: "https://api:6443",
      env: { HTTPS_PROXY: proxy, NO_PROXY: "*" },
      found: undefined,
    },
  ])("$name", ({ server, env, found }) => {
    expect(findProxyInEnv(new URL(server), env)?.url).toBe(found);
  });

  it("is told with the variable that names it; an empty one names none", () => {
    const server = new URL("https://kube.example:6443");
    expect(findProxyInEnv(server, { HTTPS_PROXY: "", https_proxy: "proxy:1" })?.variable).toBe("https_proxy");
    expect(findProxyInEnv(server, { HTTPS_PROXY: "proxy:1", https_proxy: "other:1" })).toEqual({
      url: "http://proxy:1",
      variable: "HTTPS_PROXY",
    });
  });
});
