import type { Stack, StackResource } from './stack.ts';

/** One change of one resource, as its provider is told of it. */
export interface ResourceChange {
  readonly stack: Stack;
  readonly logicalId: string;
  readonly type: string;
  /** What it shall be; resolved. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Resolved `CodeDeployLambdaAliasUpdate` of an alias. */
  readonly updatePolicy: Readonly<Record<string, unknown>> | undefined;
  /** True while a failed update is undone. */
  readonly rollingBack: boolean;
}

/** What has been created: the value of `Ref` and those of `Fn::GetAtt`. */
export interface Created {
  readonly physicalId: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A change that goes on by itself and ends later, such as a traffic shift. */
export interface Ongoing {
  /** Calls `listener` once, with the reason if it failed. */
  onEnd(listener: (failure: string | undefined) => void): void;
  /** The stack wants it undone; it need not end any sooner for that. */
  cancel(): void;
}

/**
 * How one type of resource is made, changed and removed. Each throws an AwsError to fail the resource; the effect
 * comes when the time the change takes is over.
 */
export interface ResourceProvider {
  /** How long a change takes, s: from and to. */
  readonly seconds: readonly [number, number];
  create(change: ResourceChange): Created;
  /** `from` is the resource as it is; the physical id never changes. */
  update(change: ResourceChange, from: StackResource): Ongoing | undefined;
  delete(resource: StackResource): void;
}
