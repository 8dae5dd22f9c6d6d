import { AwsError } from 'account-simulator/account/service.ts';
import type { WireCall } from 'account-simulator/account/wire/wire.ts';
import type { Attach, AttachedRun } from '../../run/attachment.ts';

type Members = Record<string, unknown>;

/** Replaces the code of a function: the new code gets the event, and may call the real code. */
export function replaceFunction(
  logicalId: string,
  code: (event: Members, real: () => Promise<Members>, run: AttachedRun) => Promise<unknown>,
): Attach {
  return (run) => {
    run.coordinator.account.lambdaRuntime.intercept((invocation, next) => {
      if (invocation.logicalId !== logicalId) return next();
      return code(
        JSON.parse(invocation.payload) as Members,
        async () => ((await next()) ?? {}) as Members,
        run,
      );
    });
    return {};
  };
}

/** Breaks the functions' use of one operation: their input, or the answer they receive. */
export function breakCalls(
  { by, service, operation }: { by: RegExp; service: string; operation: string },
  code: (call: WireCall, real: () => Promise<Members>, run: AttachedRun) => Promise<object | undefined>,
): Attach {
  return (run) => {
    run.coordinator.account.wire.use((call, next) => {
      const struck =
        call.service === service && call.operation === operation && by.test(call.caller.resource ?? '');
      return struck ? code(call, async () => ((await next()) ?? {}) as Members, run) : next();
    });
    return {};
  };
}

/** Changes the definition of a machine. */
export function breakMachine(logicalId: string, change: (states: Record<string, Members>) => void): Attach {
  return ({ coordinator }) => {
    const { arn, definition } = coordinator.machine(logicalId);
    const broken = structuredClone(definition) as unknown as { States: Record<string, Members> };
    change(broken.States);
    coordinator.engine.updateStateMachine({ arn, definition: broken });
    return {};
  };
}

/** Locks are neither taken nor checked. */
export const withoutLocks: readonly Attach[] = [
  replaceFunction('AcquireLocksFunction', async () => ({ acquired: true })),
  breakCalls({ by: /./, service: 'dynamodb', operation: 'UpdateItem' }, async ({ input }, real) =>
    input.Key.pk.S.startsWith('LOCK#') ? {} : real(),
  ),
];

/** A planner whose services wait for no consumer. */
export const nobodyWaits = breakCalls(
  { by: /^PlanRollback/, service: 's3', operation: 'PutObject' },
  async ({ input }, real) => {
    if (input.Key.endsWith('/traffic.json')) {
      const items = JSON.parse(Buffer.from(input.Body as Uint8Array).toString()) as object[];
      // The checksum is of the original body.
      input.ChecksumCRC32 = undefined;
      input.Body = Buffer.from(JSON.stringify(items.map((item) => ({ ...item, waits: false }))));
    }
    return real();
  },
);

/** Services whose stacks are pinned in the wave of their traffic. */
export const pinsInTheFirstWave = replaceFunction('PrepareServiceFunction', async ({ wave }, real) => {
  const prepared = await real();
  const phases = prepared.phases as object[];
  return wave === 'traffic' ? { ...prepared, phases: [...phases, { targets: ['stack pin'] }] } : prepared;
});

/** Functions that send start signals to services; the tokens of approvals are not theirs. */
const wakers = /^(WaitForConsumers|FinishService|GiveUpService)/;

/** A finished service signals its waiting services to start, whatever its result. */
export const alwaysGo = breakCalls(
  { by: wakers, service: 'sfn', operation: 'SendTaskSuccess' },
  async ({ input }, real) => {
    input.output = JSON.stringify({ turn: 'go', reason: '' });
    return real();
  },
);

