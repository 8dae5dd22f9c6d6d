import { problemsOfCommand, problemsOfCommands } from './check-commands.ts';

it.each([
  [
    'a comment behind it',
    "  aws lambda get-alias --region r --function-name f --name 'a' # it's",
    'has a comment',
  ],
  ['no Region', 'aws lambda get-alias --function-name f --name a', 'has no --region'],
  [
    'an unknown option',
    'aws lambda get-alias --region r --function f --name a',
    'there is no option --function',
  ],
  ['a missing option', 'aws lambda get-alias --region r --name a', 'FunctionName is missing'],
  ['an unknown call', 'aws lambda point-alias --region r', 'there is no aws lambda point-alias'],
  [
    'a write after a failed read',
    'aws lambda update-alias --region r --function-name f --name a --function-version "$(aws lambda get-alias --region r --function-name f --name a --query FunctionVersion --output text)"',
    'writes although its read failed',
  ],
  [
    'JSON by a pipe',
    "aws ssm get-parameter --region r --name n --query 'Parameter.{Value: Value}' | aws ssm put-parameter --region r --name n --cli-input-json file:///dev/stdin",
    'Invalid JSON',
  ],
  ['a coordinator nowhere', 'rollback-coordinator converge orders', 'has no --region'],
])('finds %s', (_, command, problem) => {
  expect(problemsOfCommand(command).join('\n')).toContain(problem);
});

it.each([
  'npx rollback-coordinator why orders',
  '# orders, stack',
  'then run aws ssm get-parameter --name n',
])('finds a line that a reader would paste: %s', (line) => {
  expect(problemsOfCommands(`A mail.\n\n  ${line}`)).toEqual([`looks like a command:   ${line}`]);
});
