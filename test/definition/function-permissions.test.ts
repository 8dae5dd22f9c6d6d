import { CallGraph } from './call-graph.ts';
import { actionsOf } from './command-permissions.ts';
import { folderOf, resourcesOf, root, statementsOf } from './product-template.ts';

const graph = new CallGraph(root);
const functions = resourcesOf('AWS::Serverless::Function');
const commandsOf = (folder: string) => graph.commandsOf(`functions/${folder}/handler.ts`, 'build');

describe('the calls read from the source', () => {
  it('give every name one class, so that no call is mistaken for another', () => {
    expect(graph.ambiguousNames).toEqual([]);
  });

  it('find a user of every command', () => {
    const used = new Set(functions.flatMap((one) => commandsOf(folderOf(one))));
    expect(graph.allCommands()).toEqual([...used].sort());
    expect(used.size).toBeGreaterThan(25);
  });

  it('distinguish calls that change a target from calls that only read it', () => {
    const changes = [
      'StopDeployment',
      'CreateDeployment',
      'UpdateAlias',
      'UpdateStack',
      'PutParameter',
      'UpdateStage',
      'UpdateRule',
    ].map((name) => new RegExp(`/${name}Command$`));
    const changing = functions.filter((one) =>
      commandsOf(folderOf(one)).some((command) => changes.some((change) => change.test(command))),
    );
    expect(changing).toEqual([
      'FollowDeploymentFunction',
      'YieldToIncidentFunction',
      'GuardAliasesFunction',
      'AwaitPermissionFunction',
      'FreezeServiceFunction',
      'StartTargetFunction',
    ]);
  });

  it("show which functions call the teams' hooks and health checks", () => {
    const asking = functions.filter((one) =>
      commandsOf(folderOf(one)).includes('@aws-sdk/client-lambda/InvokeCommand'),
    );
    const hooks = ['InvokeHookFunction', 'RequestHookFunction'];
    const checks = [
      'ObserveDeploymentFunction',
      'ObserveReleaseFunction',
      'VerifyRecoveryFunction',
      'CheckBeforeTrafficFunction',
    ];
    // The coordinator's own machine: a function that finds no compiled catalog starts the compilation.
    const compiling = [
      'DescribeDeploymentFunction',
      'StartRecordingFunction',
      'ChooseServicesFunction',
      'OpenIncidentFunction',
    ];
    expect([...asking].sort()).toEqual([...hooks, ...checks, ...compiling].sort());
    const mayInvoke = (one: string) => {
      if (hooks.includes(one)) return /:function:RollbackHook_\*"}$/;
      return checks.includes(one) ? /:function:HealthCheck_\*"}$/ : /CompileCatalogFunction/;
    };
    for (const one of asking) {
      const granted = statementsOf(one).filter(({ actions }) => actions.includes('lambda:InvokeFunction'));
      expect(granted.flatMap(({ resources }) => resources)).toEqual([expect.stringMatching(mayInvoke(one))]);
    }
  });
});

it.each(functions)('%s has exactly the permissions for the calls in its code', (id) => {
  const needed = new Set(commandsOf(folderOf(id)).flatMap(actionsOf));
  const allowing = statementsOf(id).filter(({ effect }) => effect === 'Allow');
  const granted = new Set(allowing.flatMap(({ actions }) => actions));
  expect([...granted].sort()).toEqual([...needed].sort());
});

it.each(functions)('%s is granted each action on each resource once', (id) => {
  const grants = statementsOf(id).flatMap(({ effect, actions, resources }) =>
    actions.flatMap((action) => resources.map((resource) => `${effect} ${action} on ${resource}`)),
  );
  expect(grants).toHaveLength(new Set(grants).size);
});