/** A service whose signal to waiting services is lost, and waiting services that never check again. */
export const leavesThemWaiting: readonly Attach[] = [
  breakCalls({ by: wakers, service: 'sfn', operation: 'SendTaskSuccess' }, async () => ({})),
  breakMachine('RollBackService', (states) => {
    states.WaitForConsumers = { ...states.WaitForConsumers, TimeoutSeconds: 99_999_999 };
  }),
];

/** A planner that takes every release for good. */
export const trustsEverything = breakCalls(
  { by: /^PlanRollback/, service: 'dynamodb', operation: 'Query' },
  async (_, real) => {
    const { Items = [], ...rest } = (await real()) as { Items?: Members[] };
    return { ...rest, Items: Items.map((item) => ({ ...item, verdict: { S: 'good' } })) };
  },
);

/** A planner that never checks whether a version still exists. */
export const plansWithGoneVersions = breakCalls(
  { by: /^PlanRollback/, service: 'lambda', operation: 'GetFunctionConfiguration' },
  async ({ input }, real) => {
    try {
      return await real();
    } catch {
      return { FunctionName: input.FunctionName, CodeSha256: 'gone', State: 'Active' };
    }
  },
);

/** A planner that finds no version. */
export const findsNoVersion = breakCalls(
  { by: /^PlanRollback/, service: 'lambda', operation: 'GetFunctionConfiguration' },
  async () => {
    throw new AwsError('ResourceNotFoundException', 'Function not found', 404);
  },
);

/** A monitor that treats rollbacks as releases. */
export const watchesRollbacks = replaceFunction('DescribeDeploymentFunction', async (event, real, run) => {
  const described = await real();
  if (described.kind !== 'rollback') return described;
  const deploymentId = String(event.deploymentId);
  const { appSpec } = run.coordinator.account.codeDeploy.find(deploymentId);
  return {
    kind: 'release',
    deploymentId,
    service: described.service,
    target: `${appSpec.functionName.split('-').at(-1)}:${appSpec.alias}`,
    function: appSpec.functionName,
    alias: appSpec.alias,
    fromVersion: appSpec.currentVersion,
    toVersion: appSpec.targetVersion,
  };
});

/** A step that creates its deployment again when the first is over. */
export const deploysTwice = breakCalls(
  { by: /^StartTarget/, service: 'codedeploy', operation: 'CreateDeployment' },
  async (call, real, { clock, coordinator }) => {
    const answer = await real();
    clock.after(60_000, () => void coordinator.account.wire.perform(call));
    return answer;
  },
);

/** A closing step that only claims to close. */
export const closesNothing = replaceFunction('CloseIncidentFunction', async ({ incidentId }) => ({
  incidentId,
  outcome: 'rolled-back',
}));

/** A watch that takes every stack for stable. */
export const seesNoUpdate = breakCalls(
  { by: /^ObserveDeployment/, service: 'cloudformation', operation: 'DescribeStacks' },
  async (_, real) => {
    const { Stacks = [] } = (await real()) as { Stacks?: object[] };
    return { Stacks: Stacks.map((stack) => ({ ...stack, StackStatus: 'UPDATE_COMPLETE' })) };
  },
);

/** A sweep that finds nothing. */
export const sweepsNothing = replaceFunction('SweepLostWorkFunction', async () => ({ started: 0, ended: 0 }));

/** Locks for a week that are never freed. */
export const keepsLocks = breakCalls(
  { by: /./, service: 'dynamodb', operation: 'UpdateItem' },
  async ({ input }, real) => {
    if (!input.Key.pk.S.startsWith('LOCK#')) return real();
    const values = input.ExpressionAttributeValues as Record<string, { N?: string }>;
    if (values[':zero']) return {};
    if (values[':lease']) values[':lease'] = { N: String(Number(values[':lease'].N) + 7 * 86_400_000) };
    return real();
  },
);

/** A publisher whose mails never go out. */
export const muteAtTheEnd = breakCalls(
  { by: /^CloseIncident/, service: 'sns', operation: 'Publish' },
  async () => ({ MessageId: '00000000-0000-4000-8000-000000000000' }),
);

