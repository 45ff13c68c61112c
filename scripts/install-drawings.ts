/**
 * The drawings of docs/install.md: the names of menus, fields and buttons of Slack and AWS, in plain boxes. The names of the drawings are those of
 * the files in docs/images/install.
 */

type Kind = "button" | "choice" | "field" | "checkbox" | "menu" | "note";

/** A part of a page. Its label is the name that the page shows; a step is one that the reader clicks or fills in. */
export interface Item {
  readonly kind: Kind;
  readonly label: string;
  readonly value?: string;
  readonly step: boolean;
}

/** One page or dialog: where it is, its menu on the left, and its rows. */
export interface Panel {
  readonly place: string;
  readonly menu?: readonly Item[];
  readonly rows: readonly (readonly Item[])[];
}

export interface Drawing {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const show = (kind: Kind, label: string, value?: string): Item => ({
  kind,
  label,
  step: false,
  ...(value === undefined ? {} : { value }),
});
const step = (kind: Kind, label: string, value?: string): Item => ({ ...show(kind, label, value), step: true });

export const INSTALL_DRAWINGS: Readonly<Record<string, Drawing>> = {
  "create-app": {
    title: "Create the Slack app from the manifest",
    panels: [
      { place: "api.slack.com/apps", rows: [[step("button", "Create New App")]] },
      { place: "Create an app", rows: [[show("choice", "From scratch"), step("choice", "From a manifest")]] },
      {
        place: "Create an app: workspace and manifest",
        rows: [
          [step("field", "Workspace", "the name of your workspace")],
          [show("choice", "JSON"), step("choice", "YAML")],
          [step("field", "Manifest", "the content of manifest.yml")],
          [show("note", "Slack can also show two pages, each with Next.")],
          [step("button", "Next")],
        ],
      },
      { place: "Create an app: summary", rows: [[step("button", "Create")]] },
    ],
  },
  "bot-token": {
    title: "Install the app, and copy the bot token",
    panels: [
      {
        place: "Page of the app",
        menu: [show("menu", "Basic Information"), step("menu", "Install App"), show("menu", "OAuth & Permissions")],
        rows: [
          [step("button", "Install to Workspace")],
          [show("note", "Can show your workspace's name, or Request to Install.")],
        ],
      },
      {
        place: "Countersign requests permissions",
        rows: [[show("button", "Cancel"), step("button", "Allow")]],
      },
      {
        place: "Page of the app: Install App",
        rows: [[show("field", "Bot User OAuth Token", "xoxb-…")], [step("button", "Copy")]],
      },
    ],
  },
  "app-token": {
    title: "Generate the app-level token",
    panels: [
      {
        place: "Page of the app",
        menu: [step("menu", "Basic Information"), show("menu", "Install App"), show("menu", "OAuth & Permissions")],
        rows: [[show("note", "Scroll down to:")], [step("button", "Generate Token and Scopes", "App-Level Tokens")]],
      },
      {
        place: "Generate an app-level token",
        rows: [
          [step("field", "Token Name", "any name")],
          [step("button", "Add Scope")],
          [step("choice", "connections:write")],
          [show("button", "Cancel"), step("button", "Generate")],
        ],
      },
      {
        place: "The new token",
        rows: [[show("field", "Token", "xapp-…")], [step("button", "Copy"), show("button", "Done")]],
      },
    ],
  },
  invite: {
    title: "Invite the bot to the channel",
    panels: [
      {
        place: "Slack",
        menu: [show("menu", "# general"), step("menu", "# approvals"), show("menu", "# random")],
        rows: [[step("field", "Message", "/invite @Countersign")], [step("button", "Send")]],
      },
    ],
  },
  stack: {
    title: "Create the role in the AWS console",
    panels: [
      {
        place: "CloudFormation > Stacks",
        rows: [
          [show("note", "First choose the Region at the top right.")],
          [step("button", "Create stack"), step("choice", "With new resources (standard)")],
        ],
      },
      {
        place: "Create stack",
        rows: [
          [step("choice", "Choose an existing template")],
          [show("choice", "Amazon S3 URL"), step("choice", "Upload a template file")],
          [step("button", "Choose file", "bot-account.yaml")],
          [step("button", "Next")],
        ],
      },
      {
        place: "Specify stack details",
        rows: [
          [step("field", "Stack name", "countersign")],
          [step("field", "Compute", "ec2")],
          [show("note", "Leave the other parameters unchanged.")],
          [step("button", "Next")],
        ],
      },
      {
        place: "The last two pages",
        rows: [
          [show("note", "One of these two pages has the box.")],
          [step("checkbox", "I acknowledge that AWS CloudFormation might create IAM resources with custom names")],
          [show("button", "Next"), step("button", "Submit")],
        ],
      },
    ],
  },
  "instance-role": {
    title: "Give the role to the EC2 instance",
    panels: [
      {
        place: "EC2",
        menu: [step("menu", "Instances")],
        rows: [
          [step("checkbox", "the instance of the bot")],
          [step("button", "Actions"), step("choice", "Security")],
          [step("choice", "Modify IAM role")],
        ],
      },
      {
        place: "Modify IAM role",
        rows: [
          [step("field", "IAM role", "Countersign")],
          [show("button", "Cancel"), step("button", "Update IAM role")],
        ],
      },
    ],
  },
};

/** Returns the labels that the reader clicks or fills in, in the order of their numbers. */
export const drawingSteps = ({ panels }: Drawing): string[] =>
  panels
    .flatMap(({ menu = [], rows }) => [...menu, ...rows.flat()])
    .filter((item) => item.step)
    .map((item) => item.label);
