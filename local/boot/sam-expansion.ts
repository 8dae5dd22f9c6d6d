import { expandEvents } from './sam-events.ts';
import { applyGlobals, checkGlobals } from './sam-globals.ts';
import type { ResourceDeclaration, Template } from './template.ts';
import type { ProblemList } from './template-problem.ts';
import { isList, type TemplateValue } from './template-value.ts';

/**
 * The template as the SAM transform leaves it for our purposes: Globals applied, and the roles, rules,
 * schedules and queues that SAM makes standing as resources of their own under the logical ids SAM gives them,
 * so that the rest of the template can refer to them.
 *
 * Source: aws/serverless-application-model, "Generated CloudFormation resources".
 */
export function expandSam(template: Template, problems: ProblemList): Template {
  checkGlobals(template.globals, problems);
  const declared = template.resources.map((resource) => applyGlobals(resource, template.globals));
  for (const { type, properties, path } of declared) {
    if (!(type in servicePrincipals)) continue;
    // SAM would silently drop the policies.
    if (properties.Role !== undefined && properties.Policies !== undefined) {
      problems.add(`${path}.Policies`, 'has no effect beside Role');
    }
  }
  const made = declared.flatMap((resource) =>
    resource.type in servicePrincipals ? [...makeRole(resource), ...expandEvents(resource, problems)] : [],
  );
  const names = new Set(declared.map(({ logicalId }) => logicalId));
  for (const { logicalId, path } of made) {
    if (names.has(logicalId))
      problems.add(path, `SAM makes a resource ${logicalId}, but there is one already`);
    names.add(logicalId);
  }
  return { ...template, resources: [...declared.map(withoutExpanded), ...made] };
}

/** What has become resources of its own leaves the resource it stood in; the role made for it enters. */
function withoutExpanded(resource: ResourceDeclaration): ResourceDeclaration {
  if (!(resource.type in servicePrincipals)) return resource;
  const { Events: _events, Policies: _policies, ...properties } = resource.properties;
  const role = { 'Fn::GetAtt': [`${resource.logicalId}Role`, 'Arn'] };
  return { ...resource, properties: { Role: role, ...properties } };
}

/** Types SAM makes a role for, with the service that takes it on. */
const servicePrincipals: Readonly<Record<string, string>> = {
  'AWS::Serverless::Function': 'lambda.amazonaws.com',
  'AWS::Serverless::StateMachine': 'states.amazonaws.com',
};

function makeRole({
  logicalId,
  type,
  properties,
  condition,
  path,
}: ResourceDeclaration): ResourceDeclaration[] {
  if (properties.Role !== undefined) return [];
  const policies: TemplateValue = properties.Policies ?? [];
  return [
    {
      logicalId: `${logicalId}Role`,
      type: 'AWS::IAM::Role',
      properties: {
        Policies: isList(policies) ? policies : [policies],
        AssumeRolePolicyDocument: {
          Statement: [
            {
              Effect: 'Allow',
              Action: 'sts:AssumeRole',
              Principal: { Service: servicePrincipals[type] as string },
            },
          ],
        },
      },
      dependsOn: [],
      path,
      ...(condition === undefined ? {} : { condition }),
    },
  ];
}
