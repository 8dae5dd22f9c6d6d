import { awsCommand, type Command, type Place } from '../../by-hand/command.ts';
import type { StateMachineAliasPlan } from './shapes.ts';

/** The command that restores an alias of a state machine by hand. */
export function routeCommand(
  place: Pick<Place, 'region'>,
  { stateMachine, alias, toRoutes }: Pick<StateMachineAliasPlan, 'stateMachine' | 'alias' | 'toRoutes'>,
): Command {
  return awsCommand(place, 'stepfunctions update-state-machine-alias', {
    'state-machine-alias-arn': `${stateMachine}:${alias}`,
    'routing-configuration': {
      json: toRoutes.map(({ version, weight }) => ({
        stateMachineVersionArn: `${stateMachine}:${version}`,
        weight,
      })),
    },
  });
}
