import type { ApprovalRecord } from '../ledger/approval-ledger.ts';
import type { CheckpointRecord } from '../ledger/checkpoint-records.ts';
import type { IncidentRecord, ReleaseRecord, ServiceResult } from '../ledger/records.ts';
import type { RollbackPlan } from '../targets/service-plan.ts';
import { type ShownApproval, shownApproval } from './incident-now.ts';
import { type DeploymentHistory, deploymentHistories } from './service-history.ts';

/** Why a release was rolled back, with the plan and its result. */
export interface Why {
  readonly incident: IncidentRecord;
  /** The release of the incident; null if the ledger lacks it. */
  readonly release: ReleaseRecord | null;
  /** The latest attempt's request for approval; null if nobody was asked. */
  readonly approval: ShownApproval | null;
  /** The plan of the latest attempt; null if none was made. */
  readonly plan: RollbackPlan | null;
  /** Results of the latest attempt, by service. */
  readonly results: readonly ServiceResult[];
  /** The release's deployments with their phases and times. */
  readonly deployments: readonly DeploymentHistory[];
}

/** Facts for the answer. */
export interface WhyFacts {
  readonly incident: IncidentRecord;
  readonly release: ReleaseRecord | undefined;
  readonly approval: ApprovalRecord | undefined;
  readonly plan: RollbackPlan | undefined;
  readonly results: readonly ServiceResult[];
  readonly checkpoints: readonly CheckpointRecord[];
}

/** Combines the facts on why a release was rolled back. */
export function why({ incident, release, approval, plan, results, checkpoints }: WhyFacts): Why {
  const own = checkpoints.filter(({ releaseId }) => releaseId === incident.releaseId);
  return {
    incident,
    release: release ?? null,
    approval: shownApproval(approval),
    plan: plan ?? null,
    results: [...results].sort((a, b) => (a.service < b.service ? -1 : 1)),
    deployments: deploymentHistories(own),
  };
}
