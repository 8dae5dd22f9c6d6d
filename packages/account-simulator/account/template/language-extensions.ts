import { Intrinsics } from './intrinsics.ts';
import type { Problems } from './problems.ts';
import { templateScope } from './scope.ts';
import { LANGUAGE_EXTENSIONS, LOOPING, type Template, transformsOf } from './template.ts';
import { intrinsicName, isList, isMap, type TemplateMap, type TemplateValue } from './template-value.ts';

/**
 * A template with the features of AWS::LanguageExtensions resolved, as CloudFormation keeps it after the transform: its
 * functions are replaced by their values, also those in place of a policy. Loops must have been expanded before.
 *
 * @param values of parameters and pseudo parameters that may stand in the result, by name
 *
 * Source: CloudFormation Template Reference, "AWS::LanguageExtensions transform".
 */
export function withoutExtensions(
  template: Template,
  values: ReadonlyMap<string, TemplateValue>,
  problems: Problems,
): Template {
  if (!transformsOf(template).includes(LANGUAGE_EXTENSIONS)) return template;
  const intrinsics = new Intrinsics(templateScope(template, values, problems), problems);
  const written = Object.fromEntries(
    LOOPING.filter((name) => template[name]).map((name) => [
      name,
      writeOut(template[name] as object as TemplateMap, intrinsics),
    ]),
  );
  return { ...template, ...written } as unknown as Template;
}

/** Reports features of the extensions in the Globals of SAM, which the transform does not process. */
export function checkGlobalsPlain({ Globals = {} }: Template, problems: Problems): void {
  const visit = (value: TemplateValue, path: string): void => {
    if (!isList(value) && !isMap(value)) return;
    for (const [key, item] of Object.entries(value)) {
      if (key === 'Fn::Length' || key === 'Fn::ToJsonString') {
        problems.add(path, `Template format error: Encountered unsupported function: ${key}`);
      }
      visit(item, `${path}.${key}`);
    }
  };
  visit(Globals, 'Globals');
}

function writeOut(value: TemplateValue, intrinsics: Intrinsics, isPolicy = false): TemplateValue {
  if (isList(value)) return value.map((item) => writeOut(item, intrinsics));
  if (!isMap(value)) return value;
  const name = intrinsicName(value);
  const argument = name === undefined ? undefined : value[name];
  const isExtension =
    name === 'Fn::Length' ||
    name === 'Fn::ToJsonString' ||
    (name === 'Fn::FindInMap' && isList(argument) && argument.length > 3);
  if (isExtension || isPolicy) return intrinsics.resolve(value) ?? null;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      writeOut(item, intrinsics, key === 'DeletionPolicy' || key === 'UpdateReplacePolicy'),
    ]),
  );
}
