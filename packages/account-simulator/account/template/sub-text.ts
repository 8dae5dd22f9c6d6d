import { Unresolvable } from './problems.ts';
import { isList, isMap, type TemplateMap, type TemplateValue } from './template-value.ts';

/** A piece of an `Fn::Sub`: text as it will stand, or the name of a variable. */
export type SubPart = { readonly text: string } | { readonly name: string };

/**
 * The pieces of an `Fn::Sub` and its variables of its own. White space around a name does not count; `${!Name}` is the
 * text `${Name}`.
 *
 * Source: Template Reference, "Fn::Sub". That CloudFormation takes `${ Name }` is told in
 * aws-cloudformation/cfn-lint#236.
 *
 * @throws Unresolvable for an argument or a name that CloudFormation does not take
 */
export function parseSub(argument: TemplateValue): {
  readonly parts: readonly SubPart[];
  readonly variables: TemplateMap;
} {
  const [text, variables = {}, other] = isList(argument) ? argument : [argument];
  if (typeof text !== 'string' || !isMap(variables) || other !== undefined) {
    throw new Unresolvable(
      "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string",
    );
  }
  const parts = text.split(/(\$\{[^}]*\})/).map((piece, at): SubPart => {
    if (at % 2 === 0) return { text: piece };
    const name = piece.slice(2, -1).trim();
    if (name.startsWith('!')) return { text: `\${${name.slice(1)}}` };
    if (/^[\w.:]+$/.test(name)) return { name };
    throw new Unresolvable(
      'Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons',
    );
  });
  return { parts, variables };
}
