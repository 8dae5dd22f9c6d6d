import {
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  HierarchyLevelLimitExceededException,
  HierarchyTypeMismatchException,
  InvalidAllowedPatternException,
  InvalidNextToken,
  LabelParameterVersionCommand,
  ParameterAlreadyExists,
  ParameterMaxVersionLimitExceeded,
  ParameterNotFound,
  ParameterPatternMismatchException,
  ParameterVersionLabelLimitExceeded,
  ParameterVersionNotFound,
  PutParameterCommand,
  type PutParameterCommandInput,
  SSMClient,
  UnsupportedParameterType,
} from '@aws-sdk/client-ssm';
import type { EmittedEvent } from '../../../account/parameter-store/parameter-events.ts';
import { ParameterStore } from '../../../account/parameter-store/parameter-store.ts';
import { ACCOUNT, type AnyClient, Bench, CALLER } from '../wire/wired.ts';

let bench: Bench;
let client: AnyClient;
let events: EmittedEvent[];

beforeEach(() => {
  bench = new Bench();
  events = [];
  const ssm = new ParameterStore({
    random: bench.random,
    account: ACCOUNT,
    emit: (event) => events.push(event),
  });
  client = new SSMClient(bench.wire({ ssm }).clientConfig(CALLER));
});

afterEach(() => {
  bench.clock.uninstall();
});

const send = (command: object) => bench.settle(client.send(command));
const refusal = (command: object) => bench.refusal(client.send(command));
const putCommand = (Name: string, Value: string, more: Partial<PutParameterCommandInput> = {}) =>
  new PutParameterCommand({ Name, Value, Type: 'String', ...more });
const put = (...input: Parameters<typeof putCommand>) => send(putCommand(...input));
const get = async (Name: string, more: object = {}) =>
  (await send(new GetParameterCommand({ Name, ...more }))).Parameter;

