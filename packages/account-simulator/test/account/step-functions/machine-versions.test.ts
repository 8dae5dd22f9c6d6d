import { MachineVersions } from '../../../account/step-functions/machine-versions.ts';

const arn = 'arn:aws:states:eu-west-1:111122223333:stateMachine:flow';
const aliasArn = `${arn}:live`;
let machines: MachineVersions;
const update = (definition: string) =>
  machines.operations.UpdateStateMachine({ stateMachineArn: arn, definition }).revisionId;
const publish = () =>
  machines.operations.PublishStateMachineVersion({ stateMachineArn: arn }).stateMachineVersionArn;
const route = (...routes: [version: string, weight: number][]) =>
  machines.operations.UpdateStateMachineAlias({
    stateMachineAliasArn: aliasArn,
    routingConfiguration: routes.map(([version, weight]) => ({
      stateMachineVersionArn: `${arn}:${version}`,
      weight,
    })),
  });

beforeEach(() => {
  machines = new MachineVersions();
  machines.create(arn, { definition: 'one', roleArn: 'role' }, 'live');
});

it('publishes a revision once, and every other revision under a new number', () => {
  expect(publish()).toBe(`${arn}:1`);
  const second = update('two');
  expect(publish()).toBe(`${arn}:2`);
  expect(publish()).toBe(`${arn}:2`);
  // The old definition again is another revision.
  expect(update('one')).not.toBe(second);
  expect(publish()).toBe(`${arn}:3`);
  expect(machines.describe(`${arn}:1`)).toMatchObject({ definition: 'one', status: 'ACTIVE' });
  expect(machines.describe(arn)).toMatchObject({ definition: 'one' });
  expect(machines.describe(`${arn}:9`)).toBeUndefined();
});

it('routes to one version, or to two whose parts add up to 100', () => {
  update('two');
  publish();
  route(['1', 90], ['2', 10]);
  expect(machines.routes(arn, 'live')).toEqual({ 1: 90, 2: 10 });
  expect(machines.operations.DescribeStateMachineAlias({ stateMachineAliasArn: aliasArn })).toMatchObject({
    name: 'live',
    routingConfiguration: [{ weight: 90 }, { weight: 10 }],
  });
});

it.each<[string, [string, number][], string]>([
  ['too little', [['1', 99]], 'Sum of weights must be 100, and is 99'],
  ['nothing', [], 'An alias refers to one or two versions.'],
  [
    'one version twice',
    [
      ['1', 50],
      ['1', 50],
    ],
    'A version stands twice in the routing configuration.',
  ],
  ['a version that is not there', [['7', 100]], `Resource not found: '${arn}:7'`],
])('refuses to route to %s', (_, routes, message) => {
  expect(() => route(...routes)).toThrow(message);
  expect(machines.routes(arn, 'live')).toEqual({ 1: 100 });
});

it('deletes no version that an alias refers to', () => {
  update('two');
  publish();
  const remove = (version: number) => () =>
    machines.operations.DeleteStateMachineVersion({ stateMachineVersionArn: `${arn}:${version}` });
  expect(remove(1)).toThrow('Current list of aliases: [live]');
  route(['2', 100]);
  remove(1)();
  expect(machines.definition(arn, '1')).toBeUndefined();
});