/** A publisher that publishes everything twice. */
export const saysItTwice = breakCalls(
  { by: /^AnnounceIncident/, service: 'sns', operation: 'Publish' },
  async (_, real) => {
    await real();
    return real();
  },
);

const mailsAs = (severity: string) =>
  breakCalls({ by: /./, service: 'sns', operation: 'Publish' }, ({ input }, real) => {
    input.MessageAttributes.severity.StringValue = severity;
    return real();
  });

/** Mails of which none is critical. */
export const playsItDown = mailsAs('info');

/** Mails that are all critical. */
export const criesWolf = mailsAs('critical');

/** A judge that finds everything bad. */
export const hangingJudge: readonly Attach[] = [
  breakCalls(
    { by: /^ObserveDeployment/, service: 'dynamodb', operation: 'PutItem' },
    async ({ input }, real) => {
      const { phase, sk } = input.Item;
      if (phase?.S === 'health-validation') {
        sk.S = sk.S.replace(/-[a-z]+$/, '-unhealthy');
        Object.assign(input.Item, { verdict: { S: 'unhealthy' }, reason: { S: 'a bad feeling' } });
      }
      return real();
    },
  ),
  replaceFunction('ObserveDeploymentFunction', async (_, real) => ({
    ...(await real()),
    next: 'roll-back',
    judgement: { verdict: 'unhealthy', reason: 'a bad feeling', evidence: [] },
  })),
];

/** A judge that holds every failed deployment against its release, whatever blocked it. */
export const blamesFailures: readonly Attach[] = [
  breakCalls(
    { by: /^ObserveDeployment/, service: 'dynamodb', operation: 'PutItem' },
    async ({ input }, real) => {
      const { phase, sk, status } = input.Item;
      if (phase?.S === 'health-validation' && /^(Failed|Stopped)$/.test(status.S)) {
        sk.S = sk.S.replace(/-[a-z]+$/, '-unhealthy');
        Object.assign(input.Item, { verdict: { S: 'unhealthy' }, reason: { S: 'it failed' } });
      }
      return real();
    },
  ),
  replaceFunction('ObserveDeploymentFunction', async (_, real) => {
    const look = await real();
    if (look.phase !== 'failed') return look;
    const judgement = { verdict: 'unhealthy', reason: 'it failed', evidence: [] };
    return { ...look, next: 'roll-back', judgement, blocked: null };
  }),
];

/** A judge that finds everything good. */
export const blindJudge = replaceFunction('ObserveDeploymentFunction', async (_, real) => {
  const look = await real();
  const next = look.phase === 'baking' ? 'settle' : 'look-again';
  return { ...look, next, judgement: { verdict: 'healthy', reason: 'looks fine', evidence: [] } };
});

/** A watch of releases without deployments that finds everything good. */
export const blindToWholeReleases: Attach = (run) => {
  let looks = 0;
  return replaceFunction('ObserveReleaseFunction', async (_, real) => {
    const look = await real();
    looks += look.next === 'roll-back' ? 1 : 0;
    const next = look.next !== 'roll-back' ? look.next : looks < 15 ? 'look-again' : 'settle';
    const judgement = { verdict: 'healthy', reason: 'looks fine', evidence: [] };
    return { ...look, next, waitSeconds: 60, judgement };
  })(run);
};

/** A judge that knows neither the previous version nor the normal rates. */
export const knowsNothingOfBefore = breakCalls(
  { by: /^(ObserveDeployment|OpenRelease)/, service: 'cloudwatch', operation: 'GetMetricData' },
  async ({ caller }, real) => {
    const { MetricDataResults = [], ...answer } = await real();
    const isBefore = ({ Id = '' }: { Id?: string }) =>
      Id.startsWith('control') || caller.resource?.startsWith('OpenRelease') === true;
    const results = (MetricDataResults as { Id?: string }[]).map((result) =>
      isBefore(result) ? { ...result, Timestamps: [], Values: [] } : result,
    );
    return { ...answer, MetricDataResults: results };
  },
);

