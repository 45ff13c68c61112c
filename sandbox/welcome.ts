/** What a newcomer reads first: where everything is, whom to act as, and how to decide something. */
export function welcome({ slackUrl, awsUrl }: { slackUrl: string; awsUrl: string }): string {
  return `
Countersign runs here against a local AWS and a local Slack. Nothing leaves this machine. Ctrl-C ends it.

  Slack stand-in   ${slackUrl}   (Web API base ${slackUrl}/api/, control ${slackUrl}/_control/)
  AWS stand-in     ${awsUrl}   (control ${awsUrl}/_control/)

People to act as
  U0JANE   Jane Ito     approver (database route, and member of @sre)
  U0DAN    Dan Okafor   approver (member of @sre)
  U0MIA    Mia Chen     approver (member of @dba)
  U0ROSA   Rosa Lind    requester: may not approve
  U0ADMIN  Ada Admin    admin: /approvals shows everything
  U0GUEST  Gus Guest    guest        U0EVE  Eve External   from another workspace

Three runbooks wait already: Prod-DB-Restart in #prod-dba, Web-Deploy-Two-Gates and Web-Rollback in #approvals.

Approve one of them from another terminal, as Jane:
  curl -s ${slackUrl}/_control/click -H 'content-type: application/json' \\
    -d '{"user":"U0JANE","channel":"C0PRODDBA","action_id":"approve","confirm":true}'
See the conversation and AWS's side:
  curl -s ${slackUrl}/_control/state
  curl -s ${awsUrl}/_control/executions

Start one more with the AWS CLI:
  AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1 \\
    aws --endpoint-url ${awsUrl} ssm start-automation-execution --document-name Web-Rollback \\
    --parameters ToVersion=2026.11.2
`;
}
