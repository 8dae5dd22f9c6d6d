import { versionResourceOf } from './rebuild-template.ts';
import type { StackTemplate, TemplateResource } from './stack-template.ts';

/** A template that publishes no version, or the references that could not be resolved. */
export type RestTemplate = { readonly template: StackTemplate } | { readonly unresolved: readonly string[] };

/**
 * The saved template in a form that publishes nothing of an existing function: Version resources that the live stack does
 * not have are left out, every alias has the literal number of its current version, alone, and other references to a version
 * that is left out become the number of the alias that had it. Publishing old code again is refused, or makes a new version,
 * by undocumented rules; here they do not matter.
 *
 * @param live the current processed template of the stack
 * @param versionOf number of an alias's current version, by the alias's logical id; undefined for an alias that the stack
 *   does not have
 */
export function restTemplate(
  saved: StackTemplate,
  live: StackTemplate,
  versionOf: (alias: string) => string | undefined,
): RestTemplate {
  const leftOut = new Map<string, string | undefined>();
  for (const [logicalId, { Type, Properties }] of Object.entries(saved.Resources)) {
    if (Type !== 'AWS::Lambda::Version' || logicalId in live.Resources) continue;
    const { Ref: of } = Object(Properties?.FunctionName) as { readonly Ref?: unknown };
    // A function that the stack creates anew has no version yet, so its first one is published.
    if (typeof of === 'string' && of in saved.Resources && !(of in live.Resources)) continue;
    leftOut.set(logicalId, undefined);
  }
  for (const [logicalId, resource] of Object.entries(saved.Resources)) {
    const version = versionResourceOf(resource);
    if (version === undefined || !leftOut.has(version)) continue;
    // Several aliases may share a version; the stack may not have all of them.
    leftOut.set(version, leftOut.get(version) ?? versionOf(logicalId));
  }
  const unresolved = new Set<string>();
  const replace = replacer(saved, leftOut, unresolved);
  const Resources = Object.fromEntries(
    Object.entries(saved.Resources)
      .filter(([logicalId]) => !leftOut.has(logicalId))
      .map(([logicalId, resource]) => [
        logicalId,
        replace(onLiveVersion(resource, versionOf(logicalId))) as TemplateResource,
      ]),
  );
  const { Resources: _, ...sections } = saved;
  const template = { ...(replace(sections) as object), Resources };
  return unresolved.size > 0 ? { unresolved: [...unresolved].sort() } : { template };
}

function onLiveVersion(resource: TemplateResource, version: string | undefined): TemplateResource {
  if (resource.Type !== 'AWS::Lambda::Alias' || version === undefined) return resource;
  // Saved weights may send requests to an undone or missing version.
  const { RoutingConfig: _, ...properties } = resource.Properties ?? {};
  return { ...resource, Properties: { ...properties, FunctionVersion: version } };
}

/** Replaces references to left-out versions by numbers, anywhere in a template. */
function replacer(
  saved: StackTemplate,
  leftOut: ReadonlyMap<string, string | undefined>,
  unresolved: Set<string>,
) {
  const numberOf = (logicalId: string): string => {
    const number = leftOut.get(logicalId);
    if (number === undefined) unresolved.add(logicalId);
    return number ?? '';
  };
  /** `Ref` of a version is its ARN: the function's ARN, and the number. */
  const arnOf = (logicalId: string) => ({
    'Fn::Join': [':', [{ 'Fn::GetAtt': [functionOf(logicalId), 'Arn'] }, numberOf(logicalId)]],
  });
  /** Logical id of a version's function, from its `Ref`. */
  const functionOf = (version: string): string => {
    const name = saved.Resources[version]?.Properties?.FunctionName as { Ref?: string } | undefined;
    if (name?.Ref === undefined) unresolved.add(version);
    return name?.Ref ?? '';
  };
  /** A name with a value in the list form of `Fn::Sub` is no reference. */
  const inText = (text: string, names: object): string =>
    text.replace(/\$\{([A-Za-z0-9]+)(?:\.([A-Za-z0-9.]+))?\}/g, (whole, logicalId: string, name?: string) => {
      if (!leftOut.has(logicalId) || whole.slice(2, -1) in names) return whole;
      if (name === 'Version') return numberOf(logicalId);
      return `\${${functionOf(logicalId)}.Arn}:${numberOf(logicalId)}`;
    });

  const replace = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replace);
    if (typeof value !== 'object' || value === null) return value;
    const { Ref, 'Fn::GetAtt': getAtt, 'Fn::Sub': sub } = value as Record<string, unknown>;
    if (typeof Ref === 'string' && leftOut.has(Ref)) return arnOf(Ref);
    const [logicalId, name] = typeof getAtt === 'string' ? getAtt.split('.') : ((getAtt ?? []) as string[]);
    if (logicalId !== undefined && leftOut.has(logicalId)) {
      return name === 'Version' ? numberOf(logicalId) : arnOf(logicalId);
    }
    if (typeof sub === 'string') return { 'Fn::Sub': inText(sub, {}) };
    if (Array.isArray(sub) && typeof sub[0] === 'string') {
      return { 'Fn::Sub': [inText(sub[0], Object(sub[1])), replace(sub[1])] };
    }
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, member]) => {
        if (key !== 'DependsOn') return [[key, replace(member)]];
        const left = [member].flat().filter((one) => !leftOut.has(String(one)));
        return left.length > 0 ? [[key, left]] : [];
      }),
    );
  };
  return replace;
}
