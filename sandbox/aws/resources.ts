import type { AccountRegion, Execution } from "./engine/execution-state.ts";
import type { Runbook } from "./engine/runbook.ts";

/** One version of an Automation document. */
export interface DocumentVersion {
  version: string;
  versionName?: string;
  content: string;
  format: "YAML" | "JSON";
  runbook: Runbook;
  createdAt: number;
}

export interface AutomationDocument {
  name: string;
  /** The account that owns it. */
  owner: string;
  displayName?: string;
  targetType?: string;
  tags: { Key: string; Value: string }[];
  /** Oldest first; the last is both $LATEST and $DEFAULT. */
  versions: DocumentVersion[];
}

/** What one account has in one Region. Nothing is shared between two. */
export interface Resources {
  location: AccountRegion;
  documents: Map<string, AutomationDocument>;
  /** In the order in which they began. */
  executions: Map<string, Execution>;
  /** ClientToken of StartAutomationExecution to what it started and with what. */
  clientTokens: Map<string, { request: string; executionId: string }>;
}

/** Every account and Region that has been touched. */
export interface ResourceStore {
  at(location: AccountRegion): Resources;
  all(): Resources[];
  clear(): void;
}

export function makeResourceStore(): ResourceStore {
  const partitions = new Map<string, Resources>();
  return {
    at(location) {
      const key = `${location.account}/${location.region}`;
      const found = partitions.get(key);
      if (found !== undefined) return found;
      const { account, region } = location;
      const made = {
        location: { account, region },
        documents: new Map(),
        executions: new Map(),
        clientTokens: new Map(),
      };
      partitions.set(key, made);
      return made;
    },
    all: () => [...partitions.values()],
    clear: () => partitions.clear(),
  };
}
