import {
  type AlarmDetails,
  type AlarmedRelease,
  conditionsOf,
} from '../../../../shared/judge/alarm-conditions.ts';

const now = Date.parse('2026-01-05T12:00:00Z');
const at = (minutesAgo: number) => now - minutesAgo * 60_000;
const of = (changes: Partial<AlarmDetails>, release?: Partial<AlarmedRelease>) =>
  conditionsOf(
    [{ name: 'a', state: 'OK', since: at(60), ...changes }],
    now,
    release && { startedAt: at(60), versions: [], ...release },
  ).map(({ kind, detail }) => `${kind}: ${detail}`);

it.each<[string, Partial<AlarmDetails>, string[]]>([
  ['is as it should be', { actionsEnabled: true }, []],
  ['does not exist', { state: 'missing' }, ['missing: does not exist']],
  ['is mistyped', { state: 'missing', nearest: 'b' }, ['missing: does not exist; did you mean "b"?']],
  [
    'has had no data for long',
    { state: 'INSUFFICIENT_DATA', since: at(15) },
    [
      'blind: has had no data since 2026-01-05 11:45 UTC: it says nothing. Check its metric and dimensions, or its query',
    ],
  ],
  ['has had no data for a moment', { state: 'INSUFFICIENT_DATA', since: at(14) }, []],
  ['warms up', { state: 'INSUFFICIENT_DATA', since: at(20), warmsUpUntil: now + 1 }, []],
  [
    'is muted by a rule',
    { mutedBy: 'maintenance' },
    ['muted: is muted by the rule maintenance: its state counts, but it calls nobody'],
  ],
  [
    'has no actions to run',
    { actionsEnabled: false },
    ['muted: has its actions disabled: its state counts, but it calls nobody'],
  ],
  [
    'is silenced by another',
    { suppressed: 'WaitPeriod' },
    ['muted: is silenced by its suppressor (WaitPeriod): its state counts, but it calls nobody'],
  ],
  [
    'cannot be evaluated',
    { evaluation: 'EVALUATION_ERROR' },
    ['faulty: is not evaluated as it should be: CloudWatch reports EVALUATION_ERROR'],
  ],
])('an alarm that %s', (_, changes, found) => {
  expect(of(changes)).toEqual(found);
});

it('an alarm without data since the release began is blind, however short that was', () => {
  const noData = { state: 'INSUFFICIENT_DATA', since: at(5) } as const;
  expect(of(noData, { startedAt: at(4) })).toHaveLength(1);
  expect(of(noData, { startedAt: at(6) })).toEqual([]);
});

it('an alarm may be blind and muted', () => {
  expect(of({ state: 'INSUFFICIENT_DATA', actionsEnabled: false })).toHaveLength(2);
});

describe('an alarm of a release that brings version 5 behind create:live', () => {
  const versions = [{ function: 'create', alias: 'live', toVersion: '5' }];
  const [name, live] = ['create', 'create:live'];

  it.each<[string, AlarmDetails['metrics'], string[]]>([
    ['looks at no metric of Lambda', undefined, []],
    ['counts all functions', [{}], []],
    ['counts the function', [{ function: name }], []],
    ['counts the alias', [{ function: name, resource: live }], []],
    ['counts the version', [{ function: name, resource: live, version: '5' }], []],
    ['counts another function beside it', [{ function: 'list' }, { function: name }], []],
    ['counts another function alone', [{ function: 'list' }], ['unwatched: no alarm sees it: a counts list']],
    [
      'counts another alias',
      [{ function: name, resource: 'create:beta' }],
      [
        'misaimed: counts requests to create:beta, not to create:live',
        'unwatched: no alarm sees it: a counts requests to create:beta, not to create:live',
      ],
    ],
    [
      'counts requests without an alias',
      [{ function: name, resource: name }],
      [
        'misaimed: counts requests to create, not to create:live',
        'unwatched: no alarm sees it: a counts requests to create, not to create:live',
      ],
    ],
    [
      'counts the version before',
      [{ function: name, resource: live, version: '4' }],
      [
        'misaimed: counts version 4 of create, not version 5',
        'unwatched: no alarm sees it: a counts version 4 of create, not version 5',
      ],
    ],
  ])('that %s', (_, metrics, found) => {
    expect(of({ metrics }, { versions })).toEqual(found);
  });

  const alarm = (changes: Partial<AlarmDetails>): AlarmDetails => ({ name: 'a', state: 'OK', ...changes });
  const list = { function: 'list', alias: 'live', toVersion: '9' };
  const kinds = (alarms: AlarmDetails[], brought = versions) =>
    conditionsOf(alarms, now, { startedAt: at(60), versions: brought }).map(
      ({ name: subject, kind }) => `${subject} ${kind}`,
    );

  it('leaves an alias unwatched only if no alarm that exists may see it', () => {
    const elsewhere = alarm({ name: 'b', metrics: [{ function: 'list' }] });
    expect(kinds([elsewhere, alarm({ metrics: [{ function: name }] })])).toEqual([]);
    expect(kinds([elsewhere, alarm({})])).toEqual([]);
    expect(kinds([elsewhere, alarm({ state: 'missing' })])).toEqual(['a missing', 'create:live unwatched']);
    expect(kinds([alarm({ state: 'missing' })])).toEqual(['a missing']);
    expect(kinds([])).toEqual([]);
  });

  it('names each alias that no alarm sees, by its function and alias', () => {
    const one = alarm({ metrics: [{ function: name }] });
    expect(kinds([one], [...versions, list])).toEqual(['list:live unwatched']);
  });

  it('is aimed well if it sees one of the versions', () => {
    const other = { ...list, function: name, alias: 'beta' };
    const beta = alarm({ metrics: [{ function: name, resource: 'create:beta' }] });
    expect(kinds([beta], [...versions, other])).toEqual(['create:live unwatched']);
  });

  it('names three alarms that look elsewhere, and counts the others', () => {
    const alarms = ['a', 'b', 'c', 'd', 'e'].map((one) =>
      alarm({ name: one, metrics: [{ function: 'list' }] }),
    );
    expect(conditionsOf(alarms, now, { startedAt: at(60), versions })).toEqual([
      {
        name: 'create:live',
        kind: 'unwatched',
        detail: 'no alarm sees it: a counts list, b counts list, c counts list, and 2 more look elsewhere',
      },
    ]);
  });
});

it.each<[string, Partial<AlarmDetails>, number, string[]]>([
  [
    'was in ALARM before the release',
    { state: 'ALARM', since: at(61) },
    0,
    [
      'ringing: has been in ALARM since 2026-01-05 10:59 UTC, before the release: it says nothing until it has been OK',
    ],
  ],
  ['went into ALARM as the release began', { state: 'ALARM', since: at(60) }, 0, []],
  ['rang less often than every other day', {}, 6, []],
  [
    'rang every other day',
    {},
    7,
    ['noisy: went into ALARM 7 times in the 14 days before the release: it may ring for other reasons'],
  ],
  [
    'rang as often as is counted',
    {},
    100,
    [
      'noisy: went into ALARM at least 100 times in the 14 days before the release: it may ring for other reasons',
    ],
  ],
])('an alarm that %s', (_, changes, times, found) => {
  expect(of(changes, { rings: { a: times } })).toEqual(found);
});