describe('PutParameter', () => {
  it('creates and overwrites, counting versions', async () => {
    expect(await put('/a/b', 'one', { Description: 'first' })).toMatchObject({
      Version: 1,
      Tier: 'Standard',
    });
    const { Type: _, ...untyped } = putCommand('/a/b', 'two', { Overwrite: true }).input;
    expect(await send(new PutParameterCommand(untyped))).toMatchObject({ Version: 2 });
    expect(await get('/a/b')).toMatchObject({
      Name: '/a/b',
      Type: 'String',
      Value: 'two',
      Version: 2,
      ARN: 'arn:aws:ssm:us-east-1:111122223333:parameter/a/b',
      DataType: 'text',
      LastModifiedDate: expect.any(Date),
    });
  });

  it('only creates, without Overwrite', async () => {
    await put('/a', 'one');
    expect(await refusal(putCommand('/a', 'two'))).toBeInstanceOf(ParameterAlreadyExists);
    expect((await get('/a')).Value).toBe('one');
  });

  it('refuses to change the type', async () => {
    await put('/a', 'one');
    const change = putCommand('/a', 'two', { Type: 'SecureString', Overwrite: true });
    expect(await refusal(change)).toBeInstanceOf(HierarchyTypeMismatchException);
  });

  it('needs a type that exists on creation', async () => {
    expect(await refusal(new PutParameterCommand({ Name: '/a', Value: 'x' }))).toMatchObject({
      name: 'ValidationException',
    });
    expect(await refusal(putCommand('/a', 'x', { Type: 'Number' as never }))).toBeInstanceOf(
      UnsupportedParameterType,
    );
  });

  it('takes 4 KiB in the standard tier and 8 KiB in the advanced one, from which there is no way back', async () => {
    await put('/a', 'x'.repeat(4096));
    expect((await refusal(putCommand('/b', 'x'.repeat(4097)))).message).toContain('4096');
    expect((await refusal(putCommand('/c', 'ü'.repeat(2049)))).name).toBe('ValidationException');
    expect(await put('/d', 'x'.repeat(8192), { Tier: 'Advanced' })).toMatchObject({ Tier: 'Advanced' });
    const large = putCommand('/d', 'x'.repeat(8193), { Overwrite: true });
    expect((await refusal(large)).message).toContain('8192');
    expect(await put('/d', 'x', { Overwrite: true })).toMatchObject({ Tier: 'Advanced' });
    const back = putCommand('/d', 'x', { Tier: 'Standard', Overwrite: true });
    expect((await refusal(back)).message).toContain('downgrade');
  });

  it('chooses the tier by size on request', async () => {
    const Tier = 'Intelligent-Tiering';
    expect(await put('/a', 'x', { Tier })).toMatchObject({ Tier: 'Standard' });
    expect(await put('/a', 'x'.repeat(5000), { Tier, Overwrite: true })).toMatchObject({ Tier: 'Advanced' });
  });

  it('refuses a value that refers to another, and an empty one', async () => {
    expect((await refusal(putCommand('/a', 'x {{ssm:/b}} y'))).name).toBe('ValidationException');
    expect((await refusal(putCommand('/a', ''))).name).toBe('ValidationException');
    await put('/a', '{"nested": {"brackets": {}}}');
  });

  it.each([
    ['/aws/x', 'ValidationException'],
    ['ssm-x', 'ValidationException'],
    ['a/b', 'ValidationException'],
    ['/a b', 'ValidationException'],
    ['/a/', 'ValidationException'],
  ])('refuses the name %s', async (name, error) => {
    expect((await refusal(putCommand(name, 'x'))).name).toBe(error);
  });

  it('refuses more than 15 levels', async () => {
    await put('/l'.repeat(15), 'x');
    expect(await refusal(putCommand('/l'.repeat(16), 'x'))).toBeInstanceOf(
      HierarchyLevelLimitExceededException,
    );
  });

  it('checks values against the allowed pattern', async () => {
    await put('/a', '12', { AllowedPattern: '\\d+' });
    expect(await refusal(putCommand('/b', '12a', { AllowedPattern: '\\d+' }))).toBeInstanceOf(
      ParameterPatternMismatchException,
    );
    expect(await refusal(putCommand('/b', '1', { AllowedPattern: '(' }))).toBeInstanceOf(
      InvalidAllowedPatternException,
    );
  });

  it('keeps 100 versions, dropping the oldest unless it has a label', async () => {
    await put('/a', 'v1');
    for (let i = 2; i <= 101; i += 1) await put('/a', `v${i}`, { Overwrite: true });
    expect(await refusal(new GetParameterCommand({ Name: '/a:1' }))).toBeInstanceOf(ParameterVersionNotFound);
    expect((await get('/a:2')).Value).toBe('v2');
    await send(new LabelParameterVersionCommand({ Name: '/a', ParameterVersion: 2, Labels: ['good'] }));
    const error = await refusal(putCommand('/a', 'v102', { Overwrite: true }));
    expect(error).toBeInstanceOf(ParameterMaxVersionLimitExceeded);
    await send(new LabelParameterVersionCommand({ Name: '/a', ParameterVersion: 3, Labels: ['good'] }));
    expect(await put('/a', 'v102', { Overwrite: true })).toMatchObject({ Version: 102 });
  });

  it('refuses tags with an overwrite as AWS does, and unsimulated features by name', async () => {
    const Tags = [{ Key: 'a', Value: 'b' }];
    expect((await refusal(putCommand('/a', 'x', { Tags, Overwrite: true }))).name).toBe(
      'ValidationException',
    );
    for (const more of [{ Tags }, { Policies: '[]' }, { DataType: 'aws:ec2:image' }]) {
      expect((await refusal(putCommand('/a', 'x', more))).message).toContain(
        `UnsupportedOperation: ssm:PutParameter with ${Object.keys(more)[0]}`,
      );
    }
  });
});

