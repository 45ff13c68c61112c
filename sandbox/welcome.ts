/** Returns the text printed at startup: the URL of the page, and facts that the page does not show. */
export function welcomeText({ pageUrl, awsUrl }: { pageUrl: string; awsUrl: string }): string {
  return `
  Open ${pageUrl} in a browser.

Countersign is running against a local AWS and a local Slack. Nothing leaves this machine. Press Ctrl-C to stop.

  AWS stand-in     ${awsUrl}   (control ${awsUrl}/_control/)
  Slack stand-in   ${pageUrl}/api/   (control ${pageUrl}/_control/)

People you can act as
  U0JANE   Jane Ito     approver (databases; member of @sre)
  U0DAN    Dan Okafor   approver (member of @sre)
  U0MIA    Mia Chen     approver (member of @dba)
  U0ROSA   Rosa Lind    requester; may not approve
  U0ADMIN  Ada Admin    admin; /approvals shows every request
  U0GUEST  Gus Guest    guest        U0EVE  Eve External   from another workspace

Three runbooks are waiting for approval: Prod-DB-Restart in #prod-dba, Web-Deploy-Two-Gates and Web-Rollback in #approvals. Start more from the page or with the AWS CLI:
  AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test \\
    aws --region us-east-1 --endpoint-url ${awsUrl} ssm start-automation-execution --document-name Web-Rollback \\
    --parameters ToVersion=2026.11.2
`;
}
