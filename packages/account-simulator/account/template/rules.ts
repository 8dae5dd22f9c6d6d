import type { Intrinsics } from './intrinsics.ts';
import type { Problems } from './problems.ts';
import { isList, member, type TemplateMap } from './template-value.ts';

/**
 * Reports every assertion of the template's `Rules` that does not hold, in its own words. CloudFormation checks them
 * before it creates or updates anything.
 *
 * Source: AWS CloudFormation User Guide, "Rules". Of the functions for rules alone, `Fn::Contains` is simulated.
 */
export function checkRules(rules: TemplateMap, intrinsics: Intrinsics, problems: Problems): void {
  for (const [name, rule] of Object.entries(rules)) {
    const path = `Rules.${name}`;
    const assertions = member(rule, 'Assertions');
    if (!isList(assertions)) {
      problems.add(path, `Template format error: [/Rules/${name}] must have a list of Assertions.`);
      continue;
    }
    const condition = member(rule, 'RuleCondition');
    if (condition !== undefined && !intrinsics.holds(condition, `${path}.RuleCondition`)) continue;
    for (const [at, assertion] of assertions.entries()) {
      const place = `${path}.Assertions[${at}]`;
      const assert = member(assertion, 'Assert');
      if (assert === undefined) {
        problems.add(place, `Template format error: [/Rules/${name}] every assertion must have an Assert.`);
      } else if (!intrinsics.holds(assert, `${place}.Assert`)) {
        problems.add(place, String(member(assertion, 'AssertDescription') ?? 'The assertion does not hold.'));
      }
    }
  }
}