describe('GetParameter', () => {
  beforeEach(async () => {
    await put('/a/b', 'one');
    await put('/a/b', 'two', { Overwrite: true });
    await send(new LabelParameterVersionCommand({ Name: '/a/b', ParameterVersion: 1, Labels: ['good'] }));
  });

  it('reads a version and a label, by name and by ARN', async () => {
    expect(await get('/a/b:1')).toMatchObject({ Value: 'one', Version: 1, Selector: ':1', Name: '/a/b' });
    expect(await get('/a/b:good')).toMatchObject({ Value: 'one', Selector: ':good' });
    expect(await get('arn:aws:ssm:us-east-1:111122223333:parameter/a/b:2')).toMatchObject({ Value: 'two' });
    await put('flat', 'three');
    expect(await get('arn:aws:ssm:us-east-1:111122223333:parameter/flat')).toMatchObject({
      Name: 'flat',
      Value: 'three',
      ARN: 'arn:aws:ssm:us-east-1:111122223333:parameter/flat',
    });
  });

  it('distinguishes a missing parameter from a missing version', async () => {
    expect(await refusal(new GetParameterCommand({ Name: '/none' }))).toBeInstanceOf(ParameterNotFound);
    for (const selector of ['3', 'bad']) {
      const error = await refusal(new GetParameterCommand({ Name: `/a/b:${selector}` }));
      expect(error).toBeInstanceOf(ParameterVersionNotFound);
      expect(error.message).toContain(selector);
    }
  });

  it('shows a secret only to a request that decrypts it', async () => {
    await put('/secret', 'hush', { Type: 'SecureString' });
    const hidden = await get('/secret');
    expect(hidden.Value).toMatch(/^AQICAH/);
    expect(hidden.Value).not.toContain('hush');
    expect((await get('/secret')).Value).toBe(hidden.Value);
    expect((await get('/secret', { WithDecryption: true })).Value).toBe('hush');
    const { Parameters } = await send(new GetParameterHistoryCommand({ Name: '/secret' }));
    expect(Parameters).toMatchObject([{ Value: hidden.Value, KeyId: 'alias/aws/ssm' }]);
  });
});

describe('GetParameters', () => {
  it('reads up to ten names and lists the missing ones', async () => {
    await put('/a', 'one');
    const output = await send(new GetParametersCommand({ Names: ['/a', '/a:1', '/none', '/a:9'] }));
    expect(output.Parameters.map(({ Value }: { Value: string }) => Value)).toEqual(['one', 'one']);
    expect(output.InvalidParameters).toEqual(['/none', '/a:9']);
    const Names = Array.from({ length: 11 }, (_, i) => `/p${i}`);
    expect((await refusal(new GetParametersCommand({ Names }))).name).toBe('ValidationException');
    expect((await refusal(new GetParametersCommand({ Names: ['/a', '/a'] }))).name).toBe(
      'ValidationException',
    );
  });
});

