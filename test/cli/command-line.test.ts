import { parseCommandLine, UsageError } from '../../cli/command-line.ts';

const place = { stack: 'rollback-coordinator-prod', region: undefined };

it.each([
  ['--help', { do: 'help' }],
  ['', { do: 'help' }],
  ['history -h', { do: 'help' }],
  [
    'catalog validate a.yaml b',
    { do: 'validate', paths: ['a.yaml', 'b'], online: false, json: false, place },
  ],
  ['catalog validate a --online --json', { do: 'validate', paths: ['a'], online: true, json: true, place }],
  [
    'catalog push a --environment dev --region eu-north-1',
    {
      do: 'push',
      paths: ['a'],
      json: false,
      place: { stack: 'rollback-coordinator-dev', region: 'eu-north-1' },
    },
  ],
  [
    'history orders --limit 3',
    { do: 'ask', question: { query: 'history', service: 'orders', limit: 3 }, json: false, place },
  ],
  [
    'live-at 2026-01-05T09:00:00Z --stack mine',
    {
      do: 'ask',
      question: { query: 'live-at', at: '2026-01-05T09:00:00Z' },
      json: false,
      place: { ...place, stack: 'mine' },
    },
  ],
  [
    'live-at now orders',
    { do: 'ask', question: { query: 'live-at', at: 'now', service: 'orders' }, json: false, place },
  ],
  [
    'approve orders-1 --by Ada',
    {
      do: 'tell',
      what: 'answer-approval',
      event: { incidentId: 'orders-1', answer: 'approve', by: 'Ada' },
      json: false,
      place,
    },
  ],
  [
    'hold --all --by Ada --reason repairs',
    {
      do: 'tell',
      what: 'hold-service',
      event: { service: '*', hold: true, by: 'Ada', reason: 'repairs' },
      json: false,
      place,
    },
  ],
  [
    'resume orders --by Ada --json',
    {
      do: 'tell',
      what: 'hold-service',
      event: { service: 'orders', hold: false, by: 'Ada' },
      json: true,
      place,
    },
  ],
  ['may-deploy orders', { do: 'may-deploy', service: 'orders', json: false, place }],
  [
    'converge orders',
    { do: 'converge', service: 'orders', pinOnly: false, dryRun: false, yes: false, json: false, place },
  ],
  [
    'converge orders --pin-only --yes --json',
    { do: 'converge', service: 'orders', pinOnly: true, dryRun: false, yes: true, json: true, place },
  ],
  [
    'converge orders --dry-run --json',
    { do: 'converge', service: 'orders', pinOnly: false, dryRun: true, yes: false, json: true, place },
  ],
  ['why orders --json', { do: 'ask', question: { query: 'why', incident: 'orders' }, json: true, place }],
])('reads %j', (text, command) => {
  expect(parseCommandLine(text.split(' ').filter(Boolean))).toEqual(command);
});

it.each([
  ['histori orders', 'unknown command histori; did you mean history?'],
  ['why orders --jsn', 'unknown option --jsn; did you mean --json?'],
  ['why', 'why takes one incident, or one service'],
  ['why a b', 'why takes one incident, or one service, not a b'],
  ['live-at', 'live-at takes a time, and at most one service'],
  ['history orders --limit 0', '--limit takes a whole number from 1 to 100, not "0"'],
  ['why orders --limit 3', '--limit is for history'],
  ['refuse --by Ada', 'refuse takes one incident'],
  ['refuse orders-1', 'refuse needs --by NAME'],
  ['hold --by Ada', 'hold takes one service, or --all and none'],
  ['hold orders --all --by Ada', 'hold takes one service, or --all and none, not orders'],
  ['why orders --by Ada', '--by and --reason are for approve, refuse, hold, resume'],
  ['approve orders-1 --all --by Ada', '--all is for hold and resume'],
  ['may-deploy', 'may-deploy takes one service'],
  ['may-deploy a b', 'may-deploy takes one service, not a b'],
  ['may-deploy orders --yes', '--pin-only, --dry-run and --yes are for converge'],
  ['converge', 'converge takes one service'],
  ['converge orders --dry-run --yes', '--dry-run changes nothing: leave out --yes'],
  ['converge orders --json', 'converge --json asks no question: add --yes or --dry-run'],
  ['catalog', 'catalog takes validate or push, not nothing'],
  ['catalog check a', 'catalog takes validate or push, not "check"'],
  ['catalog push', 'catalog push takes files or folders'],
  ['catalog push a --online', '--online is for catalog validate'],
  ['history orders --environment test', '--environment is dev or prod, not "test"'],
  ['history orders --region', "Option '--region <value>' argument missing"],
])('refuses %j', (text, message) => {
  const attempt = () => parseCommandLine(text.split(' '));
  expect(attempt).toThrow(UsageError);
  expect(attempt).toThrow(message);
});
