import { rows } from '../../../../shared/mail/mail-text.ts';
import { outcomeSections } from '../../../../shared/mail/outcome-sections.ts';
import { servicePlan, serviceResult } from '../../fixtures/records.ts';

const failedTarget = { target: 'Api:live', status: 'failed' as const, action: 'the alias moved' };
const planned = ['top', 'middle', 'base', 'far', 'half'].map((service) =>
  servicePlan({ service, toRelease: `${service}-1` }),
);
const results = [
  serviceResult({ service: 'top' }),
  serviceResult({ service: 'middle', status: 'failed', targets: [failedTarget] }),
  serviceResult({
    service: 'base',
    status: 'skipped',
    targets: [],
    reason: 'its consumer middle did not come back',
  }),
  serviceResult({ service: 'half', status: 'traffic-restored' }),
];

it('gives the state of every service of the plan', () => {
  expect(outcomeSections(planned, results).result).toEqual([
    {
      heading: 'Result',
      lines: [
        'Users of 2 of 5 services are back.',
        ...rows([
          ['top', 'back on top-1'],
          ['middle', 'NOT BACK: see what was done to it'],
          ['base', 'as it was: its consumer middle did not come back'],
          ['far', 'as it was: not reached'],
          ['half', 'users are back on half-1; its stack is not'],
        ]),
      ],
    },
  ]);
});

it('describes first the actions on services that are not back', () => {
  expect(outcomeSections(planned, results).details.map(({ heading }) => heading)).toEqual([
    'Done to middle',
    'Done to half',
    'Done to top',
  ]);
});

it('describes only the targets of a single service', () => {
  expect(outcomeSections([servicePlan()], [serviceResult()])).toEqual({
    result: [{ heading: 'Done to orders', lines: rows([['CreateOrder:live', 'alias pointed back']]) }],
    details: [],
  });
});

it('keeps the mail of a thousand services readable', () => {
  const many = Array.from({ length: 1_000 }, (_, index) => servicePlan({ service: `s${index}` }));
  const done = many.map(({ service }) => serviceResult({ service }));
  const { result, details } = outcomeSections(many, done);
  expect(details).toHaveLength(10);
  expect(result[0]?.lines.at(-1)).toBe('and 700 more');
});
