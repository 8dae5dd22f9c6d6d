import type {
  DeleteParametersRequest,
  GetParameterRequest,
  GetParametersByPathRequest,
  GetParametersRequest,
  PutParameterRequest,
} from '@aws-sdk/client-ssm';
import {
  on,
  type PermissionScope,
  type RequiredPermission,
  type Requirement,
  type Requirements,
} from './required-permission.ts';

/**
 * Permissions for calls of Parameter Store. Reading by path is checked on the path itself, and allows reading everything
 * below it.
 *
 * Sources: Service Authorization Reference, "AWS Systems Manager"; Systems Manager user guide, "Restricting access to
 * Parameter Store parameters using IAM policies".
 */
export const ssmPermissions: Requirements = {
  GetParameter: (input: GetParameterRequest, scope) => [
    on('ssm:GetParameter', parameterArn(scope, input.Name)),
    ...(input.WithDecryption ? decrypting(scope, input.Name) : []),
  ],
  GetParameterHistory: onParameter('GetParameterHistory'),
  PutParameter: (input: PutParameterRequest, scope) => [
    on('ssm:PutParameter', parameterArn(scope, input.Name)),
    ...encrypting(scope, input),
  ],
  DeleteParameter: onParameter('DeleteParameter'),
  LabelParameterVersion: onParameter('LabelParameterVersion'),
  GetParameters: ({ Names }: GetParametersRequest, scope) =>
    (Names ?? []).map((name) => on('ssm:GetParameters', parameterArn(scope, name))),
  DeleteParameters: ({ Names }: DeleteParametersRequest, scope) =>
    (Names ?? []).map((name) => on('ssm:DeleteParameters', parameterArn(scope, name))),
  GetParametersByPath: ({ Path, Recursive = false }: GetParametersByPathRequest, scope) => [
    on('ssm:GetParametersByPath', parameterArn(scope, Path), { 'ssm:Recursive': String(Recursive) }),
  ],
  DescribeParameters: () => [on('ssm:DescribeParameters', '*')],
};

/**
 * A SecureString under a customer managed key is decrypted with the caller's permission, through Parameter Store (Systems
 * Manager user guide, "AWS KMS encryption for Parameter Store SecureString parameters").
 */
function decrypting(scope: PermissionScope, name = ''): RequiredPermission[] {
  const key = scope.parameterKey(plainName(name));
  return key ? [on('kms:Decrypt', keyArn(scope, key.keyId), viaParameterStore(scope))] : [];
}

/** A standard parameter is encrypted by the key itself, an advanced one by a data key (same source). */
function encrypting(
  scope: PermissionScope,
  { Name = '', KeyId, Tier }: PutParameterRequest,
): RequiredPermission[] {
  const key = scope.parameterKey(plainName(Name));
  const keyId = KeyId ?? key?.keyId;
  if (keyId === undefined || keyId === 'alias/aws/ssm') return [];
  const action = (Tier ?? key?.tier) === 'Advanced' ? 'kms:GenerateDataKey' : 'kms:Encrypt';
  return [on(action, keyArn(scope, keyId), viaParameterStore(scope))];
}

function viaParameterStore(scope: PermissionScope): Readonly<Record<string, string>> {
  const [, , , region = ''] = scope.arn('ssm', 'parameter').split(':');
  return { 'kms:ViaService': `ssm.${region}.amazonaws.com` };
}

/** Permissions are checked on the key, never on its alias; here both have the same name. */
function keyArn(scope: PermissionScope, keyId: string): string {
  return scope.arn('kms', `key/${keyId.replace(/^alias\//, '')}`);
}

function onParameter(operation: string): Requirement {
  return ({ Name }: Pick<GetParameterRequest, 'Name'>, scope) => [
    on(`ssm:${operation}`, parameterArn(scope, Name)),
  ];
}

/** Removes a version or label from the end of a name. */
function plainName(name: string): string {
  return name.replace(/:[^:/]*$/, '');
}

/** The ARN contains the slash before a hierarchy once. */
function parameterArn(scope: PermissionScope, nameOrArn = ''): string {
  if (nameOrArn.startsWith('arn:')) return nameOrArn;
  const name = plainName(nameOrArn);
  return scope.arn('ssm', `parameter${name.startsWith('/') ? '' : '/'}${name}`);
}
