import type { ConcurrentReleaseRecord } from '../ledger/records.ts';
import { deploymentLink, executionLink, runbookLink } from './links.ts';
import type { MailText } from './mail-text.ts';
import { meetLines, type UsersMeet } from './users-meet.ts';

/** Facts of the mail about a release during a rollback, besides the release. */
export interface ConcurrentReleaseFacts {
  readonly concurrentRelease: ConcurrentReleaseRecord;
  readonly meet: UsersMeet;
  /** The execution that watched the release. */
  readonly executionArn: string;
}

/** The mail that reports the fate of a release that came in while its service was being rolled back. */
export function concurrentReleaseMail(
  environment: string,
  { concurrentRelease, meet, executionArn }: ConcurrentReleaseFacts,
): MailText {
  const { service, deploymentId, releaseId, incidentId, result } = concurrentRelease;
  const isStopped = result === 'stopped';
  return {
    environment,
    severity: isStopped ? 'warning' : 'info',
    about: service,
    headline: `${deploymentId === undefined ? 'released again' : `deployment ${deploymentId} ${result}`} during a rollback`,
    thread: incidentId,
    happened: concurrentReleaseInWords(concurrentRelease),
    now: meetLines(meet, { service, isBad: false }),
    next: isStopped
      ? `CodeDeploy takes the new version back; incident ${incidentId} goes on`
      : `incident ${incidentId} plans again with this release; its next mail says what becomes of it`,
    todo: isStopped
      ? {
          task: 'Deploy again, after the mail that ends the incident.',
          by: 'no deadline; not before that mail',
          how: [`Wait for the outcome of incident ${incidentId}, then deploy again.`],
          links: [
            executionLink(executionArn),
            ...(deploymentId === undefined ? [] : [deploymentLink(executionArn, deploymentId)]),
            runbookLink('"… stopped during a rollback", "… during a rollback"'),
          ],
        }
      : 'nothing',
    plan: [],
    why: [],
    details: [],
    footer: [`Release ${releaseId}, during incident ${incidentId}`],
  };
}

/** A release that came in during a rollback, in a sentence. */
export function concurrentReleaseInWords({
  service,
  deploymentId,
  releaseId,
  result,
}: ConcurrentReleaseRecord): string {
  if (deploymentId === undefined) {
    return `${service}: release ${releaseId} came in while ${service} was being rolled back, by its stack and without a deployment that could be stopped.`;
  }
  return result === 'stopped'
    ? `${service}: deployment ${deploymentId} began while ${service} was being rolled back; it was stopped, and CodeDeploy takes it back.`
    : `${service}: deployment ${deploymentId} began while ${service} was being rolled back, and completed before it could be stopped.`;
}
