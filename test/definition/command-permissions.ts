/** IAM prefix of each SDK package the product uses. */
const prefixes: Readonly<Record<string, string>> = {
  '@aws-sdk/client-cloudformation': 'cloudformation',
  '@aws-sdk/client-cloudwatch': 'cloudwatch',
  '@aws-sdk/client-codedeploy': 'codedeploy',
  '@aws-sdk/client-lambda': 'lambda',
  '@aws-sdk/client-s3': 's3',
  '@aws-sdk/client-sfn': 'states',
  '@aws-sdk/client-sns': 'sns',
  '@aws-sdk/client-ssm': 'ssm',
  '@aws-sdk/client-vpc-lattice': 'vpc-lattice',
  '@aws-sdk/lib-dynamodb': 'dynamodb',
};

/**
 * Commands whose IAM actions are not only the action of their name, by the Service Authorization Reference unless another
 * source is given.
 */
const others: Readonly<Record<string, readonly string[]>> = {
  // The document client's commands leave "Item" out of the name of the operation.
  '@aws-sdk/lib-dynamodb/GetCommand': ['dynamodb:GetItem'],
  '@aws-sdk/lib-dynamodb/PutCommand': ['dynamodb:PutItem'],
  '@aws-sdk/lib-dynamodb/UpdateCommand': ['dynamodb:UpdateItem'],
  '@aws-sdk/lib-dynamodb/DeleteCommand': ['dynamodb:DeleteItem'],
  // Without s3:ListBucket, S3 answers 403 instead of 404 for a missing object (S3 API reference, GetObject, HeadObject).
  '@aws-sdk/client-s3/GetObjectCommand': ['s3:GetObject', 's3:ListBucket'],
  '@aws-sdk/client-s3/HeadObjectCommand': ['s3:GetObject', 's3:ListBucket'],
  // CodeDeploy checks these for its caller: the configuration, the revision that it registers, and, because the deployment
  // overrides alarms, the group (API reference, CreateDeployment, overrideAlarmConfiguration).
  '@aws-sdk/client-codedeploy/CreateDeploymentCommand': [
    'codedeploy:CreateDeployment',
    'codedeploy:GetApplicationRevision',
    'codedeploy:GetDeploymentConfig',
    'codedeploy:RegisterApplicationRevision',
    'codedeploy:UpdateDeploymentGroup',
  ],
  // API Gateway's actions are HTTP methods, for both generations of its API (Service Authorization Reference,
  // "Amazon API Gateway Management" and "… V2").
  '@aws-sdk/client-api-gateway/GetStageCommand': ['apigateway:GET'],
  '@aws-sdk/client-api-gateway/GetDeploymentCommand': ['apigateway:GET'],
  '@aws-sdk/client-api-gateway/UpdateStageCommand': ['apigateway:PATCH'],
  '@aws-sdk/client-apigatewayv2/GetStageCommand': ['apigateway:GET'],
  '@aws-sdk/client-apigatewayv2/GetDeploymentCommand': ['apigateway:GET'],
  '@aws-sdk/client-apigatewayv2/UpdateStageCommand': ['apigateway:PATCH'],
  '@aws-sdk/client-lambda/InvokeCommand': ['lambda:InvokeFunction'],
  // The reader and writer of a SecureString decrypt and encrypt it under the team's own key (Systems Manager user guide,
  // "AWS KMS encryption for Parameter Store SecureString parameters").
  '@aws-sdk/client-ssm/GetParameterCommand': ['ssm:GetParameter', 'kms:Decrypt'],
  '@aws-sdk/client-ssm/PutParameterCommand': ['ssm:PutParameter', 'kms:Encrypt', 'kms:GenerateDataKey'],
  // CloudFormation reads the template of TemplateURL as its caller.
  // With a temporary stack policy (Service Authorization Reference, "AWS CloudFormation").
  '@aws-sdk/client-cloudformation/UpdateStackCommand': [
    'cloudformation:UpdateStack',
    'cloudformation:SetStackPolicy',
    's3:GetObject',
    'iam:PassRole',
  ],
  // A request that names a service role passes it.
  '@aws-sdk/client-cloudformation/CreateChangeSetCommand': [
    'cloudformation:CreateChangeSet',
    's3:GetObject',
    'iam:PassRole',
  ],
  '@aws-sdk/client-cloudformation/RollbackStackCommand': ['cloudformation:RollbackStack', 'iam:PassRole'],
  '@aws-sdk/client-cloudformation/ContinueUpdateRollbackCommand': [
    'cloudformation:ContinueUpdateRollback',
    'iam:PassRole',
  ],
};

/** The IAM actions a role needs for an SDK command, given as `package/NameCommand`. */
export function actionsOf(command: string): readonly string[] {
  const special = others[command];
  if (special) return special;
  const at = command.lastIndexOf('/');
  const prefix = prefixes[command.slice(0, at)];
  if (!prefix) throw new Error(`${command} is of a package without an IAM prefix in this table`);
  return [`${prefix}:${command.slice(at + 1).replace(/Command$/, '')}`];
}
