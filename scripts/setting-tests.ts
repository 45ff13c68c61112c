/** The contract tests of the bot's adapters that must pass with every setting of the stand-in that they call. */
export const SETTING_TESTS = {
  aws: [
    "aws-accounts",
    "aws-adapter",
    "aws-adapter-large",
    "aws-adapter-signals",
    "aws-gate-runbooks",
    "aws-list-executions",
    "aws-loop",
    "aws-many-targets",
    "aws-pauses",
    "aws-people",
    "publish-events",
  ],
  slack: ["limited-lookups", "slack-directory", "slack-socket", "slack-variants"],
} as const;

const STATES_DEFAULTS =
  "It states the defaults of the stand-in itself, such as who may approve, when a signal takes effect, edits and history, and sets the other values where it tests them.";

/** Other contract tests that start a stand-in for code of the bot, and the reason why they run only with the default settings. */
export const WITH_DEFAULTS: Record<string, string> = {
  "aws-adapter-malformed": "It replaces the stand-in by a server with malformed replies.",
  "call-metrics": "It counts the calls of the default settings.",
  doctor: "Its world starts the stand-ins without the setting.",
  "slack-clicks": STATES_DEFAULTS,
  "verify-aws": "It has a table of settings of its own, with the answer that each one must give.",
  "waiting-queue":
    "It counts the messages of the default settings. test/e2e/any-setting runs the bot with only its events.",
};
