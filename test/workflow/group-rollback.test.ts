import { renderAppSpec, revisionOf } from 'account-simulator/account/codedeploy/app-spec.ts';
import type { Deployment } from 'account-simulator/account/codedeploy/deployment.ts';
import type { Attach } from '../../packages/rehearsal/run/attachment.ts';
import { parseScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { watchedRunIn } from '../../packages/rehearsal/test/promises/watched-run.ts';

const settings = ['alias-before', 'last-successful-revision'] as const;

const scenario = (title: string, rest: string) =>
  parseScenario(
    `
title: ${title}
services:
  - version: 1
    service: orders
    stack: shop-orders
    targets: [{ kind: codedeploy, function: ApiFunction }, { kind: cloudformation }]
    policy: { bake: { minMinutes: 2, maxMinutes: 10 } }
traffic: { requestsPerMinute: 600 }
${rest}`,
    { file: 'group-rollback.yaml', readCatalog: () => [] },
  );

/** The versions that CodeDeploy's automatic rollbacks deployed. */
const versionsOf = (deployments: readonly Deployment[]) =>
  deployments.filter(({ rollsBack }) => rollsBack).map(({ appSpec }) => appSpec.targetVersion);

/** Release 2 shifts all its traffic, and its stack fails: CloudFormation moves the alias back without the group. */
const afterFailedUpdate = scenario(
  'A canary fails after an update that CloudFormation took back',
  `
account: { rollbackPolicy: none, serviceRole: true }
releases:
  - { service: orders, at: 1m, config: AllAtOnce }
  - { service: orders, at: 20m, config: AllAtOnce, migrates: { takes: 10m, fails: true } }
  - { service: orders, at: 50m, config: Canary10Percent10Minutes, bad: { errorRate: 0.4 } }
expect:
  incidents: [{ service: orders, outcome: rolled-back }]
  serves: { orders: 1 }`,
);

/** Only the coordinator restores the alias here: the stopped deployment came without a stack update. */
const duringVerification = scenario(
  'A deployment is stopped after its service is back',
  `
account: { serviceRole: true }
releases:
  - { service: orders, at: 1m, config: AllAtOnce }
  - { service: orders, at: 20m, config: AllAtOnce, bad: { after: 1m, errorRate: 0.4 } }
expect:
  incidents: [{ service: orders, outcome: rolled-back }]
  serves: { orders: 1 }`,
);

/** A person's canary while the incident watches the restored service: from version 2, which serves, to version 1. */
const canaryByHand: Attach = ({ coordinator, scenario: { start }, clock }) => {
  const { codeDeploy } = coordinator.account;
  clock.at(Date.parse(start) + 26 * 60_000, () => {
    const bad = codeDeploy.deployments.find(({ appSpec }) => appSpec.targetVersion === '3') as Deployment;
    const { group, appSpec } = bad;
    // As if the alias had been restored without the group.
    group.lastSuccessful = bad;
    const { functionName, alias } = appSpec;
    const content = renderAppSpec({ functionName, alias, currentVersion: '2', targetVersion: '1' });
    codeDeploy.create({
      application: group.application,
      group: group.name,
      revision: revisionOf(content),
      creator: 'user',
      configName: 'CodeDeployDefault.LambdaCanary10Percent10Minutes',
    });
  });
  return {};
};

describe.each(settings)('with groupRollback %s', (groupRollback) => {
  let deployments: readonly Deployment[] = [];
  const see: Attach = ({ coordinator }) => {
    deployments = coordinator.account.codeDeploy.deployments;
    return {};
  };

  it('ends on good code after an update that CloudFormation rolled back', async () => {
    const { result, violations } = await watchedRunIn({ groupRollback }, afterFailedUpdate, see);
    expect(versionsOf(deployments)).toEqual([groupRollback === 'alias-before' ? '2' : '3']);
    expect(result.violations).toEqual([]);
    expect(violations).toEqual([]);
  });

  it('ends on good code after a deployment was stopped for an incident', async () => {
    const { result, violations } = await watchedRunIn(
      { groupRollback },
      duringVerification,
      see,
      canaryByHand,
    );
    expect(versionsOf(deployments)).toEqual([groupRollback === 'alias-before' ? '2' : '3']);
    expect(result.violations).toEqual([]);
    expect(violations).toEqual([]);
  });
});
