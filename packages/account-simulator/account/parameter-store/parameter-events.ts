import { latest, type Parameter } from './parameter.ts';

/** The change of a parameter, in the words of its event. */
export type ParameterChange = 'Create' | 'Update' | 'Delete' | 'LabelParameterVersion';

/** An event on its way to the event bus, which adds the envelope. */
export interface EmittedEvent {
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * The event of a change. It names the parameter but not its version or value.
 *
 * Source: Amazon EventBridge Events Reference, "AWS Systems Manager", Parameter Store Change.
 */
export function parameterChanged(change: ParameterChange, arn: string, parameter: Parameter): EmittedEvent {
  const { description } = latest(parameter);
  return {
    source: 'aws.ssm',
    detailType: 'Parameter Store Change',
    resources: [arn],
    detail: {
      operation: change,
      name: parameter.name,
      type: parameter.kind,
      ...(description !== undefined && { description }),
    },
  };
}
