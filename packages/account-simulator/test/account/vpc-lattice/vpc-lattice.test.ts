import {
  ConflictException,
  DeleteTargetGroupCommand,
  GetRuleCommand,
  GetTargetGroupCommand,
  ResourceNotFoundException,
  UpdateRuleCommand,
  ValidationException,
  VPCLatticeClient,
} from '@aws-sdk/client-vpc-lattice';
import { VpcLattice } from '../../../account/vpc-lattice/vpc-lattice.ts';
import { type AnyClient, Bench, CALLER } from '../wire/wired.ts';

const place = { service: 'svc-1', listener: 'listener-1', rule: 'rule-1' };
const rule = { serviceIdentifier: 'svc-1', listenerIdentifier: 'listener-1', ruleIdentifier: 'rule-1' };

let bench: Bench;
let lattice: VpcLattice;
let client: AnyClient;

beforeEach(() => {
  bench = new Bench();
  lattice = new VpcLattice();
  lattice.createRule(place, { blue: 90, green: 10 });
  client = new VPCLatticeClient(bench.wire({ 'vpc-lattice': lattice }).clientConfig(CALLER));
});
afterEach(() => bench.clock.uninstall());

const update = (weights: Record<string, number>) =>
  new UpdateRuleCommand({
    ...rule,
    action: {
      forward: {
        targetGroups: Object.entries(weights).map(([targetGroupIdentifier, weight]) => ({
          targetGroupIdentifier,
          weight,
        })),
      },
    },
  });

it('forwards by the weights it was last given', async () => {
  await bench.settle(client.send(update({ blue: 0, green: 100 })));
  expect(lattice.weights(place)).toEqual({ blue: 0, green: 100 });
  expect(await bench.settle(client.send(new GetRuleCommand(rule)))).toMatchObject({
    action: {
      forward: {
        targetGroups: [
          { targetGroupIdentifier: 'blue', weight: 0 },
          { targetGroupIdentifier: 'green', weight: 100 },
        ],
      },
    },
  });
});

it.each([
  [
    'a rule that is not there',
    new GetRuleCommand({ ...rule, ruleIdentifier: 'rule-2' }),
    ResourceNotFoundException,
  ],
  ['a target group that is not there', update({ red: 100 }), ResourceNotFoundException],
  ['a weight over 999', update({ blue: 1_000 }), ValidationException],
  ['no target group', update({}), ValidationException],
  [
    'to delete a target group in use',
    new DeleteTargetGroupCommand({ targetGroupIdentifier: 'blue' }),
    ConflictException,
  ],
])('refuses %s', async (_, command, error) => {
  expect(await bench.refusal(client.send(command))).toBeInstanceOf(error);
  expect(lattice.weights(place)).toEqual({ blue: 90, green: 10 });
});

it('forgets a target group that no rule uses', async () => {
  await bench.settle(client.send(update({ green: 100 })));
  await bench.settle(client.send(new DeleteTargetGroupCommand({ targetGroupIdentifier: 'blue' })));
  const get = client.send(new GetTargetGroupCommand({ targetGroupIdentifier: 'blue' }));
  expect(await bench.refusal(get)).toBeInstanceOf(ResourceNotFoundException);
});
