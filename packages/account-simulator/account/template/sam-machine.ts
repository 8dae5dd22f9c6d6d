import { expandEvents } from './sam-events.ts';
import { defined, type MadeResources, objectAt, roleFor, type SamReport, tagList } from './sam-parts.ts';
import type { ResourceDeclaration } from './template.ts';

/** AWS::StepFunctions::StateMachine, its role, and the resources of its events. */
export function expandMachine(
  made: MadeResources,
  id: string,
  resource: ResourceDeclaration,
  report: SamReport,
): void {
  const { Properties = {} } = resource;
  const {
    DefinitionUri,
    Name,
    Type,
    Role,
    Logging,
    Tracing,
    Events,
    Policies: _policies,
    AssumeRolePolicyDocument: _document,
    PermissionsBoundary: _boundary,
    RolePath: _path,
    ...own
  } = Properties;
  const file = objectAt(DefinitionUri);
  made[id] = {
    ...resource,
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: defined({
      StateMachineName: Name,
      StateMachineType: Type,
      DefinitionS3Location: file && defined({ Bucket: file.bucket, Key: file.key, Version: file.version }),
      LoggingConfiguration: Logging,
      TracingConfiguration: Tracing,
      RoleArn: Role ?? { 'Fn::GetAtt': [`${id}Role`, 'Arn'] },
      ...own,
      Tags: tagList(own.Tags),
    }),
  };
  if (Role === undefined) made[`${id}Role`] = roleFor('states', `${id}Role`, Properties, report);
  const ref = { Ref: id };
  expandEvents(made, { id, kind: 'machine', ref, arn: ref }, Events, report);
}
