import type {
  DeleteParametersRequest,
  GetParameterRequest,
  GetParametersByPathRequest,
  GetParametersRequest,
} from '@aws-sdk/client-ssm';
import { on, type PermissionScope, type Requirement, type Requirements } from './required-permission.ts';

/**
 * What calls of Parameter Store require. Reading by path is asked on the path itself, and with it everything below
 * may be read.
 *
 * Sources: Service Authorization Reference, "AWS Systems Manager"; Systems Manager user guide, "Restricting
 * access to Parameter Store parameters using IAM policies".
 */
export const ssmPermissions: Requirements = {
  GetParameter: onParameter('GetParameter'),
  GetParameterHistory: onParameter('GetParameterHistory'),
  PutParameter: onParameter('PutParameter'),
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

function onParameter(operation: string): Requirement {
  return ({ Name }: Pick<GetParameterRequest, 'Name'>, scope) => [
    on(`ssm:${operation}`, parameterArn(scope, Name)),
  ];
}

/** The slash before a hierarchy is in the ARN once; a version or label behind a name is not of it. */
function parameterArn(scope: PermissionScope, nameOrArn = ''): string {
  if (nameOrArn.startsWith('arn:')) return nameOrArn;
  const name = nameOrArn.replace(/:[^:/]*$/, '');
  return scope.arn('ssm', `parameter${name.startsWith('/') ? '' : '/'}${name}`);
}
