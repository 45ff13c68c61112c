/** What a newcomer reads first: where the page is, and the little that the page does not say. */
export function welcome({ pageUrl, awsUrl }: { pageUrl: string; awsUrl: string }): string {
  return `
  Open ${pageUrl} in a browser.

Countersign runs here against a local AWS and a local Slack. Nothing leaves this machine. Ctrl-C ends it.

  AWS stand-in     ${awsUrl}   (control ${awsUrl}/_control/)
  Slack stand-in   ${pageUrl}/api/   (control ${pageUrl}/_control/)

Three runbooks wait already. The page starts more of them, and so does the AWS CLI:
  AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1 \\
    aws --endpoint-url ${awsUrl} ssm start-automation-execution --document-name Web-Rollback \\
    --parameters ToVersion=2026.11.2
`;
}
