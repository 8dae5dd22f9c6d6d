import type { AccountIdentity } from '../wire/account-identity.ts';

/** Condition keys with a value in simulated requests besides the global ones, in lower case. */
const serviceKeys = [
  'aws:sourcearn',
  'cloudformation:changesetname',
  'cloudformation:createaction',
  'cloudformation:rolearn',
  'cloudformation:templateurl',
  'iam:passedtoservice',
  'kms:viaservice',
  's3:delimiter',
  's3:prefix',
  'ssm:recursive',
];

/**
 * Values of the global condition keys in every request of a role.
 *
 * Source: IAM User Guide, "AWS global condition context keys".
 */
export function globalContext(
  roleArn: string,
  { accountId, region }: AccountIdentity,
): Readonly<Record<string, string>> {
  return {
    'aws:PrincipalArn': roleArn,
    'aws:PrincipalAccount': accountId,
    'aws:PrincipalType': 'AssumedRole',
    'aws:PrincipalIsAWSService': 'false',
    'aws:RequestedRegion': region,
    'aws:ResourceAccount': accountId,
    'aws:SecureTransport': 'true',
    'aws:ViaAWSService': 'false',
  };
}

const globalKeys = Object.keys(globalContext('', { accountId: '', region: '' })).map((key) =>
  key.toLowerCase(),
);

/** @throws Error for a key without a value in any simulated request: its decision would be wrong */
export function checkConditionKeys(keys: readonly string[], owner: string): void {
  const unknown = keys.find((key) => !serviceKeys.includes(key) && !globalKeys.includes(key));
  if (unknown !== undefined) throw new Error(`${owner}: the condition key ${unknown} is not simulated`);
}
