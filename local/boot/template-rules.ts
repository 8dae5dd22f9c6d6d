import type { IntrinsicResolver } from './intrinsics.ts';
import type { ProblemList } from './template-problem.ts';
import { isList, isMap, kindOf, type TemplateMap, type TemplateValue } from './template-value.ts';

/**
 * Notes every assertion of the template's `Rules` that does not hold, in its own words. CloudFormation checks them
 * before it creates or updates anything.
 *
 * Source: AWS CloudFormation User Guide, "Rules". Of its functions those are simulated that conditions have too.
 */
export function checkRules(rules: TemplateMap, resolver: IntrinsicResolver, problems: ProblemList): void {
  for (const [name, rule] of Object.entries(rules)) {
    const path = `Rules.${name}`;
    const assertions = isMap(rule) ? rule.Assertions : undefined;
    if (!isMap(rule) || !isList(assertions)) {
      problems.add(path, 'must be a mapping with a list of Assertions');
      continue;
    }
    if (rule.RuleCondition && !resolver.evaluateCondition(rule.RuleCondition, `${path}.RuleCondition`))
      continue;
    for (const [at, assertion] of assertions.entries()) {
      checkAssertion(assertion, `${path}.Assertions[${at}]`, resolver, problems);
    }
  }
}

function checkAssertion(
  assertion: TemplateValue,
  path: string,
  resolver: IntrinsicResolver,
  problems: ProblemList,
): void {
  if (!isMap(assertion) || assertion.Assert === undefined) {
    problems.add(path, `must be a mapping with an Assert, not ${kindOf(assertion)}`);
    return;
  }
  if (resolver.evaluateCondition(assertion.Assert, `${path}.Assert`)) return;
  // Something in it could not be evaluated, which has been noted.
  if (problems.hasAt(`${path}.Assert`)) return;
  problems.add(path, String(assertion.AssertDescription ?? 'does not hold'));
}
