import { BatchGetDeploymentsCommand, CodeDeployClient } from '@aws-sdk/client-codedeploy';
import { mockClient } from 'aws-sdk-client-mock';
import { RunningDeployments } from '../../../../shared/aws/running-deployments.ts';

const codeDeploy = mockClient(CodeDeployClient);
const running = new RunningDeployments(new CodeDeployClient({ region: 'eu-west-1' }));

it('finds which of many deployments still run, 25 at a time', async () => {
  const ids = Array.from({ length: 30 }, (_, index) => `d-${index}`);
  codeDeploy.on(BatchGetDeploymentsCommand).callsFake(({ deploymentIds = [] }) => ({
    deploymentsInfo: [...deploymentIds].reverse().map((deploymentId: string) => ({
      deploymentId,
      status: deploymentId.endsWith('7') ? 'InProgress' : 'Stopped',
    })),
  }));
  await expect(running.among(ids)).resolves.toEqual(['d-7', 'd-17', 'd-27']);
  const asked = codeDeploy.commandCalls(BatchGetDeploymentsCommand).map(({ args }) => args[0].input);
  expect(asked.map(({ deploymentIds }) => deploymentIds?.length)).toEqual([25, 5]);
});

it('makes no call for none', async () => {
  codeDeploy.reset();
  await expect(running.among([])).resolves.toEqual([]);
  expect(codeDeploy.calls()).toEqual([]);
});
