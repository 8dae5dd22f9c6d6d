import type { ExecutionState } from '../../../../shared/aws/executions.ts';
import {
  reportNotBegun,
  reportNotRecorded,
  reportUnwatched,
} from '../../../../shared/incident/report-ended-execution.ts';
import type { MailText } from '../../../../shared/mail/mail-text.ts';
import type { Mailer } from '../../../../shared/mail/mailer.ts';
import { monitoringFailedMail, rollbackNotBegunMail } from '../../../../shared/mail/monitoring-mails.ts';
import { recordingFailedMail } from '../../../../shared/mail/recorded-mails.ts';
import { LedgerDouble } from '../../fixtures/ledger-double.ts';
import { trafficDouble, usersMeet } from '../../fixtures/mails.ts';
import { MONITOR_ARN } from '../../fixtures/runtime-of.ts';

const arnOf = (name: string) => `${MONITOR_ARN.replace(':stateMachine:', ':execution:')}:${name}`;
const executionArn = arnOf('d-ORDERS005');
const broke: ExecutionState = { status: 'FAILED', error: 'States.Runtime', cause: 'no such variable' };
const refused: ExecutionState = {
  status: 'FAILED',
  error: 'InputRejected',
  cause: 'service: expected a string',
};
const listed: ExecutionState = { status: 'FAILED', error: 'NotAllRecorded', cause: '2 of 9 services' };
const why = 'the execution ended FAILED: States.Runtime: no such variable';

/** The mails of a report: the subject matter, number, sender and text of each. */
async function mailsOf(
  report: typeof reportNotBegun,
  { arn = executionArn, ended = broke, input = '' },
): Promise<[string, string, string, MailText][]> {
  const sent: [string, string, string, MailText][] = [];
  const mailer = {
    send: async (...[thread, step, owner, text]: Parameters<Mailer['send']>) =>
      void sent.push([thread, step, owner, typeof text === 'function' ? await text() : text]),
  };
  const { releases, checkpoints } = new LedgerDouble();
  const traffic = trafficDouble(meet);
  await report({ mailer, traffic, environment: 'prod', releases, checkpoints }, arn, ended, input);
  return sent;
}
const meet = usersMeet();
const mailed = (mail: MailText, arn = executionArn) => [[arn, 'failed', arn, mail]];

describe('a watch that broke off', () => {
  it.each([
    ['its input', executionArn, '{"deploymentId": "d-CART77"}', 'd-CART77'],
    ['its name, where the input is not known', executionArn, '', 'd-ORDERS005'],
    ['its name, where the input names none', executionArn, '{}', 'd-ORDERS005'],
    [
      'its name, where the input names something else than text',
      executionArn,
      '{"deploymentId": 5}',
      'd-ORDERS005',
    ],
    ['its name, where the input is null', executionArn, 'null', 'd-ORDERS005'],
    ['its name, where the input is cut off', executionArn, '{"deploymentId": "d-CA', 'd-ORDERS005'],
    ['its name without the generation', arnOf('d-ORDERS005-2'), '', 'd-ORDERS005'],
    ['its name without a generation of several digits', arnOf('d-ORDERS005-12'), '', 'd-ORDERS005'],
    [
      'its whole name, where that is of another form',
      arnOf('by-hand-d-ORDERS005-2'),
      '',
      'by-hand-d-ORDERS005-2',
    ],
    ['its whole name, where more follows', arnOf('d-ORDERS005-2-again'), '', 'd-ORDERS005-2-again'],
  ])('is reported with the deployment of %s', async (_, arn, input, deploymentId) => {
    const mail = monitoringFailedMail('prod', { deploymentId, executionArn: arn, why, meet });
    await expect(mailsOf(reportUnwatched, { arn, input })).resolves.toEqual(mailed(mail, arn));
  });

  it('is not reported where its input was refused: its starter sees the reason', async () => {
    await expect(mailsOf(reportUnwatched, { ended: refused })).resolves.toEqual([]);
  });
});

describe('a rollback that broke before it had an incident', () => {
  it('of a person is no call to roll back: nothing bad is known of the service', async () => {
    const [[, , , mail] = []] = await mailsOf(reportNotBegun, { input: '{"service": "cart"}' });
    expect(mail).toMatchObject({ severity: 'info', todo: 'nothing' });
  });

  it.each([
    ['the service of its input', '{"service": "cart"}', 'cart'],
    ['no service where its input names none', '{}', 'a service'],
  ])('is reported with %s', async (_, input, service) => {
    const mail = rollbackNotBegunMail('prod', { service, executionArn, why, meet, isByPerson: true });
    await expect(mailsOf(reportNotBegun, { input })).resolves.toEqual(mailed(mail));
  });

  it('is not reported where the input of a person was refused', async () => {
    await expect(mailsOf(reportNotBegun, { ended: refused, input: '{"service": 5}' })).resolves.toEqual([]);
  });
});

describe('a recording that broke off', () => {
  it.each([
    ['the service of its input', '{"service": "cart"}', 'cart'],
    ['all services where its input names none', '{}', 'all services'],
  ])('is reported with %s', async (_, input, service) => {
    const mail = recordingFailedMail('prod', { service, executionArn, why });
    await expect(mailsOf(reportNotRecorded, { input })).resolves.toEqual(mailed(mail));
  });

  it.each([
    ['its input was refused', refused],
    ['a mail of its own has listed the services', listed],
  ])('is not reported where %s', async (_, ended) => {
    await expect(mailsOf(reportNotRecorded, { ended })).resolves.toEqual([]);
  });
});
