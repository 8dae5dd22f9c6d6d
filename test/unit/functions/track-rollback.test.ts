import { build } from '../../../functions/watch/track-rollback/handler.ts';
import { InvalidInput, TransientFailure } from '../../../shared/errors.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { iso } from '../fixtures/times.ts';

const input = {
  kind: 'rollback',
  deploymentId: 'd-ROLLBACK1',
  service: 'orders',
  target: 'CreateOrder:live',
  by: 'codedeploy',
  rollbackOf: 'd-ORDERS005',
};

let ledger: LedgerDouble;
beforeEach(() => {
  ledger = new LedgerDouble();
});

it('records a rollback deployment with the deployment it undoes and its creator', async () => {
  await expect(build(runtimeOf(ledger))(input)).resolves.toEqual({ deploymentId: 'd-ROLLBACK1' });
  await expect(ledger.releases.deployment('d-ROLLBACK1')).resolves.toEqual({
    deploymentId: 'd-ROLLBACK1',
    service: 'orders',
    kind: 'rollback',
    rollbackBy: 'codedeploy',
    rollbackOf: 'd-ORDERS005',
    seenAt: iso(ledger.now),
  });
});

it('records a rollback whose undone deployment is not known', async () => {
  const { rollbackOf: _, ...without } = input;
  await build(runtimeOf(ledger))({ ...without, by: 'cloudformation' });
  await expect(ledger.releases.deployment('d-ROLLBACK1')).resolves.not.toHaveProperty('rollbackOf');
});

it('lets the first record stand when it runs twice', async () => {
  await build(runtimeOf(ledger))(input);
  ledger.now += 60_000;
  await build(runtimeOf(ledger))({ ...input, by: 'coordinator' });
  await expect(ledger.releases.deployment('d-ROLLBACK1')).resolves.toMatchObject({
    rollbackBy: 'codedeploy',
    seenAt: iso(ledger.now - 60_000),
  });
});

it('refuses an input that is not a rollback, naming the field', async () => {
  const attempt = build(runtimeOf(ledger))({ ...input, kind: 'release', by: 'magic' });
  await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
  await expect(attempt).rejects.toThrow(/kind: .*; by: /);
  expect(ledger.calls).toEqual([]);
});

it('throws TransientFailure when DynamoDB throttles', async () => {
  ledger.refuseNext('PutItem', 'ProvisionedThroughputExceededException');
  await expect(build(runtimeOf(ledger))(input)).rejects.toBeInstanceOf(TransientFailure);
});
