import { expect, it } from "vitest";
import type { FilterConfig } from "./refusing-filters.ts";
import { refusalsOf } from "./refusing-filters.ts";

const base = "type.googleapis.com/envoy.extensions.filters";
const anybody = { permissions: [{ any: true }], principals: [{ any: true }] };
const some = { permissions: [{ any: true }], principals: [{ authenticated: {} }] };

function lua(script: string): FilterConfig {
  return { "@type": `${base}.http.lua.v3.Lua`, default_source_code: { inline_string: script } };
}

function rules(action: string, policies: object, kind = "network"): FilterConfig {
  return { "@type": `${base}.${kind}.rbac.v3.RBAC`, rules: { action, policies } };
}

it.each<[string, FilterConfig, string]>([
  ["rules for connections that deny everybody", rules("DENY", { all: anybody }), "rbac"],
  ["rules for requests that do", rules("DENY", { all: anybody }, "http"), "rbac"],
  [
    "a struct with its type beside it",
    { type_url: `${base}.network.direct_response.v3.Config`, value: {} },
    "direct_response",
  ],
  [
    "a script that always answers",
    lua("function envoy_on_request(h)\n h:respond({[':status']='500'}, 'no')\nend"),
    "lua",
  ],
])("finds %s", (_, config, filter) => {
  expect(refusalsOf("listener a", config)).toEqual([{ at: "listener a", filter, refusesAll: true }]);
});

it.each<[string, FilterConfig]>([
  ["rules that deny some", rules("DENY", { some })],
  ["rules that allow", rules("ALLOW", { all: anybody })],
  [
    "rules of an AuthorizationPolicy, which is judged itself",
    rules("DENY", { "ns[shop]-policy[deny]-rule[0]": anybody }),
  ],
  [
    "rules in shadow alone",
    { "@type": `${base}.http.rbac.v3.RBAC`, shadow_rules: { action: "DENY", policies: { anybody } } },
  ],
  [
    "a script that decides",
    lua("function envoy_on_request(h)\n if h:headers():get('a') then h:respond({}, '') end\nend"),
  ],
  ["one for answers", lua("function envoy_on_response(h)\n h:respond({}, '')\nend")],
  ["another filter", { "@type": `${base}.http.router.v3.Router` }],
])("finds nothing in %s", (_, config) => {
  expect(refusalsOf("listener a", config)).toEqual([]);
});
