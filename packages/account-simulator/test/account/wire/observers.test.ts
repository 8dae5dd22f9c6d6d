import { AwsError } from '../../../account/service.ts';
import { TransportError } from '../../../account/wire/transport-error.ts';
import type { AnsweredCall, PerformedCall, Wire } from '../../../account/wire/wire.ts';
import { Bench, CALLER } from './wired.ts';

let bench: Bench;
let wire: Wire;
let performed: PerformedCall[];
let answered: AnsweredCall[];

beforeEach(() => {
  bench = new Bench();
  wire = bench.wire({
    shop: {
      operations: {
        Buy: () => ({ receipt: 1 }),
        Steal: () => {
          throw new AwsError('Forbidden', 'not here');
        },
      },
    },
  });
  performed = [];
  answered = [];
  wire.onPerformed((one) => performed.push(one));
  wire.onAnswered((one) => answered.push(one));
});

afterEach(() => {
  bench.clock.uninstall();
});

const buy = () => wire.call('shop', 'Buy', {}, CALLER);

describe('observers of the wire', () => {
  it("see every performed call, its time, and its caller's answer", async () => {
    await bench.settle(buy());

    expect(performed).toMatchObject([{ call: { operation: 'Buy', caller: CALLER }, output: { receipt: 1 } }]);
    expect(performed[0]?.call.now).toBeGreaterThan(bench.clock.startedAt);
    expect(answered).toEqual([{ call: expect.objectContaining({ operation: 'Buy' }) }]);
  });

  it('see a refusal on both sides', async () => {
    await bench.refusal(wire.call('shop', 'Steal', {}, CALLER));

    expect(performed).toMatchObject([{ refusal: { name: 'Forbidden' } }]);
    expect(answered).toMatchObject([{ error: { name: 'Forbidden' } }]);
  });

  it('see an effect whose response is lost by an earlier or later interceptor', async () => {
    wire.use(async (_, next) => {
      await next();
      throw new TransportError('ECONNRESET');
    });
    await bench.refusal(buy());

    expect(performed).toMatchObject([{ output: { receipt: 1 } }]);
    expect(answered).toMatchObject([{ error: { code: 'ECONNRESET' } }]);
  });

  it('see nothing performed where an interceptor blocks the call', async () => {
    wire.use(async () => {
      throw new AwsError('ThrottlingException', 'Rate exceeded');
    });
    await bench.refusal(buy());

    expect(performed).toEqual([]);
    expect(answered).toHaveLength(1);
  });
});
