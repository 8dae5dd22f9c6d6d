/** Kinds of parameter; fixed when it is created. */
export type ParameterKind = 'String' | 'StringList' | 'SecureString';

/** Storage tiers; there is no way back from Advanced. */
export type Tier = 'Standard' | 'Advanced';

/** One version of a parameter, as it was written. */
export interface ParameterVersion {
  readonly version: number;
  readonly value: string;
  readonly writtenAt: Date;
  /** Principal that wrote it. */
  readonly writtenBy: string;
  readonly description: string | undefined;
  readonly allowedPattern: string | undefined;
  readonly keyId: string | undefined;
  readonly tier: Tier;
  readonly labels: Set<string>;
}

/** A parameter and the versions still kept, the oldest first. */
export interface Parameter {
  readonly name: string;
  readonly kind: ParameterKind;
  readonly versions: ParameterVersion[];
}

/** The version that a read without selector returns. */
export function latest(parameter: Parameter): ParameterVersion {
  return parameter.versions.at(-1) as ParameterVersion;
}

/** The version for a selector: a number or a label. */
export function selected(parameter: Parameter, selector: string): ParameterVersion | undefined {
  return /^\d+$/.test(selector)
    ? parameter.versions.find(({ version }) => version === Number(selector))
    : parameter.versions.find(({ labels }) => labels.has(selector));
}
