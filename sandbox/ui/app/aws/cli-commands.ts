import type { Step } from "../live/aws-state.ts";

/** The admin's key of the AWS stand-in; it opens nothing else. */
const KEY = "AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test";

/** One word for a POSIX shell, in single quotes where it needs them. */
const shellQuote = (text: string) => (/^[\w.:/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/**
 * A line of the AWS CLI against the stand-in, ready to be pasted into a terminal. Its region is named by
 * an option, since version 1 of the CLI does not read AWS_REGION.
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

/** What a terminal can tell an execution that waits: to approve, or after a pause to go on. */
export const signalCommand = (awsUrl: string, executionId: string, waits: Step): string => {
  const [type, payload] =
    waits.Action === "aws:pause"
      ? ["Resume", `StepName=${waits.StepName}`]
      : ["Approve", `Comment=${shellQuote("from a terminal")}`];
  const id = `--automation-execution-id ${shellQuote(executionId)}`;
  return ssmCommand(awsUrl, `send-automation-signal \\\n  ${id} --signal-type ${type} \\\n  --payload ${payload}`);
};
