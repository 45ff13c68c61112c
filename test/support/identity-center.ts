import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** Hosts that no name server knows: only a proxy can reach them. */
export const PORTAL = "portal.sso.test";
export const OIDC = "oidc.sso.test";

/**
 * Starts IAM Identity Center for one person, whose token of `aws sso login` has ended: the SDK renews it, and then asks for the
 * credentials of a role, which are these. Returns its address, and the environment that uses the profile.
 */
export async function identityCenter(
  t: TestContext,
  folder: string,
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string },
) {
  const inAnHour = Date.now() + 3_600_000;
  const server = createServer((request, response) => {
    request.resume();
    const body = request.url?.startsWith("/federation/credentials")
      ? { roleCredentials: { ...credentials, expiration: inAnHour } }
      : { accessToken: "renewed-token", tokenType: "Bearer", expiresIn: 3_600, refreshToken: "next" };
    const isRenewed = request.headers["x-amz-sso_bearer_token"] === "renewed-token";
    const isFine = request.url === "/token" || isRenewed;
    response.writeHead(isFine ? 200 : 401, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());

  const cache = join(folder, ".aws/sso/cache");
  mkdirSync(cache, { recursive: true });
  const config = join(folder, ".aws/config");
  writeFileSync(
    config,
    `[profile person]
sso_session = company
sso_account_id = 111122223333
sso_role_name = CountersignBot
[sso-session company]
sso_start_url = https://company.test/start
sso_region = us-east-1
`,
  );
  const token = { accessToken: "ended-token", expiresAt: "2020-01-01T00:00:00Z" };
  const client = { clientId: "a-client", clientSecret: "a-client-secret", refreshToken: "first" };
  const name = createHash("sha1").update("company").digest("hex");
  writeFileSync(join(cache, `${name}.json`), JSON.stringify({ ...token, ...client }));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    environment: {
      ...{ AWS_PROFILE: "person", AWS_CONFIG_FILE: config, HOME: folder },
      ...{ AWS_ENDPOINT_URL_SSO: `https://${PORTAL}`, AWS_ENDPOINT_URL_SSO_OIDC: `https://${OIDC}` },
      ...{ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
    },
  };
}
