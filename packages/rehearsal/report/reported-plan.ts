import type { DeployedTemplate } from 'account-simulator/deploy/deploy-template.ts';

/** The digest of the plan that an execution reported last; undefined before the first. */
export function reportedPlan({ engine, machine }: DeployedTemplate): string | undefined {
  const ended = engine.listExecutions({
    stateMachineArn: machine('CoordinateRollback').arn,
    statusFilter: 'SUCCEEDED',
  });
  for (const { executionArn } of ended) {
    const { output } = engine.describeExecution(executionArn);
    const { planDigest } = JSON.parse(output ?? '{}') as { planDigest?: string };
    if (planDigest !== undefined) return planDigest;
  }
  return undefined;
}
