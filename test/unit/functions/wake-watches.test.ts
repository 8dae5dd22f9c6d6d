import { SendTaskSuccessCommand, SFNClient, TaskTimedOut } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/watch/wake-watches/handler.ts';
import { InvalidInput, TransientFailure } from '../../../shared/errors.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled } from '../fixtures/sdk-errors.ts';

const sfn = mockClient(SFNClient);
let ledger: LedgerDouble;
beforeEach(() => {
  sfn.reset();
  sfn.on(SendTaskSuccessCommand).resolves({});
  ledger = new LedgerDouble();
});

const ring = (alarmName: string) =>
  build(runtimeOf(ledger))({
    source: 'aws.cloudwatch',
    'detail-type': 'CloudWatch Alarm State Change',
    detail: { alarmName, state: { value: 'ALARM' }, previousState: { value: 'OK' } },
  });
const waits = (deployment: string, token: string) =>
  ledger.table.put({ pk: `WATCH#${deployment}`, sk: 'WAITING' }, { token });
const answered = () => sfn.commandCalls(SendTaskSuccessCommand).map(({ args }) => args[0].input.taskToken);

it('wakes every watch of the alarm, and no other', async () => {
  await ledger.watches.subscribe('orders-errors', 'create-order:live', 'd-1');
  await ledger.watches.subscribe('orders-errors', 'list-orders:live', 'd-2');
  await ledger.watches.subscribe('payment-errors', 'pay:live', 'd-3');
  await Promise.all([waits('d-1', 'token-1'), waits('d-2', 'token-2'), waits('d-3', 'token-3')]);
  const { woken } = await ring('orders-errors');
  expect(woken.sort()).toEqual(['d-1', 'd-2']);
  expect(answered().sort()).toEqual(['token-1', 'token-2']);
});

it('wakes only the latest watch of an alias', async () => {
  await ledger.watches.subscribe('orders-errors', 'create-order:live', 'd-1');
  await ledger.watches.subscribe('orders-errors', 'create-order:live', 'd-2');
  await Promise.all([waits('d-1', 'token-1'), waits('d-2', 'token-2')]);
  await expect(ring('orders-errors')).resolves.toEqual({ woken: ['d-2'] });
});

it('costs one read for an alarm without a watch', async () => {
  await expect(ring('somebody-elses')).resolves.toEqual({ woken: [] });
  expect(ledger.calls).toEqual(['Query']);
  expect(sfn.calls()).toHaveLength(0);
});

it('leaves a watch alone that has not waited yet', async () => {
  await ledger.watches.subscribe('orders-errors', 'create-order:live', 'd-1');
  await expect(ring('orders-errors')).resolves.toEqual({ woken: [] });
  expect(sfn.calls()).toHaveLength(0);
});

it('is no error where the watch no longer waits', async () => {
  await ledger.watches.subscribe('orders-errors', 'create-order:live', 'd-1');
  await waits('d-1', 'token-1');
  sfn.on(SendTaskSuccessCommand).rejects(new TaskTimedOut({ message: 'gone', $metadata: {} }));
  await expect(ring('orders-errors')).resolves.toEqual({ woken: [] });
});

it('is tried again where Step Functions is throttled', async () => {
  await ledger.watches.subscribe('orders-errors', 'create-order:live', 'd-1');
  await waits('d-1', 'token-1');
  sfn.on(SendTaskSuccessCommand).rejects(throttled());
  await expect(ring('orders-errors')).rejects.toBeInstanceOf(TransientFailure);
});

it.each([{}, { detail: {} }, { detail: { alarmName: '' } }])('refuses %j', async (event) => {
  await expect(build(runtimeOf(ledger))(event)).rejects.toBeInstanceOf(InvalidInput);
});