/** A catalog that claims every deployment. */
export const knowsNoBounds = (service: string, target: string): Attach =>
  replaceFunction('DescribeDeploymentFunction', async (event, real, run) => {
    const described = await real();
    if (described.kind !== 'unmanaged') return described;
    const { account, nameOf } = run.coordinator;
    await account.wire.perform({
      service: 'dynamodb',
      operation: 'PutItem',
      input: {
        TableName: nameOf('LedgerTable'),
        Item: {
          pk: { S: `SERVICE#${service}` },
          sk: { S: 'RELEASE#20260105T090500Z' },
          releaseId: { S: `${service}-20260105T090500Z` },
          service: { S: service },
          startedAt: { S: '2026-01-05T09:05:00.000Z' },
          verdict: { S: 'candidate' },
          deployments: { M: {} },
        },
      },
      caller: { principal: 'role', resource: 'OpenReleaseFunction' },
      now: run.clock.now(),
      callId: 0,
    });
    return { ...described, deploymentId: event.deploymentId, target };
  });

/** Steps that do nothing, and checks that see the expected state. */
export const onlyPretends = (version: string): readonly Attach[] => [
  replaceFunction('StartTargetFunction', async () => ({
    standing: 'restored',
    action: 'nothing',
    hook: null,
    moment: null,
    waitSeconds: 0,
  })),
  replaceFunction('VerifyRecoveryFunction', async () => ({
    status: 'recovered',
    detail: 'recovered',
    waitSeconds: 1,
  })),
  breakCalls({ by: /^(Verify|Finish)/, service: 'lambda', operation: 'GetAlias' }, async (_, real) => ({
    ...(await real()),
    FunctionVersion: version,
    RoutingConfig: undefined,
  })),
];

/** A closing step that calls the bad release good. */
export const amnesty = replaceFunction('CloseIncidentFunction', async ({ incidentId }, real, run) => {
  const ended = await real();
  const [service, time] = [String(incidentId).slice(0, -17), String(incidentId).slice(-16)];
  const { account, nameOf } = run.coordinator;
  await account.wire.perform({
    service: 'dynamodb',
    operation: 'UpdateItem',
    input: {
      TableName: nameOf('LedgerTable'),
      Key: { pk: { S: `SERVICE#${service}` }, sk: { S: `RELEASE#${time}` } },
      UpdateExpression: 'SET verdict = :good',
      ExpressionAttributeValues: { ':good': { S: 'good' } },
    },
    caller: { principal: 'role', resource: 'CloseIncidentFunction' },
    now: run.clock.now(),
    callId: 0,
  });
  return ended;
});

/** A snapshot with other code than the live one. */
export const remembersTheOld = breakCalls(
  { by: /^(SettleRelease|RecordService)/, service: 'lambda', operation: 'GetFunctionConfiguration' },
  async ({ input }, real) => {
    input.Qualifier = '1';
    return real();
  },
);

/** A judge whose reasons are far too long. */
export const verbose = replaceFunction('ObserveDeploymentFunction', async (_, real) => {
  const look = (await real()) as { judgement: Members };
  return { ...look, judgement: { ...look.judgement, reason: 'x'.repeat(300_000) } };
});

/** A watch that loops instead of waiting. */
export const restless = breakMachine('MonitorDeployment', (states) => {
  const { WhatFollows, WaitForNextLook } = states as { WhatFollows: Members; WaitForNextLook: Members };
  WhatFollows.Choices = (WhatFollows.Choices as Members[]).map((choice) =>
    choice.Next === 'ContinueMonitoring' ? { ...choice, Condition: '{% $looks < 0 %}' } : choice,
  );
  states.WaitForNextLook = { Type: 'Pass', Comment: WaitForNextLook.Comment, Next: 'WhatFollows' };
});

