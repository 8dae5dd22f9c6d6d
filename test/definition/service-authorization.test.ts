import path from 'node:path';
import { loadStack } from 'account-simulator/deploy/load-stack.ts';
import { policyProblems } from '../../build/policy-problems.ts';
import { root } from './product-template.ts';

const { roles, resourcePolicies } = loadStack(
  path.join(root, 'template.yaml'),
  {
    Environment: 'prod',
    StakeholderEmail: 'on-call@example.com',
    Webhook: 'enabled',
    SlackWorkspaceId: 'T0123ABCD',
    SlackChannelId: 'C0123ABCD',
  },
  { accountId: '111122223333', region: 'eu-west-1', partition: 'aws', stackName: 'rollback-coordinator' },
);

it.each([...roles, ...resourcePolicies].map(({ logicalId, statements }) => [logicalId, statements] as const))(
  '%s names actions, resources and condition keys of the Service Authorization Reference only',
  async (_, statements) => {
    expect(statements.length).toBeGreaterThan(0);
    for (const statement of statements) expect(await policyProblems(statement)).toEqual([]);
  },
);
