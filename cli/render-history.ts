import { instant } from '../shared/mail/mail-text.ts';
import type { DeploymentHistory, HistoryEntry } from '../shared/queries/service-history.ts';
import { answerInWords } from './render-incidents.ts';
import { table } from './text-layout.ts';

/** Releases, newest first, each over its deployments and their phases. */
export function renderHistory(history: readonly HistoryEntry[]): string[] {
  if (history.length === 0) return ['Nothing is recorded of it yet.'];
  return history.flatMap(({ at, release, deployments }) => [
    `${instant(at)}  ${release ? titleOf(release) : 'rollback'}`,
    ...peopleSaid(release).map((words) => `  ${words}`),
    ...because(release).map((reason) => `  because ${reason}`),
    ...renderDeployments(deployments).map((line) => `  ${line}`),
  ]);
}

/** Deployments, each over its phases. */
export function renderDeployments(deployments: readonly DeploymentHistory[]): string[] {
  return deployments.flatMap(({ deploymentId, target, fromVersion, toVersion, checkpoints }) => [
    `${deploymentId}  ${target}  version ${fromVersion} -> ${toVersion}`,
    ...table(
      checkpoints.map(({ at, phase, status, verdict, share }) => [
        `  ${instant(at)}`,
        phase,
        status,
        share === undefined ? '' : `${Math.round(share * 100)} %`,
        verdict ?? '',
      ]),
    ),
  ]);
}

/** The people who declared a release good, asked for its rollback, or answered for it. */
function peopleSaid(release: HistoryEntry['release']): string[] {
  const { statedGood, incident } = release ?? {};
  return [
    ...(statedGood
      ? [`declared good by ${statedGood.by}, ${instant(statedGood.at)}: ${statedGood.reason}`]
      : []),
    ...(incident?.requestedBy ? [`rollback asked for by ${incident.requestedBy}`] : []),
    ...(incident?.approval ? [`approval: ${answerInWords(incident.approval)}`] : []),
  ];
}

/** The reason why a release is bad, or failed; empty for any other. */
function because(release: HistoryEntry['release']): string[] {
  const reason = release?.incident?.reason ?? release?.failed?.reason;
  return reason === undefined ? [] : [reason];
}

function titleOf({ releaseId, verdict, restores, incident }: NonNullable<HistoryEntry['release']>): string {
  const restored = restores ? `, puts back ${restores}` : '';
  const because = incident ? `, incident ${incident.outcome ?? incident.status}` : '';
  return `release ${releaseId}  ${verdict}${restored}${because}`;
}
