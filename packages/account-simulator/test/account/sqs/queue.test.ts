import { Queue } from '../../../account/sqs/queue.ts';
import { ACCOUNT, Bench } from '../wire/wired.ts';

let bench: Bench;

beforeEach(() => {
  bench = new Bench();
});

afterEach(() => {
  bench.clock.uninstall();
});

const queue = (name = 'rule-dlq') =>
  new Queue({ name, clock: bench.clock, random: bench.random, account: ACCOUNT });

describe('Queue', () => {
  it('keeps messages in order, with their attributes and times', async () => {
    const dlq = queue();
    dlq.send('{"id":1}', { ERROR_CODE: 'NO_PERMISSIONS' });
    await bench.settle(bench.clock.sleep(60_000));
    dlq.send('{"id":2}');
    expect(dlq.messages).toEqual([
      {
        messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        body: '{"id":1}',
        attributes: { ERROR_CODE: 'NO_PERMISSIONS' },
        sentAt: bench.clock.startedAt,
      },
      expect.objectContaining({ body: '{"id":2}', attributes: {}, sentAt: bench.clock.startedAt + 60_000 }),
    ]);
  });

  it('is known by ARN and URL', () => {
    expect(queue().arn).toBe('arn:aws:sqs:us-east-1:111122223333:rule-dlq');
    expect(queue().url).toBe('https://sqs.us-east-1.amazonaws.com/111122223333/rule-dlq');
  });

  it('gives the same message ids for the same seed', () => {
    expect(queue().send('a').messageId).toBe(queue().send('a').messageId);
    expect(queue('other').send('a').messageId).not.toBe(queue().send('a').messageId);
  });

  it('refuses to be a FIFO queue, an empty message and one over 1 MiB', () => {
    expect(() => queue('rule-dlq.fifo')).toThrow('must be a standard queue');
    expect(() => queue().send('')).toThrow(RangeError);
    expect(() => queue().send('x'.repeat(1024 * 1024 + 1))).toThrow(RangeError);
    expect(queue().send('x'.repeat(1024 * 1024)).body).toHaveLength(1024 * 1024);
  });
});
