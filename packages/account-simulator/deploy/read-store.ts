import type { TemplateMap, TemplateValue } from '../account/template/template-value.ts';
import type { PropertyReader } from './property-reader.ts';
import type {
  AlarmSpec,
  BucketSpec,
  Named,
  ParameterSpec,
  SubscriptionSpec,
  TableSpec,
} from './stack-spec.ts';

const createTableProperties = [
  'AttributeDefinitions',
  'KeySchema',
  'BillingMode',
  'ProvisionedThroughput',
  'GlobalSecondaryIndexes',
  'LocalSecondaryIndexes',
];

/** A table, with the CreateTable input made from its properties. */
export function readTable(properties: PropertyReader, identity: Named): TableSpec {
  const create: Record<string, TemplateValue> = { TableName: identity.name };
  for (const name of ['AttributeDefinitions', 'KeySchema']) {
    if (properties.list(name).length === 0) properties.refuse(name, 'is required');
  }
  for (const name of createTableProperties) {
    const value = properties.raw(name);
    if (value !== undefined) create[name] = value;
  }
  const mode = properties.oneOf('BillingMode', ['PAY_PER_REQUEST', 'PROVISIONED'], 'PROVISIONED');
  if (mode === 'PROVISIONED' && !properties.has('ProvisionedThroughput')) {
    properties.refuse('ProvisionedThroughput', 'is required unless BillingMode is PAY_PER_REQUEST');
  }
  return { ...identity, create };
}

/** A bucket and whether it keeps versions. */
export function readBucket(properties: PropertyReader, identity: Named): BucketSpec {
  const { name } = identity;
  // S3 User Guide, "Bucket naming rules".
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name))
    properties.refuse('BucketName', `${name} is no bucket name`);
  const versioning = properties.map('VersioningConfiguration').only(['Status']);
  return {
    ...identity,
    versioned: versioning.oneOf('Status', ['Enabled', 'Suspended'], 'Suspended') === 'Enabled',
  };
}

/** A parameter that the template creates. CloudFormation cannot create a SecureString. */
export function readParameter(properties: PropertyReader, identity: Named): ParameterSpec {
  return {
    ...identity,
    type: properties.oneOf('Type', ['String', 'StringList']),
    value: properties.text('Value'),
    tier: properties.oneOf('Tier', ['Standard', 'Advanced', 'Intelligent-Tiering'], 'Standard'),
  };
}

/** A subscription, from the topic's own list or from a resource of its own. */
export function readSubscription(properties: PropertyReader): SubscriptionSpec {
  const filterPolicy = properties.has('FilterPolicy') ? properties.map('FilterPolicy') : undefined;
  return {
    protocol: properties.oneOf('Protocol', ['email', 'sms', 'https']),
    endpoint: properties.text('Endpoint'),
    ...(filterPolicy && {
      filterPolicy: Object.fromEntries(filterPolicy.keys().map((name) => [name, filterPolicy.texts(name)])),
    }),
  };
}

/** An alarm, with its properties as PutMetricAlarm takes them. */
export function readAlarm(properties: PropertyReader, identity: Named): AlarmSpec {
  const input: Record<string, TemplateValue> = { AlarmName: identity.name };
  for (const name of properties.keys()) {
    if (name !== 'AlarmName' && name !== 'Tags') input[name] = properties.raw(name) as TemplateValue;
  }
  for (const name of ['EvaluationPeriods', 'Period', 'Threshold', 'DatapointsToAlarm']) {
    if (properties.has(name)) input[name] = properties.number(name);
  }
  properties.text('ComparisonOperator');
  properties.number('EvaluationPeriods');
  return { ...identity, properties: input as TemplateMap };
}
