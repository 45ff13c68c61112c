import { useWorld } from "../live/world.ts";
import { type AwsTab, pageState, usePageState } from "../shell/page-state.ts";
import { type Tab, Tabs } from "../shell/tabs.tsx";
import { WireTab } from "../wire/wire-tab.tsx";
import { AuditTab } from "./audit-tab.tsx";
import { Executions } from "./executions.tsx";
import { Runbooks } from "./runbooks.tsx";

const CONTENT: Record<AwsTab, () => React.ReactNode> = {
  runbooks: Runbooks,
  executions: Executions,
  audit: AuditTab,
  wire: WireTab,
};

/** The right panel: runbooks, executions, audit events, and every call between the bot, AWS and Slack. */
export function AwsPanel() {
  const tab = usePageState((state) => state.tab);
  const waiting = useWorld(
    (state) => state.aws.executions.filter((each) => each.AutomationExecutionStatus === "Waiting").length,
  );
  const tabs: Tab<AwsTab>[] = [
    { id: "runbooks", label: "Runbooks" },
    { id: "executions", label: "Executions", count: waiting },
    { id: "audit", label: "Audit" },
    { id: "wire", label: "Wire" },
  ];
  const Content = CONTENT[tab];
  return (
    <section className="aws" aria-label="AWS">
      <header className="bar">
        <h2>AWS Systems Manager</h2>
        <p>account 111122223333, us-east-1</p>
      </header>
      <Tabs label="AWS" tabs={tabs} current={tab} choose={(id) => pageState.set({ tab: id })}>
        <Content />
      </Tabs>
    </section>
  );
}
