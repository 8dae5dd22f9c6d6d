import type { Stack, StackResource } from './stack.ts';

/** One change of one resource, as passed to its provider. */
export interface ResourceChange {
  readonly stack: Stack;
  readonly logicalId: string;
  readonly type: string;
  /** The properties after the change; resolved. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Resolved `CodeDeployLambdaAliasUpdate` of an alias. */
  readonly updatePolicy: Readonly<Record<string, unknown>> | undefined;
  /** True while a failed update is undone. */
  readonly rollingBack: boolean;
}

/** A created resource: its values of `Ref` and `Fn::GetAtt`. */
export interface Created {
  readonly physicalId: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A change that continues by itself and ends later, such as a traffic shift. */
export interface Ongoing {
  /** Calls `listener` once, with the reason if it failed. */
  onEnd(listener: (failure: string | undefined) => void): void;
  /** The stack wants the change undone; the change need not end any sooner. */
  cancel(): void;
}

/**
 * Creates, changes and removes the resources of one type. Each method throws an AwsError to fail the resource; the change
 * takes effect at the end of its duration.
 */
export interface ResourceProvider {
  /** The shortest and longest duration of a change, s. */
  readonly seconds: readonly [number, number];
  create(change: ResourceChange): Created;
  /** `from` is the resource as it is; the physical id never changes. */
  update(change: ResourceChange, from: StackResource): Ongoing | undefined;
  delete(resource: StackResource): void;
}
