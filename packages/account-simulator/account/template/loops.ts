import { Intrinsics } from './intrinsics.ts';
import type { Problems } from './problems.ts';
import { templateScope } from './scope.ts';
import {
  checkOutput,
  checkResource,
  LANGUAGE_EXTENSIONS,
  LOOP,
  LOOPING,
  type LoopingSection,
  type Template,
  transformsOf,
} from './template.ts';
import { isList, isMap, type TemplateMap, type TemplateValue, textOf } from './template-value.ts';

/** The current item of each identifier. */
type Items = Readonly<Record<string, string>>;

const failure = `Transform ${LANGUAGE_EXTENSIONS} failed with:`;

/**
 * Expands the loops (`Fn::ForEach`) of a template, in its sections and among properties.
 *
 * An identifier is replaced where the documentation shows it: in the keys of the fragment, in the text of an `Fn::Sub`, and
 * as the name of a `Ref`. It is not replaced in any other text, nor in the name of a condition.
 *
 * @param values of parameters and pseudo parameters, by name, for collections
 * @param isChosen selects the loops of the sections to expand; without it, all are expanded, and those among properties too
 *
 * Source: CloudFormation Template Reference, "Fn::ForEach"; cfn-lint's transform, and public measurements where it is
 * silent.
 */
export function expandLoops(
  template: Template,
  values: ReadonlyMap<string, TemplateValue>,
  problems: Problems,
  isChosen?: (fragment: TemplateValue | undefined) => boolean,
): Template {
  const { Resources, Outputs = {} } = template;
  if (!template.Loops && ![Resources, Outputs].some((section) => hasLoop(section))) return template;
  if (!transformsOf(template).includes(LANGUAGE_EXTENSIONS)) {
    refuseWithoutTransform(template, problems);
    return { ...template, Loops: undefined };
  }
  const expander = new LoopExpander(template, values, problems);
  const left: Partial<Record<LoopingSection, TemplateMap>> = {};
  const expanded = Object.fromEntries(
    LOOPING.filter((name) => template[name] ?? template.Loops?.[name]).map((name) => {
      const section = (template[name] ?? {}) as object as TemplateMap;
      const all = Object.entries(template.Loops?.[name] ?? {});
      const chosen = all.filter(([, loop]) => isChosen?.(isList(loop) ? loop[2] : undefined) ?? true);
      const others = all.filter((loop) => !chosen.includes(loop));
      if (others.length > 0) left[name] = Object.fromEntries(others);
      const made = expander.expandMap(Object.fromEntries(chosen), {}, name);
      for (const key of Object.keys(made)) {
        if (Object.hasOwn(section, key)) expander.refuse(`${name}.${key}`, `Duplicate key ${key}`);
      }
      const written = isChosen ? section : expander.expandMap(section, {}, name);
      return [name, { ...written, ...wellFormed(name, made, problems) }];
    }),
  );
  const hasLeft = Object.keys(left).length > 0;
  return { ...template, ...expanded, Loops: hasLeft ? left : undefined } as unknown as Template;
}

/** The well-formed members that loops have made; the others are reported. */
function wellFormed(section: LoopingSection, made: TemplateMap, problems: Problems): TemplateMap {
  return Object.fromEntries(
    Object.entries(made).filter(([name, value]) => {
      let isWell = true;
      const noting: Problems = {
        add: (path, reason) => {
          isWell = false;
          problems.add(path, reason);
        },
      };
      if (section === 'Resources') checkResource(name, value, true, noting);
      if (section === 'Outputs') checkOutput(name, value, noting);
      return isWell;
    }),
  );
}

class LoopExpander {
  readonly #problems: Problems;
  readonly #intrinsics: Intrinsics;

  constructor(template: Template, values: ReadonlyMap<string, TemplateValue>, problems: Problems) {
    this.#problems = problems;
    // A collection that cannot be resolved is reported by the loop itself.
    const silent: Problems = { add: () => {} };
    this.#intrinsics = new Intrinsics(templateScope(template, values, silent), silent);
  }

  refuse(path: string, reason: string): void {
    this.#problems.add(path, `${failure} ${reason}`);
  }