describe('GetParametersByPath', () => {
  const read = async (input: { Path: string; Recursive?: boolean; MaxResults?: number }) => {
    const pages: string[][] = [];
    let NextToken: string | undefined;
    do {
      const page = await send(new GetParametersByPathCommand({ ...input, NextToken }));
      pages.push(page.Parameters.map(({ Name }: { Name: string }) => Name));
      NextToken = page.NextToken;
    } while (NextToken);
    return pages;
  };

  beforeEach(async () => {
    for (let i = 0; i < 23; i += 1) await put(`/rc/prod/services/s${String(i).padStart(2, '0')}`, 'x');
    await put('/rc/prod/services/s00/deep', 'x');
    await put('/rc/prod/services-other', 'x');
  });

  it('reads one level, ten to a page at most, in order', async () => {
    const pages = await read({ Path: '/rc/prod/services' });
    expect(Math.max(...pages.map((page) => page.length))).toBe(10);
    expect(pages.flat()).toEqual(
      Array.from({ length: 23 }, (_, i) => `/rc/prod/services/s${String(i).padStart(2, '0')}`),
    );
  });

  it('reads all levels below a path, also below the root', async () => {
    expect((await read({ Path: '/rc/prod/services/', Recursive: true })).flat()).toHaveLength(24);
    expect((await read({ Path: '/', Recursive: true })).flat()).toHaveLength(25);
    expect((await read({ Path: '/' })).flat()).toEqual([]);
  });

  it('now and then returns an empty page that has a token', async () => {
    const pages: string[][] = [];
    for (let i = 0; i < 40; i += 1) pages.push(...(await read({ Path: '/rc/prod/services' })));
    const empty = pages.filter((page) => page.length === 0).length;
    expect(empty).toBeGreaterThan(0);
    expect(empty).toBeLessThan(pages.length / 5);
    expect(pages.flat()).toHaveLength(40 * 23);
  });

  it('refuses a larger page, a path without slash, a filter and a made-up token', async () => {
    const bad = (input: object) =>
      refusal(new GetParametersByPathCommand({ Path: '/rc', ...input } as never));
    expect((await bad({ MaxResults: 11 })).name).toBe('ValidationException');
    expect((await bad({ Path: 'rc' })).name).toBe('ValidationException');
    expect((await bad({ ParameterFilters: [{ Key: 'Label' }] })).message).toContain('UnsupportedOperation');
    expect(await bad({ NextToken: 'made-up' })).toBeInstanceOf(InvalidNextToken);
  });
});

describe('GetParameterHistory', () => {
  it('pages through every version with writer, time, value and labels', async () => {
    await put('/a', 'v1', { Description: 'kept' });
    for (let i = 2; i <= 60; i += 1) await put('/a', `v${i}`, { Overwrite: true });
    await send(
      new LabelParameterVersionCommand({ Name: '/a', ParameterVersion: 7, Labels: ['good', 'live'] }),
    );
    const first = await send(new GetParameterHistoryCommand({ Name: '/a' }));
    const second = await send(new GetParameterHistoryCommand({ Name: '/a', NextToken: first.NextToken }));
    expect([first.Parameters.length, second.Parameters.length, second.NextToken]).toEqual([
      50,
      10,
      undefined,
    ]);
    expect(first.Parameters[6]).toMatchObject({
      Version: 7,
      Value: 'v7',
      Labels: ['good', 'live'],
      Description: 'kept',
      LastModifiedUser: CALLER.principal,
      LastModifiedDate: expect.any(Date),
      Tier: 'Standard',
    });
    const error = await refusal(new GetParameterHistoryCommand({ Name: '/a', MaxResults: 51 }));
    expect(error.name).toBe('ValidationException');
    expect(await refusal(new GetParameterHistoryCommand({ Name: '/none' }))).toBeInstanceOf(
      ParameterNotFound,
    );
  });
});

describe('LabelParameterVersion', () => {
  const label = (Labels: string[], ParameterVersion?: number) =>
    new LabelParameterVersionCommand({ Name: '/a', Labels, ParameterVersion });

  beforeEach(async () => {
    await put('/a', 'one');
    await put('/a', 'two', { Overwrite: true });
  });

  it('labels the newest version by default, and moves a label', async () => {
    expect(await send(label(['live']))).toMatchObject({ ParameterVersion: 2, InvalidLabels: [] });
    expect((await get('/a:live')).Version).toBe(2);
    await send(label(['live'], 1));
    expect((await get('/a:live')).Version).toBe(1);
  });

  it('returns labels that break the rules and attaches the others', async () => {
    const output = await send(label(['1st', 'aws-x', 'SSM', 'ok', 'no blanks']));
    expect(output.InvalidLabels).toEqual(['1st', 'aws-x', 'SSM', 'no blanks']);
    expect((await get('/a:ok')).Version).toBe(2);
  });

  it('attaches at most ten labels to a version', async () => {
    const ten = Array.from({ length: 10 }, (_, i) => `l${i}`);
    await send(label(ten));
    expect(await refusal(label(['one-more']))).toBeInstanceOf(ParameterVersionLabelLimitExceeded);
    await send(label(['l0']));
    expect((await refusal(label([...ten, 'x'], 1))).name).toBe('ValidationException');
  });

  it('refuses a missing version or parameter', async () => {
    expect(await refusal(label(['live'], 9))).toBeInstanceOf(ParameterVersionNotFound);
    const elsewhere = new LabelParameterVersionCommand({ Name: '/none', Labels: ['a'] });
    expect(await refusal(elsewhere)).toBeInstanceOf(ParameterNotFound);
  });
});

