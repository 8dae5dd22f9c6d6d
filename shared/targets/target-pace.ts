import type { Pace } from '../ledger/pace-ledger.ts';
import type { TargetPlan } from './shapes.ts';

/**
 * Putting an alias back takes some ten requests to Lambda's control plane: where it points before and after, what code
 * that is, the move, and what is recorded. All callers of the account have 15 a second together, CodeDeploy and
 * CloudFormation, which move aliases themselves, among them (Lambda developer guide, "Lambda quotas").
 */
const aliases: Pace = { of: 'aliases', perSecond: 1, burst: 10 };

/** Two thirds of the writes a second that Parameter Store takes (General Reference, Systems Manager quotas). */
const parameters: Pace = { of: 'parameters', perSecond: 2, burst: 3 };

/** Three requests each, of the 10 a second of API Gateway's control plane; 40 at once (API Gateway quotas). */
const stages: Pace = { of: 'stages', perSecond: 2, burst: 10 };

/** How fast targets of a kind are begun, and as how many this one counts; undefined where nothing limits them. */
export function paceOf(plan: TargetPlan): { readonly pace: Pace; readonly count: number } | undefined {
  switch (plan.kind) {
    case 'codedeploy':
    case 'lambda-alias':
      return { pace: aliases, count: 1 };
    case 'parameter':
      return { pace: parameters, count: plan.parameters.length };
    case 'api-stage':
      return { pace: stages, count: 1 };
    case 'cloudformation':
    case 'stack-pin':
    case 'stack-rebuild':
    case 'mesh':
    case 'hook':
      return undefined;
  }
}
