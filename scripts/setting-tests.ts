/**
 * The contract tests that `scripts/test-settings.ts` runs with each value of each setting of the stand-in that they call, and
 * the reason why each other one is left out. A unit test compares both with the files.
 */

/** These tests must pass with every setting of the stand-in. */
export const SETTING_TESTS = {
  aws: [
    "aws-accounts",
    "aws-adapter",
    "aws-adapter-signals",
    "aws-gate-runbooks",
    "aws-list-executions",
    "aws-loop",
    "aws-many-targets",
    "aws-pauses",
    "aws-people",
    "call-metrics",
    "publish-events",
  ],
  slack: [
    "call-metrics",
    "limited-lookups",
    "slack-directory",
    "slack-http",
    "slack-malformed",
    "slack-response-url",
    "slack-revoked",
    "slack-socket",
    "slack-variants",
  ],
};

/** The reason of tests of adapters that start no stand-in, which the unit test checks. */
export const WITHOUT_STAND_IN = "starts no stand-in, but a fake or a server with fixed replies";

/** Every other contract test that starts a stand-in or imports an adapter, by the reason why the settings leave it out. */
export const LEFT_OUT: Record<string, readonly string[]> = {
  "tests the stand-in itself: states its defaults, and sets the other values where it tests them": [
    ...["aws-approve", "aws-control", "aws-coverage", "aws-describe", "aws-document-checks", "aws-document-versions"],
    ...["aws-documents", "aws-events", "aws-identity", "aws-malformed", "aws-queue", "aws-queue-events"],
    ...["aws-rate-control", "aws-readme", "aws-rules", "aws-runbook", "aws-runbook-values", "aws-signals"],
    ...["aws-start-stop", "aws-step-outcomes", "aws-wire", "local-origins-only", "slack-clicks", "slack-content"],
    ...["slack-coverage", "slack-delivery", "slack-errors", "slack-faults", "slack-journey", "slack-messages"],
    ...["slack-recorded", "slack-reset", "slack-seed", "slack-settings", "slack-view-stack", "slack-views"],
    ...["slack-web-api", "slack-workspace"],
  ],
  "has a table of settings of its own, with the answer that each one must give": ["verify-aws"],
  "counts the messages of the default settings; test/e2e/any-setting runs the bot with only its events": [
    "waiting-queue",
  ],
  "sets the setting that it is about, and needs the decisions that the stand-in lists by default": [
    "signal-answered-with-error",
  ],
  "breaks one thing at a time in a world of its own, which starts the stand-ins without the setting": ["doctor"],
  [WITHOUT_STAND_IN]: [
    ...["approver-lookups", "aws-adapter-large", "aws-adapter-malformed", "aws-answers", "click-fairness"],
    ...["home-leak", "inbound-fuzz", "limited-messages", "reserved-slots", "slack-http-guard", "slack-start"],
    ...["store-home-views", "verify-aws-records", "workers-delivery", "workers-lease-balancer"],
  ],
};
