import { parseCommandLine, UsageError } from '../../cli/command-line.ts';

const place = { stack: 'rollback-coordinator-prod', region: undefined };

/** The part of a parsed line that matters. */
function parsed(text: string) {
  const line = parseCommandLine(text.split(' ').filter(Boolean));
  if (line.do === 'help') return { help: line.of?.name };
  return line.do === 'version' ? 'version' : { ...line.call, command: line.command.name };
}

it.each([
  ['--help', { help: undefined }],
  ['', { help: undefined }],
  ['history -h', { help: 'history' }],
  ['catalog push --help', { help: 'catalog push' }],
  ['--version', 'version'],
  ['history --version', 'version'],
])('reads %j', (text, expected) => {
  expect(parsed(text)).toEqual(expected);
});

it.each([
  ['catalog validate a.yaml b', 'catalog validate', ['a.yaml', 'b'], {}, false, place],
  [
    'catalog validate a --online --json',
    'catalog validate',
    ['a'],
    { online: true, json: true },
    true,
    place,
  ],
  [
    'catalog push a --environment dev --region eu-north-1',
    'catalog push',
    ['a'],
    { environment: 'dev', region: 'eu-north-1' },
    false,
    { stack: 'rollback-coordinator-dev', region: 'eu-north-1' },
  ],
  ['--limit 3 history orders', 'history', ['orders'], { limit: '3' }, false, place],
  [
    'live-at now --stack mine --output json',
    'live-at',
    ['now'],
    { stack: 'mine', output: 'json' },
    true,
    { ...place, stack: 'mine' },
  ],
  ['hold --all --by=-Ada', 'hold', [], { all: true, by: '-Ada' }, false, place],
  ['why orders --output=table', 'why', ['orders'], { output: 'table' }, false, place],
  ['help catalog push', 'help', ['catalog', 'push'], {}, false, place],
])('reads %j', (text, command, args, options, json, where) => {
  expect(parsed(text)).toEqual({ command, args, options, json, place: where });
});

it.each([
  ['histori orders', 'unknown command histori'],
  ['histori orders', 'did you mean history?'],
  ['why orders --jsn', 'unknown option --jsn; did you mean --json?'],
  ['why orders --josn --limit 3', 'unknown option --josn; did you mean --json?'],
  ['--hepl', 'unknown option --hepl; did you mean --help?'],
  ['why', 'the form is why INCIDENT|SERVICE, not why'],
  ['why a b', 'the form is why INCIDENT|SERVICE, not why a b'],
  ['live-at', 'the form is live-at TIME [SERVICE]'],
  ['history orders --limit 0', '--limit takes a whole number from 1 to 100, not "0"'],
  ['history orders --limit 101', '--limit takes a whole number from 1 to 100, not "101"'],
  ['why orders --limit 3', 'why takes no --limit; it is for history'],
  ['refuse --by Ada', 'the form is refuse INCIDENT'],
  ['refuse orders-1', 'refuse needs --by NAME'],
  ['hold --by Ada', 'hold takes one service, or --all and none'],
  ['hold orders --all --by Ada', 'hold takes one service, or --all and none'],
  ['why orders --by Ada', 'why takes no --by; it is for'],
  ['may-deploy a b', 'the form is may-deploy SERVICE, not may-deploy a b'],
  ['converge orders --dry-run --yes', '--dry-run changes nothing: leave out --yes'],
  ['converge orders --json', 'converge asks no question with --json: add --yes or --dry-run'],
  ['status --every 5', '--every is for --watch'],
  ['status --watch --every 0', '--every takes seconds from 2 to 3600, not "0"'],
  ['status orders', 'status takes no argument'],
  ['hold orders --by Ada --until noon', '--until takes a time such as'],
  ['resume orders --by Ada --until 2h', 'resume takes no --until; it is for hold'],
  ['rollback orders --json', 'rollback asks no question with --json: add --yes'],
  ['record', 'record takes one service, or --all and none'],
  ['record --all --good --reason x', '--good is said of one service'],
  ['record orders --good', '--good needs --reason TEXT'],
  ['record orders --by Ada', '--reason and --by are for --good'],
  ['catalog', 'not nothing'],
  ['catalog pusch a', 'not "pusch"; did you mean push?'],
  ['catalog push', 'the form is catalog push FILE|DIR…'],
  ['history orders --environment test', '--environment is dev, staging or prod, not "test"'],
  ['history orders --region', '--region needs a value'],
  ['hold orders --by --json', '--by needs a value: --by NAME, or --by=NAME where it begins with "-"'],
  ['why orders --json=1', '--json takes no value'],
  ['why orders --json --output table', '--json is --output json'],
  ['why orders --output yaml', '--output is table or json, not "yaml"'],
  ['completion bahs', 'SHELL is bash or zsh, not "bahs"; did you mean bash?'],
  ['completion __proto__', 'SHELL is bash or zsh'],
  ['why orders --constructor', 'unknown option --constructor'],
])('refuses %j', (text, message) => {
  const attempt = () => parseCommandLine(text.split(' '));
  expect(attempt).toThrow(UsageError);
  expect(attempt).toThrow(message);
});
