import type { ExecutionState } from '../../../../shared/aws/executions.ts';
import {
  reportNotBegun,
  reportNotRecorded,
  reportUnwatched,
} from '../../../../shared/incident/report-ended-execution.ts';
import type { Mail } from '../../../../shared/mail/mail-text.ts';
import { monitoringFailedMail, rollbackNotBegunMail } from '../../../../shared/mail/monitoring-mails.ts';
import { recordingFailedMail } from '../../../../shared/mail/recorded-mails.ts';
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

/** The mails of a report: what each is about, which mail of it, who sends it, and its text. */
async function mailsOf(
  report: typeof reportNotBegun,
  { arn = executionArn, ended = broke, input = '' },
): Promise<[string, string, string, Mail][]> {
  const sent: [string, string, string, Mail][] = [];
  const mailRoom = { send: async (...mail: [string, string, string, Mail]) => void sent.push(mail) };
  await report({ mailRoom, environment: 'prod' }, arn, ended, input);
  return sent;
}
const mailed = (mail: Mail, arn = executionArn) => [[arn, 'failed', arn, mail]];

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
  ])('is told of with the deployment of %s', async (_, arn, input, deploymentId) => {
    const mail = monitoringFailedMail('prod', { deploymentId, executionArn: arn, why });
    await expect(mailsOf(reportUnwatched, { arn, input })).resolves.toEqual(mailed(mail, arn));
  });

  it('is told of where its input was left out', async () => {
    const sent: unknown[] = [];
    const mailRoom = { send: async (...mail: unknown[]) => void sent.push(mail) };
    await reportUnwatched({ mailRoom, environment: 'prod' }, executionArn, broke);
    const mail = monitoringFailedMail('prod', { deploymentId: 'd-ORDERS005', executionArn, why });
    expect(sent).toEqual(mailed(mail));
  });

  it('is not told of where its input was refused: whoever started it sees why', async () => {
    await expect(mailsOf(reportUnwatched, { ended: refused })).resolves.toEqual([]);
  });
});

describe('a rollback that broke before it had an incident', () => {
  it.each([
    ['the service of its input', '{"service": "cart"}', 'cart'],
    ['no service where its input names none', '{}', 'a service'],
  ])('is told of with %s', async (_, input, service) => {
    const mail = rollbackNotBegunMail('prod', { service, executionArn, why });
    await expect(mailsOf(reportNotBegun, { input })).resolves.toEqual(mailed(mail));
  });

  it('is told of where its input was refused and a watch made it', async () => {
    const input = '{"service": "cart", "deploymentId": "d-CART77"}';
    const mail = rollbackNotBegunMail('prod', {
      service: 'cart',
      executionArn,
      why: 'the execution ended FAILED: InputRejected: service: expected a string',
    });
    await expect(mailsOf(reportNotBegun, { ended: refused, input })).resolves.toEqual(mailed(mail));
  });

  it('is not told of where the input of a person was refused', async () => {
    await expect(mailsOf(reportNotBegun, { ended: refused, input: '{"service": 5}' })).resolves.toEqual([]);
  });
});

describe('a recording that broke off', () => {
  it.each([
    ['the service of its input', '{"service": "cart"}', 'cart'],
    ['all services where its input names none', '{}', 'all services'],
  ])('is told of with %s', async (_, input, service) => {
    const mail = recordingFailedMail('prod', { service, executionArn, why });
    await expect(mailsOf(reportNotRecorded, { input })).resolves.toEqual(mailed(mail));
  });

  it.each([
    ['its input was refused', refused],
    ['a mail of its own has listed the services', listed],
  ])('is not told of where %s', async (_, ended) => {
    await expect(mailsOf(reportNotRecorded, { ended })).resolves.toEqual([]);
  });
});
