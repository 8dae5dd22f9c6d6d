import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refusing } from '../../../account/cloudformation/cloudformation-errors.ts';
import { expandSam } from '../../../account/template/expand-sam.ts';
import { Intrinsics, LATER } from '../../../account/template/intrinsics.ts';
import { readTemplate } from '../../../account/template/template.ts';
import type { TemplateMap } from '../../../account/template/template-value.ts';
import { writtenOut } from '../../../account/template/written-out.ts';

const folder = join(process.cwd(), 'packages/account-simulator/test/account/template/fixtures');
const textOf = (file: string) => readFileSync(join(folder, file), 'utf8');

const later = new Intrinsics(
  {
    hasExtensions: false,
    // The translator writes the partition of its Region into some ARNs, and leaves it standing in others.
    ref: (name) => (name === 'AWS::Partition' ? 'aws' : name.startsWith('AWS::') ? name : LATER),
    getAtt: () => LATER,
    condition: () => true,
    mapping: () => undefined,
  },
  refusing,
);

/** Resources in comparable form: evaluated as far as possible, and without the digest in a version's logical id. */
function comparable(resources: object): Record<string, TemplateMap> {
  const evaluated = later.resolveMap(JSON.parse(JSON.stringify(resources)));
  return JSON.parse(
    JSON.stringify(evaluated).replace(/(\b(Shared|Named)|\w+Deployment|\w+Version)[0-9a-f]{10}\b/g, '$1'),
  );
}

/** Removes the parts that the simulated transform leaves out, as documented in `expandSam`. */
function withoutLeftOut(resources: Record<string, TemplateMap>): Record<string, TemplateMap> {
  const text = JSON.stringify(resources, (key, value) => {
    if (key === 'tags') return undefined;
    if (key === 'Tags' && !Array.isArray(value)) return undefined;
    if (key === 'Tags') return other(value, ({ Key }) => !Key.endsWith(':createdBy'));
    // The digest of a text whose members are in another order.
    if (key === 'Description' && /^RestApi deployment/.test(value)) return undefined;
    if (key === 'ManagedPolicyArns')
      return other(
        value,
        (arn) => !/LambdaBasicExecution|Lambda(SQSQueue|DynamoDB)Execution|XrayWriteOnly/.test(arn),
      );
    if (key === 'Policies') {
      return other(value, ({ PolicyName }) => !/DeadLetterQueuePolicy|SQSPolicy$/.test(PolicyName));
    }
    if (key === 'DestinationConfig' && Object.keys(value).length === 0) return undefined;
    return value;
  });
  const { ShiftedUrlPublicPermissions: _, ShiftedURLInvokeAllowPublicAccess: __, ...rest } = JSON.parse(text);
  return rest;
}

// biome-ignore lint/suspicious/noExplicitAny: items of lists of every kind.
function other(list: any[], keeps: (item: any) => boolean): unknown {
  const kept = list.filter(keeps);
  return kept.length > 0 ? kept : undefined;
}

/** Made by aws-sam-translator 1.115.0, the transform that AWS runs. */
const translated = comparable(JSON.parse(textOf('sam-expanded.json')).Resources);

it('expands functions, machines and their events as the translator of AWS does', () => {
  const template = readTemplate(textOf('sam.yaml'), refusing);
  const expanded = comparable(expandSam(template, template.Resources, refusing));
  expect(Object.keys(translated).length).toBeGreaterThan(25);
  expect(expanded).toEqual(withoutLeftOut(translated));
});

it('expands queues, streams, topics, APIs, policies and simple tables as the translator of AWS does', () => {
  const template = readTemplate(textOf('sam-events.yaml'), refusing);
  const expanded = comparable(expandSam(template, template.Resources, refusing));
  const expected = comparable(JSON.parse(textOf('sam-events-expanded.json')).Resources);
  expect(Object.keys(expected).length).toBeGreaterThan(20);
  // To IAM one action and a list of one are the same.
  const plain = (resources: Record<string, TemplateMap>) =>
    JSON.parse(
      JSON.stringify(withoutLeftOut(resources)).replace(/"Action":\["([^",]*)"\]/g, '"Action":"$1"'),
    );
  expect(plain(expanded)).toEqual(plain(expected));
});

it('expands declared APIs and layers as the translator of AWS does', () => {
  const template = writtenOut(readTemplate(textOf('sam-apis.yaml'), refusing), new Map(), refusing);
  const expanded = comparable(expandSam(template, template.Resources, refusing));
  // Made by aws-sam-translator 1.110.0.
  const expected = comparable(JSON.parse(textOf('sam-apis-expanded.json')).Resources);
  expect(Object.keys(expected).length).toBeGreaterThan(25);
  expect(withoutLeftOut(expanded)).toEqual(withoutLeftOut(expected));
});
