import * as fc from 'fast-check';
import { type MetricsRow, parseMetrics } from '../../../../shared/replay/metrics-file.ts';

fc.configureGlobal({ seed: 1 });

const header = 'minute,deployment,version,requests,errors';
const csv = (...lines: string[]) => [header, ...lines].join('\n');
const rowsOf = (text: string): readonly MetricsRow[] => {
  const file = parseMetrics(text);
  if ('problems' in file) throw new Error(JSON.stringify(file.problems));
  return file.rows;
};
const problemsOf = (text: string): string[] => {
  const file = parseMetrics(text);
  return 'problems' in file ? file.problems.map(({ path, reason }) => `${path}: ${reason}`) : [];
};
const good = '2026-01-05T09:00Z,d-1,new,60,1';

it('reads CSV', () => {
  expect(rowsOf(csv(good, '2026-01-05T08:55:00+00:00,,alias,3000,2'))).toEqual([
    {
      at: Date.parse('2026-01-05T09:00:00Z'),
      deployment: 'd-1',
      version: 'new',
      requests: 60,
      errors: 1,
      slow: new Map(),
      function: '',
      release: 'd-1',
    },
    {
      at: Date.parse('2026-01-05T08:55:00Z'),
      deployment: '',
      version: 'alias',
      requests: 3000,
      errors: 2,
      slow: new Map(),
      function: '',
      release: '',
    },
  ]);
});

it('reads every column, in any order, with a byte-order mark, quotes, blank lines and line ends of Windows', () => {
  const text =
    '\uFEFFlabel,"onset",share,slowOver850,slowOver2000,function,release,minute,deployment,version,requests,errors\r\n' +
    '\r\n' +
    'bad,2026-01-05T09:03:20Z,0.1,4,2,orders,"r,""1""",2026-01-05T10:00+01:00, d-1 ,new,60,1\r\n';
  expect(parseMetrics(text)).toEqual({
    boundaries: [850, 2000],
    rows: [
      {
        at: Date.parse('2026-01-05T09:00:00Z'),
        deployment: 'd-1',
        version: 'new',
        requests: 60,
        errors: 1,
        slow: new Map([
          [850, 4],
          [2000, 2],
        ]),
        function: 'orders',
        release: 'r,"1"',
        share: 0.1,
        label: 'bad',
        onset: Date.parse('2026-01-05T09:03:20Z'),
      },
    ],
  });
});

it('reads the same from JSON as from CSV', () => {
  const fields = { minute: '2026-01-05T09:00Z', deployment: 'd-1', version: 'new', requests: 60, errors: 1 };
  const json = JSON.stringify([{ ...fields, label: null, share: 0.1 }]);
  expect(rowsOf(json)).toEqual(rowsOf(`${header},share\n${good},0.1`));
});

