import type { Routes } from '../targets/state-machine-alias/shapes.ts';
import type { StackTemplate, TemplateResource } from './stack-template.ts';

/** The value of a pinned alias: the number of a function's version, or the routes of a state machine. */
export type Pin = { readonly version: string } | { readonly stateMachine: string; readonly routes: Routes };

/**
 * The template that pins aliases: the live one, with a literal version number in each of them, and without the parts that
 * would send the change through CodeDeploy or split traffic. Everything else is unchanged, so that the update publishes
 * nothing, reads no code and touches no function.
 *
 * @param pins the users' versions, by logical id of the alias
 */
export function pinTemplate(live: StackTemplate, pins: ReadonlyMap<string, Pin>): StackTemplate {
  const Resources = Object.fromEntries(
    Object.entries(live.Resources).map(([logicalId, resource]) => {
      const pin = pins.get(logicalId);
      return [logicalId, pin ? pinned(resource, pin) : resource];
    }),
  );
  return { ...live, Resources };
}

function pinned(resource: TemplateResource, pin: Pin): TemplateResource {
  const { UpdatePolicy: _, Properties = {}, ...rest } = resource;
  if (resource.Type === 'AWS::Lambda::Alias' && 'version' in pin) {
    const { RoutingConfig: __, ...properties } = Properties;
    return { ...rest, Properties: { ...properties, FunctionVersion: pin.version } };
  }
  if (resource.Type === 'AWS::StepFunctions::StateMachineAlias' && 'routes' in pin) {
    // A template has either this or RoutingConfiguration.
    const { DeploymentPreference: __, ...properties } = Properties;
    const RoutingConfiguration = pin.routes.map(({ version, weight }) => ({
      StateMachineVersionArn: `${pin.stateMachine}:${version}`,
      Weight: weight,
    }));
    return { ...resource, Properties: { ...properties, RoutingConfiguration } };
  }
  return resource;
}
