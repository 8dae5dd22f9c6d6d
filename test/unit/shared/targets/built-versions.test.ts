import { CloudFormationClient, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { Stacks } from '../../../../shared/aws/stacks.ts';
import { goneInWords, onBuiltVersions } from '../../../../shared/targets/built-versions.ts';
import type { TargetPlan } from '../../../../shared/targets/shapes.ts';
import {
  codeDeployPlan,
  FUNCTION,
  hookPlan,
  lambdaAliasPlan,
  plannedAlias,
  stackPinPlan,
  stackPlan,
  stackRebuildPlan,
} from '../../fixtures/records.ts';
import { NOW } from '../../fixtures/times.ts';

const cloudFormation = mockClient(CloudFormationClient);
const stacks = new Stacks(new CloudFormationClient({ region: 'eu-west-1' }));
const builtBy = { stack: 'shop-orders', versionId: 'CreateOrderVersion4' };
const context = { incidentId: 'i', attempt: 1, now: NOW, plannedAt: NOW, beforeChange: async () => {} };

beforeEach(() => {
  cloudFormation.reset();
  stackHas(`arn:aws:lambda:eu-west-1:111122223333:function:${FUNCTION}:7`);
});

function stackHas(PhysicalResourceId: string) {
  cloudFormation.on(ListStackResourcesCommand, { StackName: 'shop-orders' }).resolves({
    StackResourceSummaries: [
      {
        LogicalResourceId: 'CreateOrderVersion4',
        PhysicalResourceId,
        ResourceType: 'AWS::Lambda::Version',
        ResourceStatus: 'CREATE_COMPLETE',
        LastUpdatedTimestamp: new Date(NOW),
      },
    ],
  });
}

/** The plan that the wrapped adapter receives, from both of its steps. */
async function handedOn(plan: TargetPlan): Promise<TargetPlan> {
  const seen: TargetPlan[] = [];
  const look = async (one: TargetPlan) => {
    seen.push(one);
    return { is: 'moving' as const, detail: '' };
  };
  const adapter = onBuiltVersions(stacks, { read: look, start: look });
  await adapter.read(plan, context);
  await adapter.start(plan, context);
  expect(seen[1]).toEqual(seen[0]);
  return seen[0] as TargetPlan;
}

it.each([
  [codeDeployPlan({ builtBy }), codeDeployPlan({ builtBy, toVersion: '7' })],
  [lambdaAliasPlan({ builtBy }), lambdaAliasPlan({ builtBy, toVersion: '7' })],
  [
    stackPinPlan({ aliases: [plannedAlias({ builtBy }), plannedAlias({ alias: 'other' })] }),
    stackPinPlan({ aliases: [plannedAlias({ builtBy, toVersion: '7' }), plannedAlias({ alias: 'other' })] }),
  ],
  [
    stackPlan({ aliases: [plannedAlias({ builtBy })] }),
    stackPlan({ aliases: [plannedAlias({ builtBy, toVersion: '7' })] }),
  ],
])('puts the number of the rebuilt version into the plan: %#', async (plan, onVersion) => {
  await expect(handedOn(plan)).resolves.toEqual(onVersion);
});

it('leaves the plan unchanged before the version exists', async () => {
  stackHas('');
  await expect(handedOn(codeDeployPlan({ builtBy }))).resolves.toEqual(codeDeployPlan({ builtBy }));
});

it.each([codeDeployPlan(), stackPinPlan(), stackRebuildPlan(), hookPlan()])(
  'reads no stack where nothing is rebuilt: $kind',
  async (plan) => {
    await expect(handedOn(plan)).resolves.toEqual(plan);
    expect(cloudFormation.calls()).toEqual([]);
  },
);

it('names the deleted versions, and for many only the number of the others', () => {
  const [build] = stackRebuildPlan().builds;
  const many = Array.from({ length: 10 }, (_, index) => ({ ...build, version: String(index) }));
  expect(goneInWords(stackRebuildPlan())).toBe(`version 4 of ${FUNCTION} is gone`);
  expect(goneInWords({ builds: many as never })).toMatch(/, version 7 of \S+ and 2 more are gone$/);
});
