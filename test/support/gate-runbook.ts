/** A runbook with gates, and the way to its end. */
export interface GateRunbook {
  shape: string;
  content: string | object;
  format: "YAML" | "JSON";
  parameters?: Record<string, string[]>;
  /** The decision of each gate, in order; Approve for the ones that follow. */
  decisions?: ("Approve" | "Reject" | "timeout")[];
  /** The simulated outputs of a step. */
  outputs?: { step: string; outputs: Record<string, unknown> };
  gates: number;
  end: "Success" | "Failed" | "TimedOut";
}

export type Step = Record<string, unknown>;
export const APPROVERS = ["admin"];
export const TOPIC = "arn:aws:sns:us-east-1:111122223333:Automation-Approvals";

export const gate = (name: string, inputs: object = {}, more: object = {}): Step => ({
  name,
  action: "aws:approve",
  ...more,
  inputs: { Approvers: APPROVERS, ...inputs },
});
export const act = (name: string, action: string, inputs: object = {}, more: object = {}): Step => ({
  name,
  action: `aws:${action}`,
  ...more,
  inputs,
});
export const branch = (name: string, Choices: object[], Default?: string, more: object = {}): Step => ({
  name,
  action: "aws:branch",
  ...more,
  inputs: { Choices, ...(Default === undefined ? {} : { Default }) },
});
export const runbook = (mainSteps: Step[], more: object = {}): object => ({ schemaVersion: "0.3", mainSteps, ...more });
export const stringParameters = (...names: string[]) => ({
  parameters: Object.fromEntries(names.map((name) => [name, { type: "String", default: `${name}-1` }])),
});

export const json = (shape: string, content: object, more: Partial<GateRunbook> = {}): GateRunbook => ({
  shape,
  content,
  format: "JSON",
  gates: 1,
  end: "Success",
  ...more,
});

export const APPROVER_PARAMETERS = {
  Approvers: { type: "StringList", default: APPROVERS },
  SNSTopicArn: { type: "String", default: TOPIC },
  AutomationAssumeRole: { type: "String", default: "" },
};
export const fromParameters = {
  Approvers: "{{ Approvers }}",
  NotificationArn: "{{ SNSTopicArn }}",
  MinRequiredApprovals: 1,
};

/** A gate, then an action on instances: the shape of the approval runbooks for EC2. */
export const instanceRunbook = (verb: string, steps: Step[]): GateRunbook =>
  json(
    `a gate before instances ${verb}`,
    runbook([gate("approve", { ...fromParameters, Message: `Instances ${verb}.` }, { onFailure: "Abort" }), ...steps], {
      assumeRole: "{{ AutomationAssumeRole }}",
      parameters: { InstanceId: { type: "StringList" }, ...APPROVER_PARAMETERS },
    }),
    { parameters: { InstanceId: ["i-0123456789abcdef0"] } },
  );
export const changeState = (name: string, DesiredState: string, more: object = {}) =>
  act(
    name,
    "changeInstanceState",
    { InstanceIds: "{{ InstanceId }}", DesiredState, ...more },
    { onFailure: "Continue" },
  );

/** A gate, then steps on a stack: the shape of the approval runbooks for CloudFormation. */
export const stackRunbook = (verb: string, steps: Step[]): GateRunbook =>
  json(
    `a gate before a stack is ${verb}`,
    runbook(
      [
        gate("approve", { ...fromParameters, Message: `Stack {{StackNameOrId}} is ${verb}.` }, { onFailure: "Abort" }),
        ...steps,
      ],
      {
        assumeRole: "{{AutomationAssumeRole}}",
        parameters: { StackNameOrId: { type: "String", default: "web" }, ...APPROVER_PARAMETERS },
      },
    ),
  );

const OWN_STACK = "Updater{{automation:EXECUTION_ID}}";
const stackParameters = (...names: string[]) => ({
  Parameters: names.map((name) => ({ ParameterKey: name, ParameterValue: `{{${name}}}` })),
});

/** The update of a stack by a function, whose own stack exists only meanwhile. */
export const updateSteps: Step[] = [
  act("createUpdater", "createStack", {
    StackName: OWN_STACK,
    Capabilities: ["CAPABILITY_IAM"],
    TemplateBody: "Resources: {}",
    Parameters: [{ ParameterKey: "FunctionName", ParameterValue: OWN_STACK }],
  }),
  act("update", "invokeLambdaFunction", { FunctionName: OWN_STACK, Payload: '{"StackName": "{{StackNameOrId}}"}' }),
  act("deleteUpdater", "deleteStack", { StackName: OWN_STACK }),
];

/** A gate, then a stack that creates an instance with its role: the shape of the approval runbooks for managed instances. */
export const managedInstanceRunbook = (): GateRunbook => {
  const once = { maxAttempts: 1, onFailure: "Abort" };
  const { parameters } = stringParameters("AmiId", "InstanceType", "RoleName", "VpcId", "SubnetId");
  return json(
    "a gate before a managed instance is created by a stack",
    runbook(
      [
        gate("approve", { ...fromParameters, Message: "A managed instance is created." }, { onFailure: "Abort" }),
        act(
          "createInstanceStack",
          "createStack",
          {
            StackName: "{{StackName}}",
            OnFailure: "ROLLBACK",
            TimeoutInMinutes: 30,
            Capabilities: ["CAPABILITY_IAM"],
            TemplateBody: "Resources: {}",
            ...stackParameters(...Object.keys(parameters), "KeyPairName"),
          },
          once,
        ),
        act("deleteInstanceStack", "deleteStack", { StackName: "{{StackName}}" }, once),
      ],
      {
        assumeRole: "{{AutomationAssumeRole}}",
        parameters: {
          ...parameters,
          KeyPairName: { type: "String" },
          StackName: { type: "String", default: "ManagedInstance{{automation:EXECUTION_ID}}" },
          ...APPROVER_PARAMETERS,
        },
      },
    ),
    { parameters: { KeyPairName: ["operators"] } },
  );
};

export const standbyRunbook = (verb: string): GateRunbook =>
  json(
    `a gate before an instance ${verb} standby`,
    runbook(
      [
        gate("approve", { ...fromParameters, Message: `{{ InstanceId }} ${verb} standby.` }),
        act("invoke", "invokeLambdaFunction", { FunctionName: "standby", Payload: '{"id": "{{ InstanceId }}"}' }),
        act("cleanUp", "deleteStack", { StackName: "standby" }, { isEnd: true }),
      ],
      { parameters: { InstanceId: { type: "String", default: "i-1" }, ...APPROVER_PARAMETERS } },
    ),
  );

export const isProd = { Variable: "{{ Environment }}", StringEquals: "prod", NextStep: "ask" };
export const probe = act(
  "probe",
  "executeAwsApi",
  { Service: "elasticache", Api: "DescribeReplicationGroups" },
  {
    outputs: [
      { Name: "Memory", Selector: "$.Memory", Type: "Integer" },
      { Name: "Healthy", Selector: "$.Healthy", Type: "Boolean" },
      { Name: "Hosts", Selector: "$.Hosts", Type: "StringList" },
    ],
  },
);
