/** The admin's key of the AWS stand-in; it opens nothing else. */
const KEY = "AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1";

/** A line of the AWS CLI against the stand-in, ready to be pasted into a terminal. */
const ssm = (awsUrl: string, words: string) => `${KEY} \\\n  aws --endpoint-url ${awsUrl} ssm ${words}`;

/** In single quotes for a POSIX shell. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

export const startLine = (awsUrl: string, document: string, parameters: Record<string, string[]>): string => {
  const given = Object.keys(parameters).length === 0 ? "" : ` \\\n  --parameters ${quoted(JSON.stringify(parameters))}`;
  return ssm(awsUrl, `start-automation-execution --document-name ${document}${given}`);
};

export const showLine = (awsUrl: string, executionId: string): string =>
  ssm(awsUrl, `get-automation-execution \\\n  --automation-execution-id ${executionId}`);

export const signalLine = (awsUrl: string, executionId: string): string =>
  ssm(
    awsUrl,
    `send-automation-signal \\\n  --automation-execution-id ${executionId} --signal-type Approve \\\n  --payload Comment=${quoted("from a terminal")}`,
  );
