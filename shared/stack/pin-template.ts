import type { StackTemplate } from './stack-template.ts';

/**
 * The template that pins aliases: the live one, with the literal number of a version in each of them, and without what
 * would send the change through CodeDeploy or split traffic. Everything else is as it is, so that the update publishes
 * nothing, reads no code and touches no function.
 *
 * @param versions number of the version that users are on, by logical id of the alias
 */
export function pinTemplate(live: StackTemplate, versions: ReadonlyMap<string, string>): StackTemplate {
  const Resources = Object.fromEntries(
    Object.entries(live.Resources).map(([logicalId, resource]) => {
      const version = versions.get(logicalId);
      if (version === undefined || resource.Type !== 'AWS::Lambda::Alias') return [logicalId, resource];
      const { UpdatePolicy: _, Properties = {}, ...rest } = resource;
      const { RoutingConfig: __, ...properties } = Properties;
      return [logicalId, { ...rest, Properties: { ...properties, FunctionVersion: version } }];
    }),
  );
  return { ...live, Resources };
}
