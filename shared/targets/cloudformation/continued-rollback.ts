import { awsCommand, type Command, type Options, type Place, withFound } from '../../by-hand/command.ts';

/**
 * Ends the rollback of a stack that failed at an alias without that alias: if it went on with it, users would be on the
 * undone release again.
 */
export function withoutAliases(place: Pick<Place, 'region'>, stack: string): Command {
  const failed = awsCommand(place, 'cloudformation describe-stack-resources', {
    'stack-name': stack,
    query:
      "StackResources[?ResourceType=='AWS::Lambda::Alias' && ResourceStatus=='UPDATE_FAILED'].LogicalResourceId",
    output: 'text',
  });
  // zsh splits what a command prints into words, and not what a variable holds.
  const skipped = { shell: '$(echo "$failed_aliases")' };
  return withFound('failed_aliases', failed, continued(place, stack, { 'resources-to-skip': skipped }));
}

/** Goes on with the rollback of a stack that failed, by hand. */
export function continued(place: Pick<Place, 'region'>, stack: string, options: Options = {}): Command {
  // The stack last: a line that lost its end is no command that goes on with everything.
  return awsCommand(place, 'cloudformation continue-update-rollback', { ...options, 'stack-name': stack });
}
