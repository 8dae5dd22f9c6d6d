import { policyProblems, type Statement } from './policy-problems.ts';
import { type ExpandedTemplate, resolveArns } from './resolve-arns.ts';

interface PolicyDocument {
  readonly Statement: Partial<Statement> | readonly Partial<Statement>[];
}

/** Quota of IAM on all inline policies of a role together, in characters other than white space. */
const longestInlinePolicies = 10_240;

/** What is wrong with the policies of an expanded template, and how many statements it has. */
export async function checkPolicies(
  template: ExpandedTemplate,
): Promise<{ readonly statements: number; readonly problems: readonly string[] }> {
  const problems: string[] = [];
  let statements = 0;
  for (const [id, { Type, Properties }] of Object.entries(template.Resources)) {
    const documents = documentsOf(Type, resolveArns(policiesIn(Type, Properties), template));
    const size = documents.reduce((sum, document) => sum + JSON.stringify(document).length, 0);
    if (Type === 'AWS::IAM::Role' && size > longestInlinePolicies) {
      problems.push(
        `${id}: its policies have ${size} characters, and IAM takes ${longestInlinePolicies} of a role`,
      );
    }
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

/** The part of a resource that holds policies; the rest need not be resolved. */
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
