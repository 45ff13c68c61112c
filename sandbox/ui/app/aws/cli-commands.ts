import type { Step } from "../live/aws-state.ts";

/** The admin's key of the AWS stand-in; it opens nothing else. */
const KEY = "AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test";

/** One word for a POSIX shell, in single quotes where it needs them. */
const quoted = (text: string) => (/^[\w.:/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/**
 * A line of the AWS CLI against the stand-in, ready to be pasted into a terminal. Its region is named by
 * an option, since version 1 of the CLI does not read AWS_REGION.
 */
const ssm = (awsUrl: string, words: string) =>
  `${KEY} \\\n  aws --region us-east-1 --endpoint-url ${quoted(awsUrl)} ssm ${words}`;

export const startLine = (awsUrl: string, document: string, parameters: Record<string, string[]>): string => {
  const given = Object.keys(parameters).length === 0 ? "" : ` \\\n  --parameters ${quoted(JSON.stringify(parameters))}`;
  return ssm(awsUrl, `start-automation-execution --document-name ${quoted(document)}${given}`);
};

export const showLine = (awsUrl: string, executionId: string): string =>
  ssm(awsUrl, `get-automation-execution \\\n  --automation-execution-id ${quoted(executionId)}`);

/** What a terminal can tell an execution that waits: to approve, or after a pause to go on. */
export const signalLine = (awsUrl: string, executionId: string, waits: Step): string => {
  const [type, payload] =
    waits.Action === "aws:pause"
      ? ["Resume", `StepName=${waits.StepName}`]
      : ["Approve", `Comment=${quoted("from a terminal")}`];
  const id = `--automation-execution-id ${quoted(executionId)}`;
  return ssm(awsUrl, `send-automation-signal \\\n  ${id} --signal-type ${type} \\\n  --payload ${payload}`);
};
