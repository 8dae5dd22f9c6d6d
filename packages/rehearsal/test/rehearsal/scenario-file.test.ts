import { findScenario, parseScenario, scenarioNames } from '../../scenario/scenario-file.ts';
import { refusal, scenario, shop } from './scenario-text.ts';

const root = process.cwd();

describe('scenario file', () => {
  it('fills in the defaults of a scenario', () => {
    const { releases, history, start, environment, services } = scenario(
      'releases: [{ service: cart, at: 5m }]',
    );

    expect(releases).toEqual([
      {
        service: 'cart',
        at: 300_000,
        answers: {},
        hooks: {},
        parameters: {},
        mesh: {},
        stackParameters: {},
        workflows: {},
      },
    ]);
    expect({ history, start, environment }).toEqual({
      history: 3 * 3_600_000,
      start: '2026-01-05T09:00:00Z',
      environment: 'prod',
    });
    expect(services).toEqual(shop);
  });

  it('reads durations with several units, and negative ones for the past', () => {
    const { releases, alarms } = scenario(`
releases: [{ service: cart, at: 1h 30m }]
alarms: [{ name: old, service: cart, script: [{ at: -90s, state: ALARM }] }]`);

    expect(releases[0]?.at).toBe(90 * 60_000);
    expect(alarms).toEqual([expect.objectContaining({ script: [{ at: -90_000, state: 'ALARM' }] })]);
  });

  it('sorts releases and starts by time', () => {
    const { releases, starts } = scenario(`
releases: [{ service: cart, at: 2h }, { service: cart, at: 1h }]
starts: [{ at: 20m, input: { service: cart } }, { at: 10m, input: {} }]`);

    expect(releases.map(({ at }) => at)).toEqual([3_600_000, 7_200_000]);
    expect(starts.map(({ at }) => at)).toEqual([600_000, 1_200_000]);
  });

  it("merges a scenario's policies and declared alarms into the catalog's", () => {
    const { services } = scenario(`
policies: { cart: { bake: { minMinutes: 5 } } }
alarms: [{ name: cart-errors, service: cart, declared: true, script: [{ at: 0s, state: OK }] }]`);

    expect(services[0]?.policy.bake).toEqual({ minMinutes: 5, minRequests: 100, maxMinutes: 120 });
    expect(services[0]?.policy.alarms).toEqual(['cart-errors']);
    expect(services[1]).toEqual(shop[1]);
  });

  it('takes a configuration by its short, full and custom name', () => {
    const { releases } = scenario(`
configs: [{ name: Careful, type: canary, percentage: 5, minutes: 20 }]
releases:
  - { service: cart, at: 0s, config: Linear10PercentEvery2Minutes }
  - { service: cart, at: 1h, config: CodeDeployDefault.LambdaAllAtOnce }
  - { service: cart, at: 2h, config: Careful }`);

    expect(releases).toHaveLength(3);
  });

  it('reads every scenario that comes with the project', () => {
    const titles = scenarioNames(root).map((name) => findScenario(root, name).title);

    expect(titles.length).toBeGreaterThanOrEqual(16);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it.each([
    [
      'an unknown configuration',
      'releases: [{ service: cart, at: 5m, config: Canary10Percent1Minutes }]',
      /^my\.yaml: releases\.0\.config: "Canary10Percent1Minutes" is not a deployment configuration; did you mean "Canary10Percent5Minutes"\? allowed: AllAtOnce, Canary10Percent5Minutes, /,
    ],
    [
      'the code of a release that comes later',
      'releases: [{ service: cart, at: 9m }, { service: cart, at: 5m, codeOf: 1 }]',
      /^my\.yaml: releases\.1\.codeOf: must be the number of an earlier release of cart, at most 0$/,
    ],
    [
      'an alias moved to a release that is not there yet',
      'aliasMoves: [{ at: 4m, service: cart, function: ViewFunction, toRelease: 1 }]\nreleases: [{ service: cart, at: 5m }]',
      /^my\.yaml: aliasMoves\.0\.toRelease: cart has 0 releases by then$/,
    ],
    [
      'trouble that says nothing',
      'troubles: [{ at: 4m, until: 3m, service: cart, functions: [View], codeOf: [1] }]\nreleases: []',
      /troubles\.0\.functions\.0: "View" is not a function of cart; allowed: AddItemFunction, ViewFunction\n.*troubles\.0\.codeOf\.0: cart has 0 releases\n.*troubles\.0\.until: must be after `at`\n.*troubles\.0: needs errorRate/,
    ],
    [
      'a consumer that is not there',
      'releases: [{ service: cart, at: 5m, bad: { breaks: { services: [stok], errorRate: 1 } } }]',
      /^my\.yaml: releases\.0\.bad\.breaks\.services\.0: "stok" is not a service of the catalog; did you mean "stock"\?/,
    ],
    [
      'a template of an unknown service',
      'parameters: [{ name: /a, inTemplateOf: carts }]\nreleases: []',
      /^my\.yaml: parameters\.0\.inTemplateOf: "carts" is not a service of the catalog; did you mean "cart"\?/,
    ],
    [
      'an unknown service',
      'releases: [{ service: carts, at: 5m }]',
      /^my\.yaml: releases\.0\.service: "carts" is not a service of the catalog; did you mean "cart"\? allowed: cart, stock$/,
    ],
    [
      'a function the service does not have',
      'releases: [{ service: cart, at: 5m, functions: [PayFunction] }]',
      /^my\.yaml: releases\.0\.functions\.0: "PayFunction" is not a function of cart; .*allowed: AddItemFunction, ViewFunction$/,
    ],
    [
      'a bad function that is not released',
      'releases: [{ service: cart, at: 5m, functions: [ViewFunction], bad: { errorRate: 1, functions: [AddItemFunction] } }]',
      /^my\.yaml: releases\.0\.bad\.functions\.0: "AddItemFunction" is not a function of the release/,
    ],
    [
      'a release of a service without functions',
      'releases: [{ service: stock, at: 5m }]',
      /^my\.yaml: releases\.0\.service: stock has no function that CodeDeploy could shift$/,
    ],
    [
      'an unknown member',
      'releases: [{ service: cart, at: 5m, errorRate: 1 }]',
      /^my\.yaml: releases\.0\.errorRate: is not a known field$/,
    ],
    [
      'a duration without a unit',
      'releases: [{ service: cart, at: "5" }]',
      /^my\.yaml: releases\.0\.at: must be a duration such as 90s/,
    ],
    [
      'a release in the past',
      'releases: [{ service: cart, at: -5m }]',
      /releases\.0\.at: must not be negative/,
    ],
    [
      'a rate that is none',
      'traffic: { requestsPerMinute: many }',
      /traffic\.requestsPerMinute: must be a number, /,
    ],
    [
      'provisioned concurrency of no function',
      'provisioned: { cart.Nothing: 1 }',
      /provisioned\.cart\.Nothing: .*a function of cart/,
    ],
    [
      'provisioned concurrency of a whole service',
      'provisioned: { cart: 1 }',
      /provisioned\.cart: must be service\.function/,
    ],
    [
      'a policy the catalog would refuse',
      'policies: { cart: { bake: { minMinutes: -1 } } }',
      /^my\.yaml: policies\.cart\.bake\.minMinutes: /,
    ],
    [
      'a composite alarm of one that is not there at 0',
      'alarms: [{ name: a, service: cart, script: [{ at: 5m, state: OK }] }, { name: b, service: cart, rule: "ALARM(a)" }]',
      /^my\.yaml: alarms\.1\.rule: .*there at 0/,
    ],
    [
      'a rule that nobody understands',
      'alarms: [{ name: b, service: cart, rule: "ALARM(" }]',
      /^my\.yaml: alarms\.0\.rule: AlarmRule .* was not understood/,
    ],
    [
      'a mute rule that ends before it begins',
      'alarms: [{ name: a, service: cart, muted: { from: 5m, until: 5m }, script: [{ at: 0s, state: OK }] }]',
      /^my\.yaml: alarms\.0\.muted: until must be at least a minute after from$/,
    ],
    [
      'two alarms of one name',
      'alarms: [{ name: a, service: cart, script: [{ at: 0s, state: OK }] }, { name: a, service: cart, script: [{ at: 0s, state: OK }] }]',
      /^my\.yaml: alarms\.1\.name: "a" is the name of another alarm$/,
    ],
    [
      'an expectation of a service that is not there',
      'expect: { incidents: [{ service: pay, outcome: rolled-back }] }',
      /^my\.yaml: expect\.incidents\.0\.service: "pay" is not a service/,
    ],
    [
      'an account setting that is none',
      'account: { serviceRoles: true }',
      /^my\.yaml: account\.serviceRoles: is not a known field; did you mean "serviceRole"\?$/,
    ],
    [
      'an answer that a setting does not have',
      'account: { pinRights: perhaps }',
      /^my\.yaml: account\.pinRights: .*"denied", "allowed"/,
    ],
    [
      'a stack of a service that is not there',
      'account: { stacks: { pay: { serviceRole: true } } }',
      /^my\.yaml: account\.stacks\.pay: "pay" is not a service/,
    ],
    [
      'an expectation under a setting that names a service that is not there',
      'expect: { incidents: [], under: [{ account: { pinRights: denied }, serves: { pay: 0 } }] }',
      /^my\.yaml: expect\.under\.0\.serves\.pay: "pay" is not a service/,
    ],
    [
      'an expectation of data without a service',
      'expect: { incidents: [], data: { Orders: kept } }',
      /^my\.yaml: expect\.data\.Orders: must be service\.resource$/,
    ],
    [
      'an outcome that is none',
      'expect: { incidents: [{ service: cart, outcome: fine }] }',
      /^my\.yaml: expect\.incidents\.0\.outcome: .*"rolled-back"/,
    ],
    ['no YAML', 'releases: [', /^my\.yaml: line 4, column \d+: /],
  ])('refuses %s, naming file, path and reason', (_, text, message) => {
    expect(refusal(text)).toMatch(message);
  });

  it('names every problem, one per line', () => {
    expect(
      refusal('releases: [{ service: cart, at: 5m, config: Fast }, { service: pay, at: 5m }]').split('\n'),
    ).toEqual([
      expect.stringContaining('my.yaml: releases.0.config: '),
      expect.stringContaining('my.yaml: releases.1.service: '),
    ]);
  });

  it.each([
    [
      'a service without a stack',
      '{ version: 1, service: a, targets: [{ kind: lambda-alias, function: f }] }',
      'services.a.stack: is needed in a rehearsal: a service is deployed by its stack',
    ],
    [
      'a function whose name Lambda does not take',
      `{ version: 1, service: a, stack: ${'s'.repeat(60)}, targets: [{ kind: codedeploy, function: Long }] }`,
      'services.a.targets.0.function: its name in a rehearsal, ',
    ],
    [
      'a function with two targets',
      '{ version: 1, service: a, stack: a, targets: [{ kind: codedeploy, function: F }, { kind: codedeploy, function: F, alias: beta }] }',
      'services.a.targets.1.function: "F" has a target already; a rehearsal knows one alias per function',
    ],
    [
      'a service that lists no target',
      '{ version: 1, service: a, stack: a }',
      'services.a.targets: needs at least one in a rehearsal',
    ],
    [
      "a stack that is not the service's own",
      '{ version: 1, service: a, stack: a, targets: [{ kind: cloudformation, stack: b }] }',
      'services.a.targets.0.stack: a rehearsal makes the stack that the service names only',
    ],
    [
      'two services in one stack',
      '{ version: 1, service: a, stack: x, targets: [{ kind: cloudformation }] }, { version: 1, service: b, stack: x, targets: [{ kind: cloudformation }] }',
      'services.b.stack: "x" is the stack of a already',
    ],
  ])('refuses %s by name, which a rehearsal cannot play', (_, services, message) => {
    const text = `title: t\nservices: [${services}]\nexpect: { incidents: [] }`;

    expect(() => parseScenario(text, { file: 'my.yaml', readCatalog: () => shop })).toThrow(
      `my.yaml: ${message}`,
    );
  });

  it('refuses a scenario with a catalog and services of its own', () => {
    const text =
      'title: t\ncatalog: shop\nservices: [{ version: 1, service: a, stack: a, targets: [{ kind: cloudformation }] }]\nexpect: { incidents: [] }';

    expect(() => parseScenario(text, { file: 'my.yaml', readCatalog: () => shop })).toThrow(
      'my.yaml: catalog: either a catalog or services of its own are needed, and not both',
    );
  });

  it('names the scenario that was probably meant', () => {
    expect(() => findScenario(root, 'bad-canari')).toThrow(
      /did you mean "bad-canary"\? allowed: .*healthy-canary/,
    );
    expect(() => findScenario(root, 'nowhere.yaml')).toThrow('nowhere.yaml: there is no such file');
  });
});