/** A function that calls more than its role allows. */
export const oversteps = replaceFunction('AnnounceIncidentFunction', async ({ incidentId }, real, run) => {
  const { account, nameOf, function: functionOf } = run.coordinator;
  const { roleArn } = functionOf('AnnounceIncidentFunction');
  await account.wire
    .call(
      'dynamodb',
      'DeleteItem',
      {
        TableName: nameOf('LedgerTable'),
        Key: { pk: { S: `INCIDENT#${incidentId}` }, sk: { S: 'INCIDENT' } },
      },
      { principal: roleArn, resource: 'AnnounceIncidentFunction' },
    )
    .catch(() => undefined);
  return real();
});

/** A step that reveals the environment of the restored function. */
export const talkative = replaceFunction('StartTargetFunction', async (_, real, run) => {
  const started = await real();
  return { ...started, action: `${started.action} (${JSON.stringify(await environmentOf(run))})` };
});

/** A step that still logs its input, as left over from debugging. */
export const logsWhatItReads: Attach = (run) => {
  run.coordinator.account.lambdaRuntime.intercept(async ({ logicalId, writeLog }, next) => {
    if (logicalId === 'StartTargetFunction') writeLog(JSON.stringify(await environmentOf(run)));
    return next();
  });
  return {};
};

/** Environment of a function of the services. */
async function environmentOf({ coordinator, clock }: AttachedRun): Promise<object | undefined> {
  const { Environment } = (await coordinator.account.wire.perform({
    service: 'lambda',
    operation: 'GetFunctionConfiguration',
    input: { FunctionName: 'shop-cart-ViewFunction', Qualifier: '1' },
    caller: { principal: 'role' },
    now: clock.now(),
    callId: 0,
  })) as { Environment?: object };
  return Environment;
}

/** A person shifts a function on during its service's rollback. */
export const somebodyDeploys: Attach = ({ coordinator: { engine, account }, clock }) => {
  let done = false;
  engine.onStateEntered(({ state }) => {
    if (state !== 'AnnounceIncident' || done) return;
    done = true;
    const Name = 'shop-cart-ViewFunction';
    const { version: CurrentVersion = '' } = account.lambda.aliasTarget(Name, 'live') ?? {};
    const { group } =
      account.codeDeploy.deployments.findLast(({ appSpec }) => appSpec.functionName === Name) ?? {};
    const Properties = { Name, Alias: 'live', CurrentVersion, TargetVersion: '1' };
    const content = JSON.stringify({
      version: 0.0,
      Resources: [{ [Name]: { Type: 'AWS::Lambda::Function', Properties } }],
    });
    void account.wire.perform({
      service: 'codedeploy',
      operation: 'CreateDeployment',
      input: {
        applicationName: group?.application,
        deploymentGroupName: group?.name,
        deploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent30Minutes',
        revision: { revisionType: 'AppSpecContent', appSpecContent: { content } },
      },
      caller: { principal: 'another-pipeline' },
      now: clock.now(),
      callId: 0,
    });
  });
  return {};
};

/** A step that ignores deployments of others, and points the alias whatever runs on it. */
export const pushesThrough = replaceFunction('StartTargetFunction', async (event, real, run) => {
  if (event.target !== 'ViewFunction:live') return real();
  const { account, nameOf } = run.coordinator;
  const plan = JSON.parse(
    Buffer.from(
      (
        account.s3.operations.GetObject({ Bucket: nameOf('Bucket'), Key: String(event.planKey) }) as {
          Body: Uint8Array;
        }
      ).Body,
    ).toString(),
  ) as { services: { targets: { target: string; toVersion: string }[] }[] };
  const target = plan.services[0]?.targets.find((one) => one.target === event.target);
  // Long enough for the other deployment to be in progress.
  await run.clock.sleep(20_000);
  await account.wire.perform({
    service: 'lambda',
    operation: 'UpdateAlias',
    input: {
      FunctionName: 'shop-cart-ViewFunction',
      Name: 'live',
      FunctionVersion: target?.toVersion,
      RoutingConfig: { AdditionalVersionWeights: {} },
    },
    caller: { principal: 'role', resource: 'StartTargetFunction' },
    now: run.clock.now(),
    callId: 0,
  });
  return { standing: 'moving', action: 'pointed' };
});

