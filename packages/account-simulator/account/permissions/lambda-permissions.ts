import type {
  CreateAliasRequest,
  GetFunctionRequest,
  InvocationRequest,
  ListAliasesRequest,
  ListTagsRequest,
} from '@aws-sdk/client-lambda';
import { parseFunctionName } from '../lambda/function-name.ts';
import { on, type Requirement, type Requirements } from './required-permission.ts';

/**
 * Permissions for calls of Lambda. With a version or an alias (`Qualifier`), a permission is checked on the qualified ARN;
 * the operations on aliases are checked on the function.
 *
 * Sources: Service Authorization Reference, "AWS Lambda"; Lambda developer guide, "Fine-tuning the Resources and Conditions
 * sections of policies".
 */
export const lambdaPermissions: Requirements = {
  Invoke: (input: InvocationRequest, scope) => [
    on('lambda:InvokeFunction', scope.arn('lambda', qualified(input))),
  ],
  GetFunction: onQualified('lambda:GetFunction'),
  GetFunctionConfiguration: onQualified('lambda:GetFunctionConfiguration'),
  DeleteFunction: onQualified('lambda:DeleteFunction'),
  GetProvisionedConcurrencyConfig: onQualified('lambda:GetProvisionedConcurrencyConfig'),
  PutProvisionedConcurrencyConfig: onQualified('lambda:PutProvisionedConcurrencyConfig'),
  DeleteProvisionedConcurrencyConfig: onQualified('lambda:DeleteProvisionedConcurrencyConfig'),
  GetAlias: onFunction('lambda:GetAlias'),
  CreateAlias: onFunction('lambda:CreateAlias'),
  UpdateAlias: onFunction('lambda:UpdateAlias'),
  DeleteAlias: onFunction('lambda:DeleteAlias'),
  ListAliases: onFunction('lambda:ListAliases'),
  ListVersionsByFunction: onFunction('lambda:ListVersionsByFunction'),
  ListTags: ({ Resource }: ListTagsRequest, scope) => [
    on('lambda:ListTags', scope.arn('lambda', `function:${parseFunctionName(Resource).name}`)),
  ],
  PublishVersion: onFunction('lambda:PublishVersion'),
};

type Named = Pick<CreateAliasRequest | ListAliasesRequest, 'FunctionName'>;

function onFunction(action: string): Requirement {
  return ({ FunctionName }: Named, scope) => [
    on(action, scope.arn('lambda', `function:${parseFunctionName(FunctionName).name}`)),
  ];
}

function onQualified(action: string): Requirement {
  return (input: GetFunctionRequest, scope) => [on(action, scope.arn('lambda', qualified(input)))];
}

function qualified({ FunctionName, Qualifier }: Pick<GetFunctionRequest, 'FunctionName' | 'Qualifier'>) {
  const { name, qualifier } = parseFunctionName(FunctionName, Qualifier);
  return `function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`;
}
