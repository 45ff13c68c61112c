/** What a newcomer reads first: where the page is, and the little that the page does not say. */
export function welcomeText({ pageUrl, awsUrl }: { pageUrl: string; awsUrl: string }): string {
  return `
  Open ${pageUrl} in a browser.

Countersign runs here against a local AWS and a local Slack. Nothing leaves this machine. Ctrl-C ends it.

  AWS stand-in     ${awsUrl}   (control ${awsUrl}/_control/)
  Slack stand-in   ${pageUrl}/api/   (control ${pageUrl}/_control/)

People to act as
  U0JANE   Jane Ito     approver (databases, and member of @sre)
  U0DAN    Dan Okafor   approver (member of @sre)
  U0MIA    Mia Chen     approver (member of @dba)
  U0ROSA   Rosa Lind    requester: may not approve
  U0ADMIN  Ada Admin    admin: /approvals shows everything
  U0GUEST  Gus Guest    guest        U0EVE  Eve External   from another workspace

Three runbooks wait already: Prod-DB-Restart in #prod-dba, Web-Deploy-Two-Gates and Web-Rollback in #approvals. The page starts more of them, and so does the AWS CLI:
  AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test \\
    aws --region us-east-1 --endpoint-url ${awsUrl} ssm start-automation-execution --document-name Web-Rollback \\
    --parameters ToVersion=2026.11.2
`;
}
