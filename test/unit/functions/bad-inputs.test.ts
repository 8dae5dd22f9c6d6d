import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { build as answerApproval } from '../../../functions/operate/answer-approval/handler.ts';
import { build as holdService } from '../../../functions/operate/hold-service/handler.ts';
import { build as queryLedger } from '../../../functions/operate/query-ledger/handler.ts';
import { parseServiceEntry } from '../../../shared/catalog/parse-service-entry.ts';
import { InvalidInput } from '../../../shared/errors.ts';
import { badInputs } from '../fixtures/bad-inputs.ts';
import { catalogObject, ordersEntry } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';

const sns = mockClient(SNSClient);
let ledger: LedgerDouble;
beforeEach(() => {
  sns.reset();
  ledger = new LedgerDouble();
  mockBucket(catalogObject(ordersEntry({ service: 'cart', stack: 'shop-cart' })));
});

/** Functions that a person invokes, with an input of their form. */
const functions = [
  ['hold-service', holdService, { service: 'cart', hold: true, by: 'ana' }],
  ['answer-approval', answerApproval, { incidentId: 'cart-20260105T090500Z', answer: 'approve', by: 'ana' }],
  ['query-ledger', queryLedger, { query: 'history', service: 'cart' }],
] as const;

describe.each(functions)('%s', (_, build, good) => {
  it.each(badInputs)('refuses %s', async (_kind, make) => {
    const attempt = build(runtimeOf(ledger))(make(good));
    await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
    const message = await attempt.then(String, (error: Error) => error.message);
    expect(message.length).toBeLessThan(4100);
    expect(message).not.toMatch(/[\n\u202E]|undefined|\[object/);
    expect(sns.commandCalls(PublishCommand)).toHaveLength(0);
    await expect(ledger.holds.list()).resolves.toEqual([]);
  });
});

it.each(badInputs)('a parameter of the catalog is refused for %s', (_, make) => {
  const text = JSON.stringify(make({ version: 1, service: 'cart', stack: 'shop-cart' }));
  const parsed = parseServiceEntry(text, 'cart');
  expect(parsed).toHaveProperty('problems');
  expect('problems' in parsed ? parsed.problems.length : 0).toBeLessThanOrEqual(11);
});
