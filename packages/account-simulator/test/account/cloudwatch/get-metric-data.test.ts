import type { GetMetricDataOutput, MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { account, MINUTE, query, START } from './fixture.ts';

let open: ReturnType<typeof account> | undefined;
const opened = (options?: Parameters<typeof account>[0]) => {
  open = account(options);
  return open;
};
afterEach(() => open?.clock.uninstall());

const values = (output: GetMetricDataOutput, index = 0) => output.MetricDataResults?.[index]?.Values ?? [];
const times = (output: GetMetricDataOutput, index = 0) =>
  (output.MetricDataResults?.[index]?.Timestamps ?? []).map((date) => date.getTime());
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

describe('GetMetricData', () => {
  it('gives the data points of each minute, newest first', async () => {
    const { until, read } = opened();
    await until(START + 10 * MINUTE + 30_000);
    const output = read([query('m1', 'Invocations', 'Sum')], {
      StartTime: new Date(START + 4 * MINUTE + 12_345),
      EndTime: new Date(START + 9 * MINUTE),
    });
    expect(times(output)).toEqual([8, 7, 6, 5, 4].map((minute) => START + minute * MINUTE));
    for (const value of values(output)) expect(Math.abs(value - 600)).toBeLessThan(120);
    expect(output.MetricDataResults?.[0]).toMatchObject({
      Id: 'm1',
      Label: 'Invocations',
      StatusCode: 'Complete',
    });
  });

  it('gives the oldest first on request', async () => {
    const { until, read } = opened();
    await until(START + 10 * MINUTE + 30_000);
    const range = { StartTime: new Date(START), EndTime: new Date(START + 9 * MINUTE) };
    const newest = read([query('m1', 'Errors', 'Sum')], range);
    const oldest = read([query('m1', 'Errors', 'Sum')], { ...range, ScanBy: 'TimestampAscending' });
    expect(times(oldest)).toEqual(times(newest).reverse());
    expect(values(oldest)).toEqual([...values(newest)].reverse());
  });

  it('adds up: versions to the alias, the alias to the function, minutes to longer periods', async () => {
    const { until, read } = opened();
    await until(START + 30 * MINUTE + 30_000);
    const range = { StartTime: new Date(START), EndTime: new Date(START + 30 * MINUTE) };
    const output = read(
      [
        query('all', 'Invocations', 'Sum'),
        query('alias', 'Invocations', 'Sum', { alias: 'live' }),
        query('old', 'Invocations', 'Sum', { alias: 'live', version: '4' }),
        query('new', 'Invocations', 'Sum', { alias: 'live', version: '5' }),
        query('long', 'Invocations', 'Sum', { period: 600 }),
        query('count', 'Duration', 'SampleCount', { alias: 'live' }),
        query('fast', 'Duration', 'TC(:120)', { alias: 'live' }),
        query('slow', 'Duration', 'TC(120:)', { alias: 'live' }),
      ],
      range,
    );
    const [all = [], alias, old = [], canary = [], long = [], count, fast = [], slow = []] = (
      output.MetricDataResults ?? []
    ).map(({ Values }) => Values ?? []);
    expect(all).toHaveLength(30);
    expect(alias).toEqual(all);
    expect(count).toEqual(all);
    expect(old.map((value, i) => value + (canary[i] as number))).toEqual(all);
    expect(fast.map((value, i) => value + (slow[i] as number))).toEqual(all);
    expect(long).toEqual([0, 1, 2].map((i) => sum(all.slice(10 * i, 10 * i + 10))));
  });

  it('has one sample of Errors per invocation, so that the average is the error rate', async () => {
    const { until, read } = opened({
      behaviours: { '5': { errorRate: 0.25, latencyMs: 50, latencySpread: 0.2 } },
    });
    await until(START + 20 * MINUTE + 30_000);
    const of = { alias: 'live', version: '5' };
    const output = read([
      query('rate', 'Errors', 'Average', of),
      query('errors', 'Errors', 'Sum', of),
      query('samples', 'Errors', 'SampleCount', of),
      query('worst', 'Errors', 'Maximum', of),
      query('throttles', 'Throttles', 'Sum', of),
    ]);
    values(output, 0).forEach((rate, i) => {
      expect(rate).toBeCloseTo((values(output, 1)[i] as number) / (values(output, 2)[i] as number), 12);
    });
    expect(sum(values(output, 0)) / values(output, 0).length).toBeCloseTo(0.25, 1);
    expect(new Set(values(output, 3))).toEqual(new Set([1]));
    expect(new Set(values(output, 4))).toEqual(new Set([0]));
  });

  it('orders the percentiles of a period', async () => {
    const { until, read } = opened();
    await until(START + 20 * MINUTE + 30_000);
    const stats = ['Minimum', 'p50', 'p90', 'p95', 'p99', 'Maximum'];
    const output = read(stats.map((stat, i) => query(`m${i}`, 'Duration', stat)));
    for (let point = 0; point < values(output).length; point += 1) {
      const ladder = stats.map((_, i) => values(output, i)[point] as number);
      expect(ladder).toEqual([...ladder].sort((a, b) => a - b));
      expect(Math.abs((ladder[1] as number) - 100)).toBeLessThan(10);
    }
  });

  describe('by ExecutedVersion', () => {
    /** A canary of 4 minutes on an alias that had one version before and has one after it. */
    const shares = [
      { at: START, shares: { '4': 1 } },
      { at: START + 3 * MINUTE, shares: { '4': 0.5, '5': 0.5 } },
      { at: START + 7 * MINUTE, shares: { '5': 1 } },
    ];
    const minutesOf = async (versionMetrics?: 'only-with-weights' | 'always') => {
      const { until, read } = opened({ shares, ...(versionMetrics && { versionMetrics }) });
      await until(START + 11 * MINUTE);
      const output = read(
        [
          query('alias', 'Invocations', 'Sum', { alias: 'live' }),
          query('old', 'Invocations', 'Sum', { alias: 'live', version: '4' }),
          query('new', 'Errors', 'Sum', { alias: 'live', version: '5' }),
        ],
        { StartTime: new Date(START), EndTime: new Date(START + 10 * MINUTE), ScanBy: 'TimestampAscending' },
      );
      return [0, 1, 2].map((index) => times(output, index).map((time) => (time - START) / MINUTE));
    };

    it('counts every request, with or without weights', async () => {
      const all = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
      const expected = [all, [0, 1, 2, 3, 4, 5, 6], [3, 4, 5, 6, 7, 8, 9]];
      await expect(minutesOf()).resolves.toEqual(expected);
      open?.clock.uninstall();
      await expect(minutesOf('always')).resolves.toEqual(expected);
    });

    it('counts those on an alias with weights only, by the setting', async () => {
      const [alias, old, canary] = await minutesOf('only-with-weights');
      expect(alias).toHaveLength(10);
      expect(old).toEqual([3, 4, 5, 6]);
      expect(canary).toEqual([3, 4, 5, 6]);
    });
  });

  it('has no data point for a minute without invocations', async () => {
    const { until, read } = opened({
      rate: [
        { from: 0, requestsPerMinute: 100 },
        { from: 2 * MINUTE, requestsPerMinute: 0 },
        { from: 4 * MINUTE, requestsPerMinute: 100 },
      ],
    });
    await until(START + 6 * MINUTE);
    const output = read([query('m1', 'Invocations', 'Sum'), query('m2', 'Duration', 'Average')], {
      StartTime: new Date(START),
      EndTime: new Date(START + 5 * MINUTE),
    });
    const expected = [4, 1, 0].map((minute) => START + minute * MINUTE);
    expect(times(output, 0)).toEqual(expected);
    expect(times(output, 1)).toEqual(expected);
  });

  it('finds nothing under dimensions or names Lambda does not use', async () => {
    const { until, read } = opened();
    await until(START + 5 * MINUTE);
    const wrong = query('m1', 'Errors', 'Sum');
    const stat = wrong.MetricStat as NonNullable<typeof wrong.MetricStat>;
    const under = (dimensions: [string, string][]) => ({
      Id: `d${dimensions.length}_${dimensions.at(-1)?.[0].toLowerCase()}`,
      MetricStat: {
        ...stat,
        Metric: { ...stat.Metric, Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })) },
      },
    });
    const output = read([
      under([['FunctionName', 'payment']]),
      under([['Function', 'orders']]),
      under([
        ['FunctionName', 'orders'],
        ['ExecutedVersion', '5'],
      ]),
      under([
        ['FunctionName', 'orders'],
        ['Resource', 'orders:beta'],
      ]),
      under([
        ['FunctionName', 'orders'],
        ['Resource', 'orders:live'],
        ['ExecutedVersion', '9'],
      ]),
      { ...wrong, Id: 'unit', MetricStat: { ...stat, Unit: 'Seconds' } },
      { ...wrong, Id: 'own', MetricStat: { ...stat, Metric: { Namespace: 'Shop', MetricName: 'Orders' } } },
    ]);
    expect(output.MetricDataResults).toHaveLength(7);
    for (const result of output.MetricDataResults ?? []) {
      expect(result).toMatchObject({ Values: [], Timestamps: [], StatusCode: 'Complete' });
    }
  });

  it('ends a longer period at EndTime', async () => {
    const { until, read } = opened();
    await until(START + 30 * MINUTE);
    const range = { StartTime: new Date(START), EndTime: new Date(START + 7 * MINUTE) };
    const output = read(
      [query('m1', 'Invocations', 'Sum'), query('m2', 'Invocations', 'Sum', { period: 300 })],
      range,
    );
    expect(times(output, 1)).toEqual([START + 5 * MINUTE, START]);
    const minutes = values(output, 0);
    expect(values(output, 1)).toEqual([sum(minutes.slice(0, 2)), sum(minutes.slice(2))]);
  });

  it('does not depend on earlier requests', async () => {
    const fresh = opened({ seed: 4 });
    await fresh.until(START + 15 * MINUTE);
    const ask = [
      query('m1', 'Duration', 'p99', { alias: 'live', version: '5' }),
      query('m2', 'Errors', 'Sum'),
    ];
    const expected = fresh.read(ask);
    fresh.clock.uninstall();

    const busy = opened({ seed: 4 });
    for (let time = START; time < START + 15 * MINUTE; time += 13_000) {
      await busy.until(time);
      busy.read([
        query('x', 'Duration', 'p50'),
        query('y', 'Errors', 'Sum', { alias: 'live', version: '4' }),
      ]);
      busy.read(ask);
    }
    await busy.until(START + 15 * MINUTE);
    expect(busy.read(ask)).toEqual(expected);
  });

  describe('visibility', () => {
    it('shows the current minute in part, and the finished one whole 5 to 20 s later', async () => {
      const { until, read } = opened();
      const ask = () =>
        values(
          read([query('m1', 'Invocations', 'Sum', { alias: 'live', version: '4' })], {
            StartTime: new Date(START),
            EndTime: new Date(START + MINUTE),
          }),
        )[0] ?? 0;
      const seen: number[] = [];
      for (const second of [4, 35, 64, 80, 300]) {
        await until(START + second * 1_000);
        seen.push(ask());
      }
      const [first, second, third, whole, later] = seen as [number, number, number, number, number];
      expect(first).toBe(0);
      expect(second).toBeGreaterThan(0);
      expect(third).toBeGreaterThan(second);
      expect(whole).toBeGreaterThan(third);
      expect(later).toBe(whole);
    });

    it('can be late, partial or missing', async () => {
      const { until, read } = opened({
        visibility: (_functionName, _version, minute) => {
          if (minute === START + MINUTE) return { delayMs: Number.POSITIVE_INFINITY };
          if (minute === START + 2 * MINUTE) return { delayMs: 5 * MINUTE };
          if (minute === START + 3 * MINUTE) return { delayMs: 0, portion: 0.5 };
          return { delayMs: 0 };
        },
      });
      const ask = () =>
        read([query('m1', 'Invocations', 'Sum')], {
          StartTime: new Date(START),
          EndTime: new Date(START + 5 * MINUTE),
          ScanBy: 'TimestampAscending',
        });
      await until(START + 5 * MINUTE);
      expect(times(ask()).map((time) => (time - START) / MINUTE)).toEqual([0, 3, 4]);
      expect(values(ask())[1] as number).toBeLessThan(400);
      await until(START + 30 * MINUTE);
      expect(times(ask()).map((time) => (time - START) / MINUTE)).toEqual([0, 2, 3, 4]);
      expect(values(ask())[1] as number).toBeGreaterThan(450);
      expect(values(ask())[2] as number).toBeLessThan(400);
    });
  });

  describe('expressions', () => {
    it('computes a rate and can hide its operands', async () => {
      const { until, read } = opened();
      await until(START + 10 * MINUTE + 30_000);
      const operands = [query('errors', 'Errors', 'Sum'), query('requests', 'Invocations', 'Sum')];
      const output = read([
        { Id: 'rate', Expression: '100 * errors / requests', Label: 'error rate' },
        ...operands.map((operand) => ({ ...operand, ReturnData: false })),
      ]);
      const plain = read(operands);
      expect(output.MetricDataResults).toHaveLength(1);
      expect(output.MetricDataResults?.[0]?.Label).toBe('error rate');
      expect(values(output)).toEqual(
        values(plain, 0).map((errors, i) => (100 * errors) / (values(plain, 1)[i] as number)),
      );
      expect(times(output)).toEqual(times(plain));
    });

    it.each([
      [[{ Id: 'e1', Expression: 'm1 / m2' }, query('m1', 'Errors', 'Sum')], 'm2'],
      [[{ Id: 'e1', Expression: 'FILL(m1, 0)' }, query('m1', 'Errors', 'Sum')], 'FILL'],
      [
        [
          { Id: 'e1', Expression: 'e2 + 1' },
          { Id: 'e2', Expression: 'e1 + 1' },
        ],
        'itself',
      ],
      [
        [
          { Id: 'e1', Expression: 'm1 / m2' },
          query('m1', 'Errors', 'Sum'),
          query('m2', 'Errors', 'Sum', { period: 300 }),
        ],
        'mix periods',
      ],
    ])('refuses what it cannot compute: %#', (queries, reason) => {
      expect(() => opened().read(queries)).toThrow(reason);
    });
  });

  describe('pages', () => {
    it('end at MaxDatapoints and continue from there', async () => {
      const { until, read } = opened();
      await until(START + 30 * MINUTE);
      const ask = [query('m1', 'Invocations', 'Sum'), query('m2', 'Errors', 'Sum')];
      const range = { StartTime: new Date(START), EndTime: new Date(START + 20 * MINUTE) };
      const whole = read(ask, range);
      const collected = new Map<string, number[]>();
      let token: string | undefined;
      let pages = 0;
      do {
        const page = read(ask, {
          ...range,
          MaxDatapoints: 15,
          ...(token === undefined ? {} : { NextToken: token }),
        });
        pages += 1;
        let points = 0;
        for (const result of page.MetricDataResults ?? []) {
          points += result.Values?.length ?? 0;
          collected.set(result.Id as string, [
            ...(collected.get(result.Id as string) ?? []),
            ...(result.Values ?? []),
          ]);
        }
        expect(points).toBeLessThanOrEqual(15);
        expect(page.MetricDataResults?.at(-1)?.StatusCode).toBe(
          page.NextToken === undefined ? 'Complete' : 'PartialData',
        );
        token = page.NextToken;
      } while (token !== undefined);
      expect(pages).toBe(3);
      expect(collected.get('m1')).toEqual(values(whole, 0));
      expect(collected.get('m2')).toEqual(values(whole, 1));
    });

    it('refuse an invalid token', () => {
      const { read } = opened();
      const read1 = () => read([query('m1', 'Errors', 'Sum')], { NextToken: 'elsewhere' });
      expect(read1).toThrow(expect.objectContaining({ name: 'InvalidNextToken' }));
    });
  });

  describe('the distant past', () => {
    const day = 86_400_000;
    const steps = (days: number, Period = 300) => ({
      range: { StartTime: new Date(START - days * day), EndTime: new Date(START) },
      ask: (metricName: string, stat: string, version?: string): MetricDataQuery => ({
        Id: `m${metricName.toLowerCase()}${stat.replace(/\W/g, '').toLowerCase()}`,
        MetricStat: {
          Metric: {
            Namespace: 'AWS/Lambda',
            MetricName: metricName,
            Dimensions: [
              { Name: 'FunctionName', Value: 'orders' },
              { Name: 'Resource', Value: 'orders:live' },
              ...(version ? [{ Name: 'ExecutedVersion', Value: version }] : []),
            ],
          },
          Period,
          Stat: stat,
        },
      }),
    });
    const lived = (pastMs = 62 * day) =>
      opened({ pastMs, shares: [{ at: START - 10 * MINUTE, shares: { '4': 1 } }] });
    const all = (output: GetMetricDataOutput) =>
      (output.MetricDataResults ?? []).map((_, index) => values(output, index));

    it('is kept for 63 days in periods of five minutes, for 455 in those of an hour', () => {
      const { read } = lived();
      const asked = steps(63);
      expect(() => read([asked.ask('Errors', 'Sum')], asked.range)).not.toThrow();
      const older = steps(64);
      expect(() => read([older.ask('Errors', 'Sum')], older.range)).toThrow('longer than five minutes');
      const hourly = steps(455, 3600);
      expect(() => read([hourly.ask('Errors', 'Sum')], hourly.range)).not.toThrow();
    });

    it('has the behaviour of the code at that time, the same at each look', () => {
      const { read } = lived();
      const { ask, range } = steps(60);
      const queries = [
        ask('Errors', 'SampleCount'),
        ask('Errors', 'Sum'),
        ask('Invocations', 'Sum'),
        ask('Duration', 'SampleCount'),
        ask('Duration', 'TC(200:)'),
      ];
      const first = all(read(queries, range));
      expect(all(read(queries, range))).toEqual(first);
      const [requests, errors, invocations, timed, slow] = first;
      expect(first.map(({ length }) => length)).toEqual(new Array(5).fill(60 * 288));
      expect(invocations).toEqual(requests);
      expect(sum(requests ?? []) / (60 * 288 * 3_000)).toBeCloseTo(1, 3);
      expect(sum(errors ?? []) / sum(requests ?? [])).toBeCloseTo(0.01, 4);
      expect(timed?.[100]).toBe(requests?.[100]);
      // Durations are log-normal: twice the median is 2.3 sigma above it, and a bin is 2 % wide.
      expect(sum(slow ?? []) / sum(timed ?? [])).toBeCloseTo(0.0096, 3);
    });

    it('is no part of the metrics of a version, nor of shorter periods', () => {
      const { read } = lived();
      const { ask, range } = steps(14);
      const shorter = steps(14, 60).ask('Invocations', 'Sum');
      const [byVersion = [], byMinute = []] = all(
        read([ask('Errors', 'Sum', '4'), { ...shorter, Id: 'shorter' }], range),
      );
      expect(byVersion.length).toBeLessThan(4);
      expect(byMinute.length).toBeLessThan(11);
    });

    it('is empty for an alias that has no past', () => {
      const { read } = lived(0);
      const { ask, range } = steps(60);
      expect(all(read([ask('Invocations', 'Sum')], range))[0]?.length).toBeLessThan(4);
    });
  });

  describe('refusals', () => {
    const metric = query('m1', 'Errors', 'Sum');
    const stat = metric.MetricStat as NonNullable<typeof metric.MetricStat>;
    it.each([
      [
        'more than 500 queries',
        Array.from({ length: 501 }, (_, i) => query(`m${i}`, 'Errors', 'Sum')),
        {},
        '501',
      ],
      ['an id with a capital', [query('M1', 'Errors', 'Sum')], {}, 'MetricDataQueries.Id'],
      ['one id twice', [metric, metric], {}, 'not unique'],
      ['a period below a minute', [query('m1', 'Errors', 'Sum', { period: 30 })], {}, 'multiple of 60'],
      [
        'a period that is no whole minute',
        [query('m1', 'Errors', 'Sum', { period: 90 })],
        {},
        'multiple of 60',
      ],
      ['a trimmed mean', [query('m1', 'Duration', 'tm99')], {}, 'tm99'],
      [
        'another metric of Lambda',
        [query('m1', 'ConcurrentExecutions', 'Maximum')],
        {},
        'ConcurrentExecutions',
      ],
      [
        'another AWS namespace',
        [
          {
            Id: 'm1',
            MetricStat: { ...stat, Metric: { Namespace: 'AWS/ApiGateway', MetricName: '5XXError' } },
          },
        ],
        {},
        'AWS/ApiGateway',
      ],
      ['neither metric nor expression', [{ Id: 'm1' }], {}, 'neither'],
      ['both metric and expression', [{ ...metric, Expression: 'm1' }], {}, 'both'],
      ['a dynamic label', [{ ...metric, Label: `peak $\{MAX}` }], {}, 'dynamic labels'],
      ['another account', [{ ...metric, AccountId: '999999999999' }], {}, '999999999999'],
      ['an empty range', [metric], { EndTime: new Date(START - 10 * MINUTE) }, 'StartTime'],
      ['a range before the retention', [metric], { StartTime: new Date(START - 16 * 86_400_000) }, '16 days'],
      ['too large a page', [metric], { MaxDatapoints: 100_801 }, 'MaxDatapoints'],
    ])('refuses %s', (_what, queries, range, reason) => {
      expect(() => opened().read(queries, range)).toThrow(reason);
    });

    it('refuses GetMetricStatistics by name', () => {
      expect(() => opened().call('GetMetricStatistics', {})).toThrow('GetMetricStatistics');
    });
  });
});
