import { percent } from '../judge/hard-limits.ts';
import type { ReleaseRecord, WatchedDeployment } from '../ledger/records.ts';
import { columns, duration, instant, layOut, type Mail } from './mail-text.ts';

/**
 * The mail of a release whose watching has ended: confirmed good, or left unproven for want of a verdict, or
 * because of what its other targets are on or its stack did.
 */
export function releaseMail(
  environment: string,
  release: ReleaseRecord,
  {
    good,
    objections = [],
    now,
  }: { readonly good: boolean; readonly objections?: readonly string[]; readonly now: number },
): Mail {
  const deployments = Object.values(release.deployments);
  const began = Math.min(...deployments.map(({ createdAt }) => Date.parse(createdAt)));
  const watched = duration(now - began);
  const subject = good
    ? `[${environment}] ${release.service}: release confirmed good`
    : `[${environment}] ${release.service}: release unproven, ${
        objections.length > 0 ? 'although it did well' : 'no verdict'
      }`;
  const undecided = new Set(
    deployments.flatMap(({ settled }) =>
      settled?.verdict === 'insufficient' && settled.reason ? settled.reason : [],
    ),
  );
  const unproven =
    objections.length > 0
      ? 'was itself healthy, but something else speaks against it'
      : 'there was no verdict on it';
  const lead = good
    ? `${release.service}: the release of ${instant(release.startedAt)} was watched for ${watched} and is good.`
    : `${release.service}: the release of ${instant(release.startedAt)} was watched for ${watched} and ` +
      `${unproven}. It is left as it is, and it is not a release the coordinator would go back to.`;
  return layOut(
    subject,
    lead,
    [
      { heading: 'What was watched', lines: columns(deployments.map((one) => [one.target, describe(one)])) },
      { heading: 'What speaks against it', lines: objections },
      { heading: 'Why there is no verdict', lines: good || objections.length > 0 ? [] : [...undecided] },
    ],
    [`Release ${release.releaseId}`],
  );
}

/** The mail of a release that was found bad, of a service that is only observed. */
export function observedMail(environment: string, release: ReleaseRecord, reason: string): Mail {
  const { service, releaseId, startedAt } = release;
  return layOut(
    `[${environment}] ${service}: release looks bad, only observed, needs a person`,
    `${service}: the release of ${instant(startedAt)} looks bad. Its policy gives ${service} the autonomy "observe", ` +
      'so nothing has been changed.',
    [
      { heading: 'Why', lines: [reason] },
      {
        heading: 'What is left to do',
        lines: [`To go back, start the machine coordinate-rollback with {"service": "${service}"}`],
      },
    ],
    [`Release ${releaseId}`],
  );
}

function describe({ fromVersion, toVersion, settled }: WatchedDeployment): string {
  const versions = `version ${fromVersion} -> ${toVersion}`;
  if (!settled) return versions;
  const { requests, errors, verdict } = settled;
  const rate = requests > 0 ? `, ${errors} failed (${percent(errors / requests)})` : '';
  return `${versions}: ${verdict}, ${requests} requests${rate}`;
}