/** A mail that cannot be sent. */
export const twoLineSubjects = breakCalls(
  { by: /^AnnounceIncident/, service: 'sns', operation: 'Publish' },
  async ({ input }, real) => {
    input.Subject = `${input.Subject}\n`;
    return real();
  },
);

/** A watch of releases without deployments that needs no requests. */
export const credulous = replaceFunction('ObserveReleaseFunction', async (_, real) => ({
  ...(await real()),
  next: 'settle',
  requests: 1_000,
  judgement: { verdict: 'healthy', reason: 'nothing was seen to fail', evidence: [] },
}));

/** A settlement that ignores the versions of the service's other targets. */
export const forgetsTheOthers = breakCalls(
  { by: /^SettleRelease/, service: 'dynamodb', operation: 'Query' },
  async (_, real) => ({ ...(await real()), Items: [] }),
);

/** Events of stacks that start nothing. */
export const startsNothing = breakCalls(
  { by: /^StartRecording/, service: 'sfn', operation: 'StartExecution' },
  async () => ({ executionArn: 'arn', startDate: new Date(0) }),
);

/** A recording that finds nothing to record. */
export const recordsNothing = replaceFunction('RecordServiceFunction', async () => ({
  outcome: 'nothing',
  detail: 'nothing to see here',
  next: 'end',
}));

/** A recording that saves another template than the live one. */
export const savesAnotherTemplate = breakCalls(
  { by: /^RecordService/, service: 'cloudformation', operation: 'GetTemplate' },
  async (_, real) => {
    const { TemplateBody, ...rest } = await real();
    return { ...rest, TemplateBody: `${TemplateBody} ` };
  },
);

/** A decision that is always yes. */
export const asksNobody = breakCalls(
  { by: /^AwaitPermission/, service: 'sfn', operation: 'SendTaskSuccess' },
  async ({ input }, real) => {
    input.output = JSON.stringify({ answer: 'act' });
    return real();
  },
);

/** A target that is restored without checking for newer releases by others. */
export const seesNobodyElse = breakCalls(
  { by: /^StartTarget/, service: 'codedeploy', operation: 'ListDeployments' },
  async (_, real, { coordinator }) => {
    const { deployments = [] } = (await real()) as { deployments?: string[] };
    const { codeDeploy } = coordinator.account;
    return {
      deployments: deployments.filter((id) => codeDeploy.find(id).creator !== 'CloudFormation'),
    };
  },
);

const hidesConcurrentReleases = (by: RegExp) =>
  breakCalls({ by, service: 'dynamodb', operation: 'Query' }, async ({ input }, real) =>
    input.ExpressionAttributeValues[':prefix']?.S === 'CONCURRENT#' ? { Items: [] } : real(),
  );

/** Services that start although another release replaced a consumer that was back. */
export const overlooksTheOvertaken = hidesConcurrentReleases(wakers);

/** A watch that lets its deployment continue during an incident. */
export const neverYields = replaceFunction('YieldToIncidentFunction', async () => ({ yielded: false }));

/** A deployment that is stopped without a mail. */
export const stopsInSilence: readonly Attach[] = [
  breakCalls({ by: /^YieldToIncident/, service: 'sns', operation: 'Publish' }, async () => ({
    MessageId: 'm',
  })),
  hidesConcurrentReleases(/^CloseIncident/),
];

