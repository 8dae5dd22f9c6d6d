import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { configurationDigest } from '../../../../shared/aws/configuration-digest.ts';

const found: FunctionConfiguration = {
  FunctionName: 'orders',
  FunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:orders:5',
  Version: '5',
  RevisionId: 'r-5',
  LastModified: '2026-01-05T09:00:00.000+0000',
  Description: 'release 5',
  State: 'Active',
  CodeSha256: 'sha-of-5',
  Runtime: 'nodejs24.x',
  Handler: 'index.handler',
  Role: 'arn:aws:iam::111122223333:role/orders',
  Environment: { Variables: { LIMIT: '10', STAGE: 'prod' } },
  Layers: [{ Arn: 'arn:a:1', CodeSize: 1 }, { Arn: 'arn:b:1' }],
  VpcConfig: { SubnetIds: ['s-1', 's-2'], SecurityGroupIds: ['g-1'], VpcId: 'v' },
  MemorySize: 512,
  Timeout: 3,
};
const digest = (changes: FunctionConfiguration = {}) => configurationDigest({ ...found, ...changes });

it.each<[string, FunctionConfiguration]>([
  ['number', { Version: '6', FunctionArn: 'arn:…:6', RevisionId: 'r-6', LastModified: 'later' }],
  ['code', { CodeSha256: 'other', CodeSize: 7 }],
  ['description and state', { Description: 'release 6', State: 'Pending', LastUpdateStatus: 'InProgress' }],
  ['runtime version, which AWS updates', { RuntimeVersionConfig: { RuntimeVersionArn: 'arn:new' } }],
  ['order of variables', { Environment: { Variables: { STAGE: 'prod', LIMIT: '10' } } }],
  ['order of subnets', { VpcConfig: { SubnetIds: ['s-2', 's-1'], SecurityGroupIds: ['g-1'] } }],
])('is the same under another %s', (_, changes) => {
  expect(digest(changes)).toBe(digest());
});

it.each<[string, FunctionConfiguration]>([
  ['variable', { Environment: { Variables: { LIMIT: '11', STAGE: 'prod' } } }],
  ['memory', { MemorySize: 1024 }],
  ['time-out', { Timeout: 4 }],
  ['role', { Role: 'other' }],
  ['handler', { Handler: 'other' }],
  ['runtime', { Runtime: 'nodejs22.x' }],
  ['order of layers', { Layers: [{ Arn: 'arn:b:1' }, { Arn: 'arn:a:1' }] }],
  ['network', { VpcConfig: { SubnetIds: ['s-1'], SecurityGroupIds: ['g-1'] } }],
  ['architecture', { Architectures: ['arm64'] }],
  ['storage', { EphemeralStorage: { Size: 1024 } }],
  ['command of its image', { ImageConfigResponse: { ImageConfig: { Command: ['run'] } } }],
  ['tracing', { TracingConfig: { Mode: 'Active' } }],
])('is different with another %s', (_, changes) => {
  expect(digest(changes)).not.toBe(digest());
});

it('is unknown where the environment cannot be read', () => {
  expect(digest({ Environment: { Error: { ErrorCode: 'AccessDenied' } } })).toBeUndefined();
});
