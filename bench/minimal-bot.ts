/**
 * The least that a bot must do to approve safely, for comparison: it posts a message for each waiting step, acknowledges a
 * click, looks the person up, reads the execution and sends the signal. It has no store, no quorum and no retry. It loses
 * every click in progress when it ends.
 */
import {
  DescribeAutomationExecutionsCommand,
  GetAutomationExecutionCommand,
  SendAutomationSignalCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { App, type BlockAction, type ButtonAction, SocketModeReceiver } from "@slack/bolt";

const {
  SLACK_API_URL = "",
  SLACK_APP_TOKEN = "",
  SLACK_BOT_TOKEN = "",
  BENCH_CHANNEL = "",
  BENCH_APPROVERS = "",
} = process.env;
const clientOptions = { slackApiUrl: SLACK_API_URL };
const receiver = new SocketModeReceiver({ appToken: SLACK_APP_TOKEN, installerOptions: { clientOptions } });
const app = new App({ token: SLACK_BOT_TOKEN, receiver, clientOptions });
const ssm = new SSMClient({ maxAttempts: 1 });
const posted = new Set<string>();

app.action<BlockAction<ButtonAction>>("approve", async ({ ack, body, action, client }) => {
  await ack();
  const executionId = action.value ?? "";
  const { user } = await client.users.info({ user: body.user.id });
  if (user?.deleted === true || !BENCH_APPROVERS.split(",").includes(user?.id ?? "")) return;
  const read = await ssm.send(new GetAutomationExecutionCommand({ AutomationExecutionId: executionId }));
  const steps = read.AutomationExecution?.StepExecutions ?? [];
  if (!steps.some(({ Action, StepStatus }) => Action === "aws:approve" && StepStatus === "Waiting")) return;
  await ssm.send(
    new SendAutomationSignalCommand({
      AutomationExecutionId: executionId,
      SignalType: "Approve",
      Payload: { Comment: [`Approved by ${body.user.id}`] },
    }),
  );
});

async function poll(): Promise<void> {
  let token: string | undefined;
  do {
    const page = await ssm.send(
      new DescribeAutomationExecutionsCommand({
        Filters: [{ Key: "ExecutionStatus", Values: ["Waiting"] }],
        ...(token === undefined ? {} : { NextToken: token }),
      }),
    );
    for (const { AutomationExecutionId: id = "", DocumentName } of page.AutomationExecutionMetadataList ?? []) {
      if (posted.has(id)) continue;
      posted.add(id);
      const text = `Approve ${DocumentName}? Execution ${id}`;
      await app.client.chat.postMessage({
        channel: BENCH_CHANNEL,
        text,
        blocks: [
          { type: "section", text: { type: "mrkdwn", text } },
          {
            type: "actions",
            elements: [
              { type: "button", action_id: "approve", text: { type: "plain_text", text: "Approve" }, value: id },
            ],
          },
        ],
      });
    }
    token = page.NextToken;
  } while (token !== undefined);
}

await app.start();
for (;;) {
  await poll();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
}
