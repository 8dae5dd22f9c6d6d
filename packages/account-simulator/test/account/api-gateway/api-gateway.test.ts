import {
  APIGatewayClient,
  BadRequestException,
  CreateDeploymentCommand,
  DeleteDeploymentCommand,
  GetDeploymentCommand,
  GetStageCommand,
  NotFoundException,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';
import {
  ApiGatewayV2Client,
  CreateDeploymentCommand as CreateHttpDeploymentCommand,
  DeleteDeploymentCommand as DeleteHttpDeploymentCommand,
  GetStageCommand as GetHttpStageCommand,
  BadRequestException as HttpBadRequestException,
  NotFoundException as HttpNotFoundException,
  UpdateStageCommand as UpdateHttpStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { ApiGateway } from '../../../account/api-gateway/api-gateway.ts';
import { type AnyClient, Bench, CALLER } from '../wire/wired.ts';

let bench: Bench;
let rest: AnyClient;
let http: AnyClient;

beforeEach(() => {
  bench = new Bench();
  const gateway = new ApiGateway({ random: bench.random, now: () => bench.clock.now() });
  gateway.createApi('rest1', 'rest', 'prod');
  gateway.createApi('http1', 'http', '$default');
  gateway.createApi('http2', 'http', 'auto', { autoDeploy: true });
  const config = bench.wire({ 'api-gateway': gateway.rest, apigatewayv2: gateway.http }).clientConfig(CALLER);
  rest = new APIGatewayClient(config);
  http = new ApiGatewayV2Client(config);
});
afterEach(() => bench.clock.uninstall());

const sendRest = (command: object) => bench.settle(rest.send(command));
const sendHttp = (command: object) => bench.settle(http.send(command));
const restStage = { restApiId: 'rest1', stageName: 'prod' };
const httpStage = { ApiId: 'http1', StageName: '$default' };
const replace = (value: string) => ({ op: 'replace', path: '/deploymentId', value }) as const;

describe('a REST API', () => {
  it('serves the deployment of its stage, and keeps earlier ones to go back to', async () => {
    const { deploymentId: first } = await sendRest(new GetStageCommand(restStage));
    const { id } = await sendRest(new CreateDeploymentCommand({ ...restStage, description: 'second' }));
    expect(await sendRest(new GetStageCommand(restStage))).toMatchObject({ deploymentId: id });
    await sendRest(new UpdateStageCommand({ ...restStage, patchOperations: [replace(first)] }));
    expect(await sendRest(new GetStageCommand(restStage))).toMatchObject({ deploymentId: first });
    expect(await sendRest(new GetDeploymentCommand({ restApiId: 'rest1', deploymentId: id }))).toMatchObject({
      id,
      description: 'second',
    });
  });

  it('has a canary until it is removed', async () => {
    const canarySettings = { percentTraffic: 10 };
    const { id } = await sendRest(new CreateDeploymentCommand({ ...restStage, canarySettings }));
    expect(await sendRest(new GetStageCommand(restStage))).toMatchObject({
      canarySettings: { deploymentId: id, percentTraffic: 10 },
    });
    const patchOperations = [{ op: 'remove', path: '/canarySettings' }] as const;
    await sendRest(new UpdateStageCommand({ ...restStage, patchOperations: [...patchOperations] }));
    expect((await sendRest(new GetStageCommand(restStage))).canarySettings).toBeUndefined();
  });

  it.each([
    ['an unknown API', new GetStageCommand({ ...restStage, restApiId: 'http1' }), NotFoundException],
    ['an unknown stage', new GetStageCommand({ ...restStage, stageName: 'dev' }), NotFoundException],
    [
      'an unknown deployment',
      new GetDeploymentCommand({ restApiId: 'rest1', deploymentId: 'none' }),
      NotFoundException,
    ],
    [
      'a stage on an unknown deployment',
      new UpdateStageCommand({ ...restStage, patchOperations: [replace('none')] }),
      BadRequestException,
    ],
  ])('refuses %s', async (_, command, error) => {
    expect(await bench.refusal(rest.send(command))).toBeInstanceOf(error);
  });

  it('keeps a deployment that a stage serves', async () => {
    const { deploymentId } = await sendRest(new GetStageCommand(restStage));
    const remove = new DeleteDeploymentCommand({ restApiId: 'rest1', deploymentId });
    expect(await bench.refusal(rest.send(remove))).toBeInstanceOf(BadRequestException);
  });

  it('refuses a patch that is not simulated by name', async () => {
    const patchOperations = [{ op: 'replace', path: '/description', value: 'x' }] as const;
    const error = await bench.refusal(
      rest.send(new UpdateStageCommand({ ...restStage, patchOperations: [...patchOperations] })),
    );
    expect(error.message).toContain('replace /description');
  });
});

describe('an HTTP API', () => {
  it('serves the deployment of its stage', async () => {
    const { DeploymentId: first } = await sendHttp(new GetHttpStageCommand(httpStage));
    const { DeploymentId: second } = await sendHttp(new CreateHttpDeploymentCommand(httpStage));
    expect(await sendHttp(new GetHttpStageCommand(httpStage))).toMatchObject({
      DeploymentId: second,
      AutoDeploy: false,
    });
    await sendHttp(new UpdateHttpStageCommand({ ...httpStage, DeploymentId: first }));
    expect(await sendHttp(new GetHttpStageCommand(httpStage))).toMatchObject({ DeploymentId: first });
    await sendHttp(new DeleteHttpDeploymentCommand({ ApiId: 'http1', DeploymentId: second }));
    const gone = new UpdateHttpStageCommand({ ...httpStage, DeploymentId: second });
    expect(await bench.refusal(http.send(gone))).toBeInstanceOf(HttpNotFoundException);
  });

  it('refuses to set the deployment of a stage that deploys automatically', async () => {
    const stage = { ApiId: 'http2', StageName: 'auto' };
    const { DeploymentId } = await sendHttp(new GetHttpStageCommand(stage));
    expect(
      await bench.refusal(http.send(new UpdateHttpStageCommand({ ...stage, DeploymentId }))),
    ).toBeInstanceOf(HttpBadRequestException);
  });
});
