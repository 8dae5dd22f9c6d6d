import { awsCommand, coordinatorCommand, type Place, type Step, throughFile } from '../../by-hand/command.ts';
import type { ByHand } from '../target-kind.ts';
import { continued, withoutAliases } from './continued-rollback.ts';
import type { StackPinPlan, StackPlan, StackRebuildPlan } from './shapes.ts';
import { pinTemplateKey } from './stack-pin.ts';
import { configurationOf, noTriggers } from './stack-triggers.ts';

/** Not the saved template as it is: applying it would delete resources that the release added, with their data. */
export function restByHand(plan: StackPlan, { place, service: { service } }: ByHand): Step[] {
  if (plan.waitOnly) return toRest(place, plan);
  return [
    ...toRestOverAliases(place, plan),
    {
      say: 'Then the rest of the saved template, over no data, with what the pin took out. It shows the change, and asks:',
      run: coordinatorCommand(place, ['converge', service]),
    },
  ];
}

/** Every parameter keeps its value: their names are read from the stack. */
export function pinByHand(
  plan: StackPinPlan,
  { place, incidentId, attempt, service, templateUrl }: ByHand,
): Step[] {
  const { stack, triggers } = plan;
  const keptParameters = awsCommand(place, 'cloudformation describe-stacks', {
    'stack-name': stack,
    query:
      'Stacks[0].{Parameters: (Parameters || `[]`)[].{ParameterKey: ParameterKey, UsePreviousValue: `true`}}',
    output: 'json',
  });
  const update = awsCommand(place, 'cloudformation update-stack', {
    'stack-name': stack,
    'template-url': templateUrl(pinTemplateKey(incidentId, attempt, stack)),
    capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
    // An alarm caused by the bad release would roll the stack back to it.
    ...(triggers && { 'rollback-configuration': { json: configurationOf(noTriggers) } }),
  });
  return [
    ...toRestOverAliases(place, plan),
    {
      say: 'Then pin it. It shows the change, and asks:',
      run: coordinatorCommand(place, ['converge', service.service], { 'pin-only': true }),
    },
    {
      say: `Or, where that command is not installed${triggers ? ', which also takes its rollback triggers out' : ''}:`,
      run: throughFile(keptParameters, update),
    },
  ];
}

/** There is no version to go to: the steps name the code, for the person who deploys it again. */
export function rebuildByHand(plan: StackRebuildPlan, { place }: ByHand): Step[] {
  return [
    ...toRestOverAliases(place, plan),
    ...plan.builds.map(({ function: name, version, codeSha256 }) => ({
      say: `Deploy the code of version ${version} of ${name} anew, through stack ${plan.stack}: its CodeSha256 was ${codeSha256}.`,
    })),
  ];
}

type StandingStack = Pick<StackPlan, 'stack' | 'skipResources'>;

/** Brings a stack to rest that rolls back by itself. */
function toRest(place: Place, plan: StandingStack): Step[] {
  return [
    ...lookAndRollBack(place, plan),
    { say: 'If it is UPDATE_ROLLBACK_FAILED:', run: continued(place, plan.stack) },
    ...skipping(place, plan),
  ];
}

/** Brings a stack to rest whose last state is the undone release. */
function toRestOverAliases(place: Place, plan: StandingStack): Step[] {
  return [
    ...lookAndRollBack(place, plan),
    {
      say: 'If it is UPDATE_ROLLBACK_FAILED at an alias. It leaves users where they are:',
      run: withoutAliases(place, plan.stack),
    },
    { say: 'If it is UPDATE_ROLLBACK_FAILED elsewhere:', run: continued(place, plan.stack) },
    ...skipping(place, plan),
  ];
}

function lookAndRollBack(place: Place, { stack }: StandingStack): Step[] {
  return [
    {
      say: 'Look at the status of the stack:',
      run: awsCommand(place, 'cloudformation describe-stacks', {
        'stack-name': stack,
        query: 'Stacks[0].StackStatus',
        output: 'text',
      }),
    },
    {
      say: 'If it is UPDATE_FAILED. It deletes what the update made:',
      run: awsCommand(place, 'cloudformation rollback-stack', { 'stack-name': stack }),
    },
  ];
}

function skipping(place: Place, { stack, skipResources = [] }: StandingStack): Step[] {
  if (skipResources.length === 0) return [];
  return [
    {
      say: 'If it is UPDATE_ROLLBACK_FAILED again. It leaves as they are what the catalog lets stay:',
      run: continued(place, stack, { 'resources-to-skip': skipResources }),
    },
  ];
}
