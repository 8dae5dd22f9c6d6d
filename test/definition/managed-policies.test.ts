import {
  managedPoliciesOf,
  ownStatementsOf,
  resourcesOf,
  type TemplateStatement,
  template,
  templateText,
} from './product-template.ts';

const functions = resourcesOf('AWS::Serverless::Function');
const machines = resourcesOf('AWS::Serverless::StateMachine');
const owners = [...functions, ...machines];
const policies = resourcesOf('AWS::IAM::ManagedPolicy');
const lines = templateText.split('\n');

/** The meaning of a statement, whatever its order. */
const meaning = ({ effect, actions, resources, condition = '' }: TemplateStatement) =>
  [effect, [...actions].sort(), [...resources].sort(), condition].join(' | ');

describe('no statement stands twice', () => {
  const statements = [...policies, ...owners].flatMap(ownStatementsOf);

  it('in the managed policies and the roles together', () => {
    expect(statements.length).toBeGreaterThan(50);
    const repeated = statements.filter(
      (statement) => statements.filter((other) => meaning(other) === meaning(statement)).length > 1,
    );
    expect(repeated).toEqual([]);
  });

  it('and another order does not hide it', () => {
    const [a, b] = ['s3:GetObject', 's3:PutObject'];
    const of = (...actions: string[]): TemplateStatement => ({
      resource: 'A',
      effect: 'Allow',
      actions,
      resources: [],
    });
    expect(meaning(of(a, b))).toBe(meaning(of(b, a)));
  });
});

describe('roles', () => {
  it('are made by SAM, of managed policies of the template and statements of their own', () => {
    for (const id of owners) {
      const { Policies, Role } = template.Resources[id].Properties;
      expect(Role).toBeUndefined();
      for (const policy of Policies) {
        if (policy.Ref === undefined) expect(policy).toHaveProperty('Statement');
        else expect(policies).toContain(policy.Ref);
      }
      expect(new Set(managedPoliciesOf(id)).size).toBe(managedPoliciesOf(id).length);
    }
  });

  // IAM User Guide, "IAM and AWS STS quotas". SAM attaches AWSLambdaBasicExecutionRole to the role of a function.
  it.each([...functions.map((id) => [id, 9] as const), ...machines.map((id) => [id, 10] as const)])(
    'of %s have at most %i managed policies',
    (id, most) => {
      expect(managedPoliciesOf(id).length).toBeLessThanOrEqual(most);
    },
  );
});

describe('managed policies', () => {
  it.each(policies)('%s belongs to more than one role: statements of a single role are inline', (policy) => {
    // The role of the chat and its guardrail refer to the same one.
    const users = Object.keys(template.Resources).filter((id) =>
      JSON.stringify(template.Resources[id]).includes(`{"Ref":"${policy}"}`),
    );
    expect(users.length).toBeGreaterThan(1);
  });

  it.each(policies)('%s has a comment that says what it allows', (policy) => {
    expect(lines[lines.indexOf(`  ${policy}:`) - 1]).toMatch(/^ {2}# .{10,}/);
  });

  it('have no names of their own, and so CAPABILITY_IAM is enough', () => {
    const own = Object.entries<{ Type: string; Properties?: object }>(template.Resources)
      .filter(([, { Type }]) => Type.startsWith('AWS::IAM::'))
      .flatMap(([id, { Properties = {} }]) => Object.keys(Properties).map((name) => `${id}.${name}`));
    expect(own.filter((name) => /Name$/.test(name))).toEqual([]);
    expect(own.length).toBeGreaterThanOrEqual(policies.length);
  });
});
