import { awsCommand, type Command, type Options, type Place, withFound } from '../../by-hand/command.ts';

/**
 * Continues the failed rollback of a stack without its failed alias: that alias would put users on the undone release again.
 */
export function withoutAliases(place: Pick<Place, 'region'>, stack: string): Command {
  const failed = awsCommand(place, 'cloudformation describe-stack-resources', {
    'stack-name': stack,
    query:
      "StackResources[?ResourceType=='AWS::Lambda::Alias' && ResourceStatus=='UPDATE_FAILED'].LogicalResourceId",
    output: 'text',
  });
  // zsh splits a command's output into words, but not a variable.
  const skipped = { shell: '$(echo "$failed_aliases")' };
  return withFound('failed_aliases', failed, continued(place, stack, { 'resources-to-skip': skipped }));
}

/** Continues the failed rollback of a stack, by hand. */
export function continued(place: Pick<Place, 'region'>, stack: string, options: Options = {}): Command {
  // The stack comes last: a command line that was cut off cannot continue everything.
  return awsCommand(place, 'cloudformation continue-update-rollback', { ...options, 'stack-name': stack });
}