  /** A mapping with its loops expanded. */
  expandMap(map: TemplateMap, items: Items, path: string): TemplateMap {
    const expanded: Record<string, TemplateValue> = {};
    for (const [key, value] of Object.entries(map)) {
      const at = `${path}.${key}`;
      const made = key.startsWith(LOOP)
        ? this.#loop(value, items, at)
        : [[key, this.#expand(value, items, at)]];
      for (const [name, item] of made as [string, TemplateValue][]) {
        if (Object.hasOwn(expanded, name)) this.refuse(at, `Duplicate key ${name}`);
        expanded[name] = item;
      }
    }
    return expanded;
  }

  #expand(value: TemplateValue, items: Items, path: string): TemplateValue {
    if (isList(value)) return value.map((item, at) => this.#expand(item, items, `${path}[${at}]`));
    if (!isMap(value)) return value;
    const [key = '', ...others] = Object.keys(value);
    if (others.length > 0) return this.expandMap(value, items, path);
    const argument = value[key] as TemplateValue;
    if (key === 'Fn::Sub') return this.#substitute(argument, items, path);
    if (key === 'Ref' && typeof argument === 'string' && Object.hasOwn(items, argument)) {
      return items[argument] as string;
    }
    return this.expandMap(value, items, path);
  }

  #substitute(argument: TemplateValue, items: Items, path: string): TemplateValue {
    const [text, ...variables] = isList(argument) ? argument : [argument];
    if (typeof text !== 'string') return { 'Fn::Sub': argument };
    const filled = fill(text, items, '$');
    if (variables.length > 0)
      return { 'Fn::Sub': [filled, ...variables.map((one) => this.#expand(one, items, path))] };
    // A whole text is used unchanged as the name of a reference or condition.
    return filled !== text && !filled.includes('${') ? filled : { 'Fn::Sub': filled };
  }

  #loop(loop: TemplateValue, items: Items, path: string): (readonly [string, TemplateValue])[] {
    const [identifier, collection, fragment, other] = isList(loop) ? loop : [];
    if (
      typeof identifier !== 'string' ||
      collection === undefined ||
      !isMap(fragment) ||
      other !== undefined
    ) {
      this.refuse(path, 'Fn::ForEach layout is incorrect');
      return [];
    }
    const resolved = this.#intrinsics.resolve(this.#expand(collection, items, path));
    const texts = isList(resolved) ? resolved.map(textOf) : [undefined];
    if (texts.includes(undefined)) {
      this.refuse(path, 'Could not find a collection or could not be resolved for Fn::ForEach');
      return [];
    }
    for (const key of Object.keys(fragment)) {
      if (key.startsWith(LOOP) || [`\${${identifier}}`, `&{${identifier}}`].some((one) => key.includes(one)))
        continue;
      this.refuse(`${path}.${key}`, `The key ${key} has to hold \${${identifier}} or &{${identifier}}`);
    }
    return (texts as string[]).flatMap((text) => {
      const inner = { ...items, [identifier]: text };
      const named = Object.entries(fragment).map(([key, value]) => [fill(key, inner, '$&'), value] as const);
      return Object.entries(this.expandMap(Object.fromEntries(named), inner, path));
    });
  }
}

/** The text with `${Identifier}` replaced by its item, and `&{Identifier}` by the letters and digits of its item. */
function fill(text: string, items: Items, forms: '$' | '$&'): string {
  return text.replace(/([$&])\{([^!}][^}]*)\}/g, (whole, form: string, name: string) => {
    if (!forms.includes(form) || !Object.hasOwn(items, name)) return whole;
    const item = items[name] as string;
    return form === '&' ? item.replace(/[^0-9A-Za-z]/g, '') : item;
  });
}

function refuseWithoutTransform({ Loops = {}, Resources }: Template, problems: Problems): void {
  for (const [section, loops] of Object.entries(Loops)) {
    for (const key of Object.keys(loops)) {
      const malformed = `[/${section}/${key}] resource definition is malformed`;
      problems.add(`${section}.${key}`, `Template format error: ${malformed}`);
    }
  }
  for (const [logicalId, resource] of Object.entries(Resources)) {
    if (!hasLoop(resource)) continue;
    const reason = `Fn::ForEach requires the transform ${LANGUAGE_EXTENSIONS}`;
    problems.add(`Resources.${logicalId}`, `Template format error: ${reason}`);
  }
}

function hasLoop(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, item]) => key.startsWith(LOOP) || hasLoop(item));
}
