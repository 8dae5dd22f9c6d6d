import { referencesIn } from './references.ts';
import type { Template } from './template.ts';
import type { ProblemList } from './template-problem.ts';

const pseudoParameters = [
  'AWS::AccountId',
  'AWS::NoValue',
  'AWS::Partition',
  'AWS::Region',
  'AWS::StackId',
  'AWS::StackName',
  'AWS::URLSuffix',
];

/**
 * Notes every name that is referred to and does not exist, also where no condition leads today (the other
 * branch of an `Fn::If`, a resource that is not created): CloudFormation refuses such a template as a whole.
 */
export function checkReferences(template: Template, problems: ProblemList): void {
  const resources = template.resources.map(({ logicalId }) => logicalId);
  const known = {
    resource: new Set(resources),
    any: new Set([...resources, ...Object.keys(template.parameters), ...pseudoParameters]),
    condition: new Set(Object.keys(template.conditions)),
  };
  const references = [
    ...template.resources.flatMap(({ properties, path }) => [...referencesIn(properties, path)]),
    ...referencesIn(template.outputs, 'Outputs'),
    ...referencesIn(template.conditions, 'Conditions'),
    ...referencesIn(template.rules, 'Rules'),
    ...template.resources.flatMap(({ logicalId, dependsOn }) =>
      dependsOn.map((name) => ({
        kind: 'resource' as const,
        name,
        path: `Resources.${logicalId}.DependsOn`,
      })),
    ),
  ];
  for (const { kind, name, path } of references) {
    if (known[kind].has(name)) continue;
    problems.add(path, `there is no ${kind === 'condition' ? 'condition' : 'parameter or resource'} ${name}`);
  }
}
