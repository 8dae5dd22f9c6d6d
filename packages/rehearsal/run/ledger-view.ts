import type { DeployedTemplate } from 'account-simulator/deploy/deploy-template.ts';
import {
  type DeploymentRecord,
  deploymentRecord,
  type IncidentRecord,
  incidentRecord,
  type ReleaseRecord,
  releaseRecord,
} from '../../../shared/ledger/records.ts';

/** The ledger at the end. */
export interface LedgerView {
  /** By service, then oldest first. */
  readonly releases: readonly ReleaseRecord[];
  /** In the order they were opened. */
  readonly incidents: readonly IncidentRecord[];
  /** In the order they were seen. */
  readonly deployments: readonly DeploymentRecord[];
}

/** Reads the coordinator's ledger from its table. */
export function readLedger(coordinator: DeployedTemplate): LedgerView {
  const releases: ReleaseRecord[] = [];
  const incidents: IncidentRecord[] = [];
  const deployments: DeploymentRecord[] = [];
  for (const { pk, sk, ...record } of coordinator.account.dynamoDb.items(coordinator.nameOf('LedgerTable'))) {
    const key = `${pk} ${sk}`;
    if (/^SERVICE#\S+ RELEASE#/.test(key)) releases.push(releaseRecord.parse(record));
    else if (/^INCIDENT#\S+ INCIDENT$/.test(key)) incidents.push(incidentRecord.parse(record));
    else if (/^DEPLOYMENT#/.test(key)) deployments.push(deploymentRecord.parse(record));
  }
  return {
    releases: releases.sort((a, b) => compare(a.service, b.service) || compare(a.startedAt, b.startedAt)),
    incidents: incidents.sort(
      (a, b) => compare(a.openedAt, b.openedAt) || compare(a.incidentId, b.incidentId),
    ),
    deployments: deployments.sort(
      (a, b) => compare(a.seenAt, b.seenAt) || compare(a.deploymentId, b.deploymentId),
    ),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
