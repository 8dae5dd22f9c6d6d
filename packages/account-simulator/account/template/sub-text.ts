import { Unresolvable } from './problems.ts';
import { isList, isMap, type TemplateMap, type TemplateValue } from './template-value.ts';

/** A piece of an `Fn::Sub`: its final text, or the name of a variable. */
export type SubPart = { readonly text: string } | { readonly name: string };

/**
 * The pieces of an `Fn::Sub`, and its own variables. White space around a name is ignored; `${!Name}` is the text `${Name}`.
 *
 * Source: Template Reference, "Fn::Sub". aws-cloudformation/cfn-lint#236 reports that CloudFormation accepts `${ Name }`.
 *
 * @throws Unresolvable for an argument or a name that CloudFormation does not accept
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