describe('DeleteParameter, DeleteParameters and DescribeParameters', () => {
  it('deletes one, and starts again at version 1', async () => {
    await put('/a', 'one');
    await put('/a', 'two', { Overwrite: true });
    await send(new DeleteParameterCommand({ Name: '/a' }));
    expect(await refusal(new DeleteParameterCommand({ Name: '/a' }))).toBeInstanceOf(ParameterNotFound);
    expect(await put('/a', 'three')).toMatchObject({ Version: 1 });
  });

  it('deletes several and lists the missing ones', async () => {
    await put('/a', 'one');
    const output = await send(new DeleteParametersCommand({ Names: ['/a', '/b'] }));
    expect(output).toMatchObject({ DeletedParameters: ['/a'], InvalidParameters: ['/b'] });
  });

  it('describes parameters by name, never with a value', async () => {
    for (const name of ['/b', '/a/2', '/a/1']) await put(name, 'value', { Description: 'd' });
    const all = await send(new DescribeParametersCommand({ MaxResults: 2 }));
    expect(all.Parameters.map(({ Name }: { Name: string }) => Name)).toEqual(['/a/1', '/a/2']);
    expect(JSON.stringify(all)).not.toContain('value');
    const rest = await send(new DescribeParametersCommand({ MaxResults: 2, NextToken: all.NextToken }));
    expect(rest.Parameters).toMatchObject([{ Name: '/b', Version: 1, Description: 'd', Tier: 'Standard' }]);
    const named = (Option: string, value: string) =>
      new DescribeParametersCommand({ ParameterFilters: [{ Key: 'Name', Option, Values: [value] }] });
    expect((await send(named('BeginsWith', '/a'))).Parameters).toHaveLength(2);
    expect((await send(named('Equals', '/b'))).Parameters).toHaveLength(1);
    expect((await refusal(named('Contains', 'a'))).message).toContain('UnsupportedOperation');
  });
});

describe('Parameter Store Change events', () => {
  it('announces each change once, naming the parameter but neither version nor value', async () => {
    await put('/a', 'hush', { Type: 'SecureString', Description: 'the key' });
    await put('/a', 'hush2', { Type: 'SecureString', Overwrite: true });
    await send(new LabelParameterVersionCommand({ Name: '/a', Labels: ['live'] }));
    await send(new DeleteParameterCommand({ Name: '/a' }));
    const detail = { name: '/a', type: 'SecureString', description: 'the key' };
    expect(events).toEqual(
      ['Create', 'Update', 'LabelParameterVersion', 'Delete'].map((operation) => ({
        source: 'aws.ssm',
        detailType: 'Parameter Store Change',
        resources: ['arn:aws:ssm:us-east-1:111122223333:parameter/a'],
        detail: { operation, ...detail },
      })),
    );
  });

  it('announces nothing for a refused change', async () => {
    await refusal(putCommand('/aws', 'x'));
    await refusal(new DeleteParameterCommand({ Name: '/none' }));
    await put('/a', 'x');
    await refusal(putCommand('/a', 'y'));
    await send(new LabelParameterVersionCommand({ Name: '/a', Labels: ['1st'] }));
    expect(events.map(({ detail }) => detail.operation)).toEqual(['Create']);
  });
});
