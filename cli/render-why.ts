import { ringDays } from '../shared/judge/alarm-conditions.ts';
import { reasonsInWords } from '../shared/judge/evidence-in-words.ts';
import { preflightOf } from '../shared/ledger/records.ts';
import { alarmsInWords } from '../shared/mail/alarm-section.ts';
import { sourceOf } from '../shared/mail/incident-mails.ts';
import { columns, counted, instant } from '../shared/mail/mail-text.ts';
import { changePairs, releasePairs } from '../shared/mail/release-section.ts';
import type { Why } from '../shared/queries/why.ts';
import { wordsOf } from '../shared/targets/kinds.ts';
import { renderDeployments } from './render-history.ts';
import { answerInWords } from './render-incidents.ts';

/** The incident, its evidence, its plan, and the results. */
export function renderWhy({ incident, release, approval, plan, results, deployments }: Why): string[] {
  const { incidentId, service, releaseId, status, outcome, attempt, requestedBy } = incident;
  const [main, ...others] = reasonsInWords(incident);
  const source = sourceOf(incident, release);
  const isAskedAgain = requestedBy !== undefined && !source.includes(requestedBy);
  return [
    `Incident ${incidentId}: ${outcome ?? status}`,
    ...columns([
      ['service', service],
      ['release', `${releaseId} (${release?.verdict ?? 'not in the ledger'})`],
      source,
      ['detected', instant(incident.detectedAt)],
      ['closed', incident.closedAt ? instant(incident.closedAt) : 'still open'],
      ...(approval ? [['approval', answerInWords(approval)] as [string, string]] : []),
      ['attempts', `${attempt}${isAskedAgain ? `, the last asked for by ${requestedBy}` : ''}`],
      ['execution', incident.executionArn],
    ]).map((line) => `  ${line}`),
    ...section('Why', [main, ...others.map(({ finding, detail }) => `${finding}: ${detail}`)]),
    ...(release ? aboutRelease(release, plan) : []),
    ...section('What was planned', plan ? plannedLines(plan) : ['no plan was made']),
    ...(incident.leftOnPurpose ? section('What was left on purpose', incident.leftOnPurpose) : []),
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

/** The deployer of the release, its changes, and the problems of its alarms. */
function aboutRelease(release: NonNullable<Why['release']>, plan: Why['plan']): string[] {
  const own = plan?.services.find(({ service }) => service === release.service);
  return [
    ...section('The release', columns(releasePairs(release, own))),
    ...section('Changed since the restore point', columns(own ? changePairs(release, own) : [])),
    ...section('Its alarms as it began', alarmLines(release)),
  ];
}

function alarmLines(release: NonNullable<Why['release']>): string[] {
  const found = preflightOf(release);
  const { pairs, sentences } = alarmsInWords(found);
  const isNoisy = (name: string) =>
    found?.conditions.some((one) => one.name === name && one.kind === 'noisy') ?? false;
  const rang = Object.entries(found?.rings ?? {}).filter(([name]) => !isNoisy(name));
  return [
    ...columns([
      ...pairs,
      ...rang.map(([name, times]): [string, string] => [
        name,
        `went into ALARM ${counted(times, 'time')} in the ${ringDays} days before the release`,
      ]),
    ]),
    ...sentences,
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
