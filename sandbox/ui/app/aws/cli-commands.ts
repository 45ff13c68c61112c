import type { Step } from "../live/aws-state.ts";

/** The admin's access key in the AWS stand-in. It is valid nowhere else. */
const KEY = "AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test";

/** Quotes `text` as one POSIX shell word, only if needed. */
const shellQuote = (text: string) => (/^[\w.:/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/**
 * Builds an AWS CLI command for the stand-in, ready to paste into a terminal. The Region is an option, since version 1 of
 * the CLI does not read AWS_REGION.
 */
const ssmCommand = (awsUrl: string, words: string) =>
  `${KEY} \\\n  aws --region us-east-1 --endpoint-url ${shellQuote(awsUrl)} ssm ${words}`;

export const startCommand = (awsUrl: string, document: string, parameters: Record<string, string[]>): string => {
  const given =
    Object.keys(parameters).length === 0 ? "" : ` \\\n  --parameters ${shellQuote(JSON.stringify(parameters))}`;
  return ssmCommand(awsUrl, `start-automation-execution --document-name ${shellQuote(document)}${given}`);
};

export const showCommand = (awsUrl: string, executionId: string): string =>
  ssmCommand(awsUrl, `get-automation-execution \\\n  --automation-execution-id ${shellQuote(executionId)}`);

/** Builds the command that approves a waiting step, or resumes a paused one. */
export const signalCommand = (awsUrl: string, executionId: string, step: Step): string => {
  const [type, payload] =
    step.Action === "aws:pause"
      ? ["Resume", `StepName=${step.StepName}`]
      : ["Approve", `Comment=${shellQuote("from a terminal")}`];
  const id = `--automation-execution-id ${shellQuote(executionId)}`;
  return ssmCommand(awsUrl, `send-automation-signal \\\n  ${id} --signal-type ${type} \\\n  --payload ${payload}`);
};