it.each([
  ['', ': it is empty'],
  [header, ': it has no row under its header'],
  ['minute,deployment,version,requests\n', ': it has no row under its header'],
  [
    'minute,deployment,version,requests\n1,2,3,4',
    'line 1: there is no column errors: a file needs minute, deployment, version, requests, errors, with commas between them',
  ],
  [`${header.replaceAll(',', ';')}\n1`, 'line 1: there is no column minute: a file needs minute,'],
  [`${header},lable\n${good},good`, 'line 1: "lable" is not a column; did you mean label?'],
  [
    `${header},slowOver\n${good},1`,
    'line 1: "slowOver" is not a column: besides those that it needs, a file may have function, release, share, label, onset, and slowOver850',
  ],
  [`${header},errors\n${good},1`, 'line 1: the column "errors" is there twice'],
  [csv(good, '2026-01-05T09:01Z,d-1,new,60'), 'line 3: has 4 cells, and the header 5'],
  [csv('"2026'), 'line 2: a quote begins here and never ends'],
  [
    csv('2026-01-05 09:00,d-1,new,60,1'),
    'line 2: minute: must be a time with its offset from UTC, such as 2026-01-05T09:00Z, not "2026-01-05 09:00"',
  ],
  [csv('2026-01-05T09:00:20Z,d-1,new,60,1'), 'line 2: minute: must be the beginning of a minute'],
  [csv('2026-13-05T09:00Z,d-1,new,60,1'), 'line 2: minute: must be a time'],
  [csv('2026-01-05T09:00Z,d-1,canary,60,1'), 'version: must be new, control, or alias'],
  [csv('2026-01-05T09:00Z,d-1,alias,60,1'), 'deployment: must be empty where the version is alias'],
  [csv('2026-01-05T09:00Z,,new,60,1'), 'deployment: must not be empty where the version is new'],
  [csv('2026-01-05T09:00Z,d-1,new,60.5,1'), 'requests: must be a whole number, 0 or more, not "60.5"'],
  [csv('2026-01-05T09:00Z,d-1,new,-1,0'), 'requests: must be a whole number, 0 or more, not "-1"'],
  [csv('2026-01-05T09:00Z,d-1,new,,0'), 'requests: must be a whole number, 0 or more, not ""'],
  [csv('2026-01-05T09:00Z,d-1,new,6,7'), 'errors: 7 are more than the 6 requests'],
  [`${header},slowOver850\n${good},61`, 'slowOver850: 61 are more than the 60 requests'],
  [`${header},share\n${good},10`, 'share: must be a share from 0 to 1, not a percentage'],
  [`${header},share\n${good},ten`, 'share: must be a share from 0 to 1'],
  [`${header},label\n${good},fine`, 'label: must be good, bad or empty, not "fine"'],
  [`${header},onset,label\n${good},9:00,bad`, 'onset: must be a time'],
  [
    `${header},onset\n${good},2026-01-05T09:00Z`,
    'line 2: onset: is for a deployment with the label bad: add the label, or leave the onset empty',
  ],
  [`${header},onset,label\n${good},2026-01-05T09:00Z,good`, 'onset: is for a deployment with the label bad'],
  [csv(good, good), 'line 3: minute: this minute of the same version is in line 2 already'],
  [
    `${header},label\n${good},good\n2026-01-05T09:01Z,d-1,new,60,1,bad`,
    'line 3: label: deployment d-1 has "bad" here and "good" in line 2; it may have one',
  ],
  [
    `${header},function\n${good},a\n2026-01-05T09:01Z,d-1,new,60,1,b`,
    'function: deployment d-1 has "b" here and "a" in line 2',
  ],
  [
    csv(good, '2026-01-05T09:00Z,d-2,control,60,1', '2026-01-05T09:01Z,d-2,control,60,1'),
    'line 3: deployment: d-2 has no row of the version new',
  ],
  [csv('2026-01-05T09:00Z,,alias,60,1'), ': it has no deployment: no row has the version new'],
  [
    `${header},function\n${good},a\n2026-01-05T09:00Z,d-2,new,60,1,b`,
    ': it has deployments of 2 functions: add the column release, which says what was released together',
  ],
  ['{"rows": []}', ': must be a list of rows'],
  ['[]', ': it has no row'],
  ['[1]', 'row 1: must be an object'],
  ['[{"minute": true}]', 'row 1: minute: must be a text or a number'],
  ['[{"minute": "2026-01-05T09:00Z"}]', 'row 1: there is no column deployment'],
  ['[{"minute": 1,, }]', 'is not JSON: '],
  ['[a]', ': is not JSON: it is YAML: write JSON or CSV'],
])('refuses %j', (text, problem) => {
  expect(problemsOf(text).join('\n')).toContain(problem);
});

it('names ten problems at most, and counts the others', () => {
  const found = problemsOf(csv(...Array.from({ length: 25 }, () => '2026-01-05T09:00Z,d-1,new,6,7')));
  expect(found).toHaveLength(11);
  expect(found[9]).toBe('line 11: errors: 7 are more than the 6 requests');
  expect(found[10]).toBe(': and 15 more problems');
});

it('two functions may have the same minute while nothing is deployed', () => {
  const text = `${header},function\n${good},a\n2026-01-05T08:00Z,,alias,1,0,a\n2026-01-05T08:00Z,,alias,1,0,b`;
  expect(rowsOf(text)).toHaveLength(3);
});

it('any text is read or refused, and a problem of it is one line', () => {
  const part = fc.constantFrom(header, good, '\n', '"', ',', 'label', '\u202E', 'x'.repeat(200), '[', '{');
  fc.assert(
    fc.property(fc.array(fc.oneof(part, fc.string()), { maxLength: 12 }), (parts) => {
      const problems = problemsOf(parts.join(''));
      expect(problems.length).toBeLessThanOrEqual(11);
      expect(problems.join('')).not.toMatch(/[\n\u202E]/);
    }),
  );
});

it('a cell in quotes may hold anything', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (name) => {
      fc.pre(name.trim() === name && !name.includes('\r'));
      const text = csv(`2026-01-05T09:00Z,"${name.replaceAll('"', '""')}",new,6,0`);
      expect(rowsOf(text)[0]?.deployment).toBe(name);
    }),
  );
});
