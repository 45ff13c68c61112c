import assert from "node:assert/strict";
import { test } from "node:test";
import { describeProxy, withProxy } from "../../src/core/proxy-failure.ts";

const failure = (fields: object) => Object.assign(new Error("failed"), fields);
const PROXY = "http://user:a-password@proxy.example.com:3128";

for (const [name, error, url, isNamed] of [
  [
    "a proxy that refuses the connection",
    failure({ code: "ECONNREFUSED", address: "10.0.0.1", port: 3128 }),
    PROXY,
    true,
  ],
  ["a proxy without an address", failure({ code: "ENOTFOUND", hostname: "proxy.example.com" }), PROXY, true],
  ["a proxy that refuses a host", failure({ code: "ERR_PROXY_TUNNEL" }), PROXY, true],
  ["a proxy of fetch that refuses a host", failure({ code: "UND_ERR_ABORTED" }), PROXY, true],
  ["a host that is reached directly", failure({ code: "ECONNREFUSED", address: "10.0.0.2", port: 443 }), PROXY, false],
  ["a host without an address", failure({ code: "ENOTFOUND", hostname: "ssm.example.com" }), PROXY, false],
  ["an error without any fields", failure({}), PROXY, false],
  ["a value that is no error", { code: "ERR_PROXY_TUNNEL" }, PROXY, false],
  ["an address that is none", failure({ code: "ECONNREFUSED", port: 80 }), "http://", false],
  ["no proxy", failure({ code: "ECONNREFUSED", address: "10.0.0.1", port: 3128 }), undefined, false],
  ["a connection of fetch that ends early, without a proxy", failure({ code: "UND_ERR_ABORTED" }), undefined, false],
] as const)
  test(`${name}: the text ${isNamed ? "names the proxy" : "is unchanged"}`, () =>
    assert.equal(
      withProxy("failed", error, url),
      isNamed ? "failed at the proxy http://proxy.example.com:3128" : "failed",
    ));

test("the address of a proxy has no password", () => {
  assert.equal(describeProxy(PROXY), "http://proxy.example.com:3128");
  assert.equal(describeProxy("http://"), "of HTTPS_PROXY");
});

for (const [protocol, port, other] of [
  ["http", 80, 443],
  ["https", 443, 80],
] as const)
  test(`a proxy whose address names no port is at port ${port} with ${protocol}`, () => {
    const url = `${protocol}://proxy.example.com`;
    const text = (at: number) => withProxy("failed", failure({ code: "ECONNREFUSED", port: at }), url);
    assert.deepEqual([text(port), text(other)], [`failed at the proxy ${url}`, "failed"]);
  });
