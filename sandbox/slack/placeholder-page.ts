/** Returns the page at `/` of a stand-in without the sandbox page: its addresses and tokens. */
export function placeholderPage(facts: { url: string; botToken: string; appToken: string }): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Slack stand-in</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}</style>
<h1>Slack stand-in</h1>
<dl>
<dt>Web API</dt><dd><code>${facts.url}/api/</code></dd>
<dt>Bot token, app token</dt><dd><code>${facts.botToken}</code>, <code>${facts.appToken}</code></dd>
<dt>State of the workspace</dt><dd><a href="/_control/state">/_control/state</a></dd>
<dt>Calls received</dt><dd><a href="/_control/requests">/_control/requests</a></dd>
</dl>
</html>
`;
}
