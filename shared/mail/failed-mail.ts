import { regionOf } from '../by-hand/start-execution.ts';
import type { Blocker } from '../judge/ended-deployment.ts';
import { percent } from '../judge/sequential/words.ts';
import type { ReleaseRecord, WatchedDeployment } from '../ledger/records.ts';
import { aliasCommand } from '../targets/alias/restoring.ts';
import { alarmSection } from './alarm-section.ts';
import { deploymentLink, executionLink, stackLink } from './links.ts';
import { instant, type MailText, rows, runLines } from './mail-text.ts';
import { aboutRelease, type ReleaseFacts } from './release-mails.ts';
import { releaseSections } from './release-section.ts';
import { aliasesOnNew, meetNew } from './users-meet.ts';

/** Links to deployments in one mail. */
const mostLinks = 5;

/** The cause of a blocked deployment, for the subject, and advice for a person. */
const words: Record<Blocker, { readonly who: string; readonly advice: string }> = {
  alarm: {
    who: 'blocked by an alarm',
    advice:
      'Wait until the alarm is OK, or, where the release mends what the alarm is about, take the alarm out of the deployment ' +
      'group for this deployment. Then deploy the same release again.',
  },
  request: {
    who: 'stopped on request',
    advice:
      'A person, a pipeline or the stack asked CodeDeploy to stop. Deploy again once the reason for that is gone.',
  },
  lambda: { who: 'blocked by a limit of AWS', advice: 'Deploy the same release again later.' },
  setup: {
    who: 'blocked by its deployment setup',
    advice:
      'Mend what CodeDeploy names: the function, the alias, the revision or its role. Then deploy the same release again.',
  },
  stack: {
    who: 'blocked by its stack',
    advice: 'The events of the stack say why. Mend that, and deploy the same release again.',
  },
  codedeploy: {
    who: 'blocked by CodeDeploy',
    advice: 'Deploy the same release again. If it fails again, CodeDeploy shows more in its console.',
  },
  coordinator: {
    who: 'refused before its traffic',
    advice:
      'Deploy the same release again once that is over: wait for the outcome mail of the incident, or ask the person who put ' +
      'the service on hold.',
  },
  unknown: {
    who: 'blocked by an unknown cause',
    advice: 'CodeDeploy shows more in its console. Deploy the same release again once the cause is known.',
  },
};

/** A watched deployment that ended without success, and without evidence against its code. */
type BlockedDeployment = WatchedDeployment & {
  readonly settled: { readonly blocked: { readonly by: Blocker }; readonly reason?: string | undefined };
};

/** The blocked deployments of a release, the most telling first: a stack stops the others together with it. */
export function blockedDeployments({ deployments }: Pick<ReleaseRecord, 'deployments'>): BlockedDeployment[] {
  const found = Object.values(deployments).filter(
    (one): one is BlockedDeployment => one.settled?.blocked !== undefined,
  );
  const isFollower = ({ settled }: BlockedDeployment) => settled.blocked.by === 'request';
  return [...found.filter((one) => !isFollower(one)), ...found.filter(isFollower)];
}

/** The mail of a release whose deployment failed for a reason that says nothing about its code. */
export function failedMail(
  environment: string,
  release: ReleaseRecord,
  { meet, executionArn, alarms }: ReleaseFacts,
): MailText {
  const { service, startedAt } = release;
  const stopped = blockedDeployments(release);
  const { who, advice } = words[stopped[0]?.settled.blocked.by ?? 'unknown'];
  const meets = meetNew(meet);
  const atLastLook = stopped.filter(({ settled: { share = 0 } }) => share > 0);
  const isLeft = meets === 'yes' || (meets === 'unknown' && atLastLook.length > 0);
  const left = meets === 'yes' ? aliasesOnNew(meet) : isLeft ? atLastLook.map(toAlias) : [];
  return {
    ...aboutRelease(environment, release, { meet }),
    severity: 'warning',
    headline: `release failed, ${who}${isLeft ? ', needs a person' : ''}`,
    happened: `${service}: the release of ${instant(startedAt)} failed, ${who}; that says nothing about its code.`,
    next: isLeft
      ? 'stays so: nobody takes the new version back by itself'
      : 'old versions for all users; no other service goes back because of it',
    todo: {
      task: isLeft ? 'Point the aliases back, then deploy again.' : 'Deploy again, once the cause is gone.',
      by: isLeft ? 'today: users meet a release that failed' : 'no deadline: users are on the old versions',
      how: [
        ...left.flatMap(({ function: name, alias, oldVersion = 'THE_VERSION_BEFORE' }) =>
          runLines(
            aliasCommand(
              { region: regionOf(executionArn) },
              { function: name, alias, toVersion: oldVersion },
            ),
          ),
        ),
        advice,
      ],
      links: [
        executionLink(executionArn),
        ...stopped.slice(0, mostLinks).map(({ deploymentId }) => deploymentLink(executionArn, deploymentId)),
        ...(release.stack === undefined ? [] : [stackLink(executionArn, release.stack)]),
      ],
    },
    plan: [
      {
        heading: 'At the last look',
        lines: atLastLook.map(
          ({ target, toVersion, settled: { share = 0 } }) =>
            `${percent(share)} of the requests to ${target} met version ${toVersion}.`,
        ),
      },
    ],
    why: rows(
      stopped.map(({ target, fromVersion, toVersion, settled }) => [
        target,
        `version ${fromVersion} -> ${toVersion}: ${settled.reason ?? 'no reason is known'}`,
      ]),
    ),
    details: [...releaseSections(release), alarmSection(alarms)],
  };
}

function toAlias({ function: name, alias, fromVersion }: BlockedDeployment) {
  return { function: name, alias, oldVersion: fromVersion };
}