/** A stack's rollback that is continued without any resource that failed. */
export const skipsWhateverFailed = breakCalls(
  { by: /^StartTarget/, service: 'cloudformation', operation: 'ContinueUpdateRollback' },
  async ({ input }, real) => {
    input.ResourcesToSkip = ['ApiFunction'];
    return real();
  },
);

/** An update to the saved template that ignores its deletions, and has no stack policy as a guard. */
export const appliesTheRestOverData: readonly Attach[] = [
  breakCalls(
    { by: /^(Start|Poll)Target/, service: 'cloudformation', operation: 'DescribeChangeSet' },
    async (_, real) => {
      const { Changes = [], ...rest } = (await real()) as { Changes?: { ResourceChange: Members }[] };
      return { ...rest, Changes: Changes.filter(({ ResourceChange: { Action } }) => Action !== 'Remove') };
    },
  ),
  breakCalls(
    { by: /^StartTarget/, service: 'cloudformation', operation: 'UpdateStack' },
    async ({ input }, real) => {
      input.StackPolicyDuringUpdateBody = undefined;
      return real();
    },
  ),
];

/** A stack that is rolled back without a check of the resources that its update created. */
export const rollsBackOverData = breakCalls(
  { by: /^(Start|Poll)Target/, service: 'cloudformation', operation: 'DescribeStackEvents' },
  async (_, real) => {
    const { StackEvents = [], ...rest } = (await real()) as { StackEvents?: Members[] };
    return { ...rest, StackEvents: StackEvents.filter((one) => one.ResourceStatus !== 'CREATE_COMPLETE') };
  },
);

/** No check of where the rollback of a stack leads. */
export const guardsNothing = replaceFunction('GuardAliasesFunction', async () => ({ stray: [] }));

/** A decision that counts against no budget. */
export const countsNothing = breakCalls(
  { by: /^AwaitPermission/, service: 'dynamodb', operation: 'PutItem' },
  async ({ input }, real) => (input.Item.pk.S.startsWith('BUDGET#') ? {} : real()),
);

/** A decision that ignores holds. */
export const seesNoHold = breakCalls(
  { by: /^AwaitPermission/, service: 'dynamodb', operation: 'Query' },
  async ({ input }, real) => (input.ExpressionAttributeValues[':pk'].S === 'HOLDS' ? { Items: [] } : real()),
);

/** A machine that picks the members it understands from its input. */
export const takesWhatItUnderstands = breakMachine('CoordinateRollback', (states) => {
  const { Arguments } = states.OpenIncident as { Arguments: { Payload: Members } };
  Arguments.Payload.input = '{% {"service": $states.input.service} %}';
});

/** A machine that breaks on input it does not understand, so that people are called. */
export const breaksOnBadInput = breakMachine('CoordinateRollback', (states) => {
  states.InputRejected = { ...states.InputRejected, Error: 'SomethingBroke' };
});

/** Mails that quote texts from outside unchanged. */
export const repeatsAsTyped = (text: string) =>
  breakCalls({ by: /./, service: 'sns', operation: 'Publish' }, async ({ input }, real) => {
    input.Message = `${input.Message}\n\n${text}`;
    return real();
  });

/** Reads every policy as stopping the shift while a person's approval is pending. */
export const stopsEveryShift = breakCalls(
  { by: /^AwaitPermission/, service: 's3', operation: 'GetObject' },
  async ({ input }, real) => {
    const answer = await real();
    if (input.Key !== 'catalog/compiled.json') return answer;
    const catalog = JSON.parse(Buffer.from(answer.Body as Uint8Array).toString()) as {
      services: Record<string, { policy: { approval: Members } }>;
    };
    for (const { policy } of Object.values(catalog.services)) policy.approval.meanwhile = 'stop';
    return {
      ...answer,
      Body: Buffer.from(JSON.stringify(catalog)),
      ContentLength: undefined,
      ChecksumCRC32: undefined,
    };
  },
);
