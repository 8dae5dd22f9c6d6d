import { stackArn } from '../../../shared/ids.ts';
import { targetEntry } from '../../../shared/targets/shapes.ts';

const partitions = ['aws', 'aws-cn', 'aws-us-gov', 'aws-iso-b', 'aws-eusc'];

describe('an ARN is read in every partition', () => {
  it.each(partitions)('of a stack in %s', (partition) => {
    const arn = `arn:${partition}:cloudformation:some-where-1:111122223333:stack/orders-prod/0a1b2c3d`;
    expect(stackArn.safeParse(arn).success).toBe(true);
  });

  it.each(partitions)('of a role in %s', (partition) => {
    const roleArn = `arn:${partition}:iam::111122223333:role/RollbackStack_orders`;
    expect(targetEntry.safeParse({ kind: 'cloudformation', roleArn, attachRoleForGood: true }).success).toBe(
      true,
    );
  });

  it.each(['aws-', 'AWS', 'awsome', 'aws-cn:', 'aws\n'])('and in none that cannot be: %j', (partition) => {
    const arn = `arn:${partition}:cloudformation:eu-west-1:111122223333:stack/orders-prod/0a1b2c3d`;
    expect(stackArn.safeParse(arn).success).toBe(false);
  });
});
