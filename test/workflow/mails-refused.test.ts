import { AwsError } from 'account-simulator/account/service.ts';
import type { Attach } from '../../packages/rehearsal/run/attachment.ts';
import { findScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { watchedRun } from '../../packages/rehearsal/test/promises/watched-run.ts';

const found = findScenario(process.cwd(), 'bad-after-completion');
/** The stack can be restored, so that only the mails are left to do. */
const scenario = { ...found, account: { ...found.account, serviceRole: true } };

/** SNS refuses every mail for `minutes` from the detection of the bad release on. */
const withoutMails =
  (minutes: number, refusal: () => AwsError): Attach =>
  ({ coordinator, clock }) => {
    let until: number | undefined;
    coordinator.account.wire.use(({ service, operation, input }, next) => {
      if (service !== 'sns' || operation !== 'Publish') return next();
      if (String(input.Subject).includes('bad release')) until ??= clock.now() + minutes * 60_000;
      if (until === undefined || clock.now() >= until) return next();
      throw refusal();
    });
    return {};
  };

const subjects = ({ mails }: { readonly mails: readonly { readonly subject: string }[] }) =>
  mails.map(({ subject }) => subject).sort();

describe('an incident whose mails SNS refuses', () => {
  it.each([
    ['refuses, for half an hour', 30, () => new AwsError('AuthorizationError', 'no key', 403)],
    ['refuses, for three hours', 180, () => new AwsError('InvalidParameter', 'bad', 400)],
    ['cannot be reached, for half an hour', 30, () => new AwsError('InternalError', 'down', 503)],
  ])('while SNS %s, ends as usual, and its mails follow', async (_, minutes, refusal) => {
    const usual = await watchedRun(scenario);
    const { result, violations } = await watchedRun(scenario, withoutMails(minutes, refusal));

    expect(violations).toEqual([]);
    expect(result.incidents.map(({ outcome }) => outcome)).toEqual(['rolled-back']);
    expect(result.executions.filter(({ status }) => status !== 'SUCCEEDED')).toEqual([]);
    expect(subjects(result)).toEqual(subjects(usual.result));
  });
});
