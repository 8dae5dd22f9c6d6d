import { columns, instant } from '../shared/mail/mail-text.ts';
import type { Why } from '../shared/queries/why.ts';
import { wordsOf } from '../shared/targets/kinds.ts';
import { renderDeployments } from './render-history.ts';

/** The incident, its evidence, its plan, and what was done. */
export function renderWhy({ incident, release, plan, results, deployments }: Why): string[] {
  const { incidentId, service, releaseId, status, outcome, attempt, reason, evidence } = incident;
  return [
    `Incident ${incidentId}: ${outcome ?? status}`,
    ...columns([
      ['service', service],
      ['release', `${releaseId} (${release?.verdict ?? 'not in the ledger'})`],
      [
        'asked for by',
        incident.deploymentId
          ? `watching deployment ${incident.deploymentId}`
          : (incident.requestedBy ?? 'a person'),
      ],
      ['detected', instant(incident.detectedAt)],
      ['closed', incident.closedAt ? instant(incident.closedAt) : 'still open'],
      ['attempts', String(attempt)],
      ['execution', incident.executionArn],
    ]).map((line) => `  ${line}`),
    ...section('Why', [reason, ...evidence.map(({ finding, detail }) => `${finding}: ${detail}`)]),
    ...section('What was planned', plan ? plannedLines(plan) : ['no plan was made']),
    ...section(
      'What was done',
      results.flatMap((one) => [
        `${one.service}: ${one.status}, ${instant(one.startedAt)} to ${instant(one.finishedAt)}`,
        ...columns(one.targets.map((target) => [target.target, `${target.status}: ${target.action}`])).map(
          indent,
        ),
      ]),
    ),
    ...section('The deployments', renderDeployments(deployments)),
  ];
}

function plannedLines(plan: NonNullable<Why['plan']>): string[] {
  return plan.services.flatMap((service) => [
    `${service.service}: to ${service.toRelease ?? 'the versions before the deployment'}, because ${service.reason}`,
    ...columns([
      ...service.targets.map((target): [string, string] => [target.target, wordsOf(target).inShort(target)]),
      ...service.unchanged.map(({ target, reason }): [string, string] => [target, `stays: ${reason}`]),
    ]).map(indent),
  ]);
}

function section(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', heading, ...lines.map(indent)];
}

function indent(line: string): string {
  return `  ${line}`;
}
