import type { Assign } from '../machine.ts';
import type { DefinitionReader, Fields, StatesMember } from './definition-reader.ts';

/** Names are Unicode identifiers of at most 80 characters (…/dg/workflow-variables, "Variable name syntax"). */
const NAME = /^\p{ID_Start}\p{ID_Continue}*$/u;
const LONGEST_NAME = 80;

/** Reads an `Assign` of a state, Choice rule or catcher; the names are added to `assigned`. */
export function compileAssign(
  reader: DefinitionReader,
  fields: Fields,
  path: string,
  assigned: Set<string>,
  members: readonly StatesMember[],
  location = '',
): Assign | undefined {
  const value = fields.Assign;
  if (value === undefined) return undefined;
  const at = `${path}/Assign`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    reader.problem(at, 'must be an object');
    return undefined;
  }
  return Object.entries(value).map(([name, part]) => {
    if (name === 'states') reader.problem(`${at}/${name}`, `the variable name 'states' is reserved`);
    else if (!NAME.test(name)) reader.problem(`${at}/${name}`, `'${name}' is not a variable name`);
    else if ([...name].length > LONGEST_NAME) {
      reader.problem(`${at}/${name}`, `variable names have at most ${LONGEST_NAME} characters`);
    } else assigned.add(name);
    return [name, reader.template(part, `${at}/${name}`, `${location}Assign/${name}`, members)] as const;
  });
}
