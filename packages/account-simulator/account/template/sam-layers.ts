import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import { Intrinsics } from './intrinsics.ts';
import type { Problems } from './problems.ts';
import { defined, objectAt, pick, SamReport } from './sam-parts.ts';
import { templateScope } from './scope.ts';
import { type ResourceDeclaration, SAM_TRANSFORM, type Template, transformsOf } from './template.ts';
import { isList, isMap, type TemplateMap, type TemplateValue, textOf } from './template-value.ts';

const PLAIN = ['CompatibleArchitectures', 'CompatibleRuntimes', 'Description', 'LicenseInfo'];

/**
 * A template with its `AWS::Serverless::LayerVersion` expanded. A layer version never changes: SAM adds a digest of the
 * properties to its logical id, so that a change makes another resource and keeps the previous one. References are renamed
 * accordingly.
 *
 * @param values of parameters and pseudo parameters, by name
 *
 * Source: aws/serverless-application-model, `SamLayerVersion` of `samtranslator/model/sam_resources.py`.
 */
export function expandLayers(
  template: Template,
  values: ReadonlyMap<string, TemplateValue>,
  problems: Problems,
): Template {
  const layers = Object.entries(template.Resources).filter(
    ([, { Type }]) => Type === 'AWS::Serverless::LayerVersion',
  );
  if (layers.length === 0 || !transformsOf(template).includes(SAM_TRANSFORM)) return template;
  const silent: Problems = { add: () => {} };
  const intrinsics = new Intrinsics(templateScope(template, values, silent), silent);
  const ids = new Map<string, string>();
  const made: Record<string, ResourceDeclaration> = {};
  for (const [logicalId, layer] of layers) {
    const resolved = intrinsics.resolveMap(layer.Properties ?? {});
    const id = `${logicalId}${createHash('sha256').update(canonicalJson(resolved)).digest('hex').slice(0, 10)}`;
    ids.set(logicalId, id);
    made[id] = expandLayer(logicalId, layer, resolved, new SamReport(logicalId, problems));
  }
  const { Resources, Outputs, Globals } = template;
  const others = Object.entries(Resources).filter(([logicalId]) => !ids.has(logicalId));
  const rename = <T extends object>(value: T): T =>
    renamed(value as object as TemplateMap, ids) as unknown as T;
  return {
    ...template,
    ...(Globals && { Globals: rename(Globals) }),
    Resources: { ...rename(Object.fromEntries(others)), ...rename(made) },
    ...(Outputs && { Outputs: rename(Outputs) }),
  };
}

function expandLayer(
  logicalId: string,
  { Properties = {}, ...attributes }: ResourceDeclaration,
  resolved: TemplateMap,
  report: SamReport,
): ResourceDeclaration {
  const known = ['ContentUri', 'LayerName', 'RetentionPolicy', ...PLAIN];
  for (const name of Object.keys(Properties)) {
    if (!known.includes(name))
      report.refuse(name, `property ${name} not defined for resource of type AWS::Serverless::LayerVersion`);
  }
  const content = objectAt(resolved.ContentUri);
  if (!content) report.refuse('ContentUri', "Missing required property 'ContentUri'.");
  const retention = (textOf(resolved.RetentionPolicy) ?? 'Retain').toLowerCase();
  if (!['retain', 'delete'].includes(retention)) {
    report.refuse(
      'RetentionPolicy',
      "'RetentionPolicy' must be one of the following options: ['Retain', 'Delete'].",
    );
  }
  return {
    ...attributes,
    Type: 'AWS::Lambda::LayerVersion',
    DeletionPolicy: retention === 'delete' ? 'Delete' : 'Retain',
    Properties: defined({
      Content: defined({ S3Bucket: content?.bucket, S3Key: content?.key, S3ObjectVersion: content?.version }),
      LayerName: Properties.LayerName ?? logicalId,
      ...pick(Properties, PLAIN),
    }),
  };
}

/** The value with its references renamed to the layers' new ids. */
function renamed(value: TemplateValue, ids: ReadonlyMap<string, string>, key = ''): TemplateValue {
  if (typeof value === 'string') {
    if (key === 'Ref' || key === 'DependsOn') return ids.get(value) ?? value;
    if (key !== 'Fn::Sub') return value;
    return value.replace(/\$\{([^!}.]+)/g, (whole, name: string) =>
      ids.has(name) ? `\${${ids.get(name)}` : whole,
    );
  }
  if (isList(value)) {
    const [first, ...others] = value;
    if (key === 'Fn::GetAtt' && typeof first === 'string') return [ids.get(first) ?? first, ...others];
    return value.map((item) => renamed(item, ids, key === 'DependsOn' || key === 'Fn::Sub' ? key : ''));
  }
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, renamed(item, ids, name)]));
}
