import { policyProblems, type Statement } from './policy-problems.ts';
import { type ExpandedTemplate, resolveArns } from './resolve-arns.ts';

interface PolicyDocument {
  readonly Statement: Partial<Statement> | readonly Partial<Statement>[];
}

/**
 * Quotas of IAM (IAM User Guide, "IAM and AWS STS quotas"): characters other than white space of all inline policies of a
 * role together and of one managed policy, and managed policies attached to a role without a quota increase.
 */
const longestInlinePolicies = 10_240;
const longestManagedPolicy = 6144;
const mostManagedPolicies = 10;

/** The problems of the policies of an expanded template, and its number of statements. */
export async function checkPolicies(
  template: ExpandedTemplate,
): Promise<{ readonly statements: number; readonly problems: readonly string[] }> {
  const problems: string[] = [];
  let statements = 0;
  for (const [id, { Type, Properties }] of Object.entries(template.Resources)) {
    const documents = documentsOf(Type, resolveArns(policiesIn(Type, Properties), template));
    problems.push(...excesses(Type, Properties, documents).map((excess) => `${id}: ${excess}`));
    for (const statement of documents.flatMap(
      ({ Statement }) => [Statement].flat() as Partial<Statement>[],
    )) {
      statements += 1;
      const found = await policyProblems({
        ...statement,
        Action: [statement.Action ?? []].flat(),
        Resource: [statement.Resource ?? []].flat(),
      });
      problems.push(...found.map((problem) => `${id}: ${problem}`));
    }
  }
  return { statements, problems };
}

/** The quotas of IAM that a role or a managed policy exceeds. */
function excesses(type: string, properties: unknown, documents: readonly PolicyDocument[]): string[] {
  const size = documents.reduce((sum, document) => sum + JSON.stringify(document).length, 0);
  if (type === 'AWS::IAM::ManagedPolicy') {
    return size > longestManagedPolicy
      ? [`it has ${size} characters, and IAM takes ${longestManagedPolicy} of a managed policy`]
      : [];
  }
  if (type !== 'AWS::IAM::Role') return [];
  const { ManagedPolicyArns = [] } = (properties ?? {}) as { ManagedPolicyArns?: unknown[] };
  const attached = ManagedPolicyArns.length;
  return [
    ...(size > longestInlinePolicies
      ? [`its policies have ${size} characters, and IAM takes ${longestInlinePolicies} of a role`]
      : []),
    ...(attached > mostManagedPolicies
      ? [`it has ${attached} managed policies, and IAM attaches ${mostManagedPolicies} to a role`]
      : []),
  ];
}

/** The part of a resource that contains policies; the rest need not be resolved. */
function policiesIn(type: string, properties: unknown): unknown {
  const { Policies, PolicyDocument } = (properties ?? {}) as Record<string, unknown>;
  return type === 'AWS::IAM::Role' ? (Policies ?? []) : PolicyDocument;
}

function documentsOf(type: string, policies: unknown): PolicyDocument[] {
  if (type === 'AWS::IAM::Role') {
    return (policies as { PolicyDocument: PolicyDocument }[]).map(({ PolicyDocument }) => PolicyDocument);
  }
  return policies === undefined ? [] : [policies as PolicyDocument];
}
