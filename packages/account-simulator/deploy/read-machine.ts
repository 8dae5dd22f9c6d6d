import type { TemplateMap } from '../account/template/template-value.ts';
import { compileDefinition, InvalidDefinition } from '../asl/compile/compile-definition.ts';
import type { PropertyReader } from './property-reader.ts';
import type { MachineSpec } from './stack-spec.ts';
import { readDefinition } from './state-machine-definition.ts';
import type { ProblemList } from './template-problem.ts';

/** Returns the text of a file named relative to the template; `undefined` if there is none. */
export type ReadText = (relativePath: string) => string | undefined;

/** Reads a state machine of the template, its definition included, with the substitutions in place. */
export function readMachine(
  properties: PropertyReader,
  identity: {
    readonly logicalId: string;
    readonly name: string;
    readonly arn: string;
    readonly roleArn: string;
  },
  readText: ReadText,
  problems: ProblemList,
): MachineSpec {
  // Express workflows have other guarantees (at least once, five minutes, no history), which the engine does not play.
  properties.oneOf('StateMachineType', ['STANDARD'], 'STANDARD');
  const reader = properties.map('DefinitionSubstitutions');
  const substitutions = Object.fromEntries(reader.keys().map((name) => [name, reader.text(name)]));
  const definitionFile = properties.map('DefinitionS3Location').text('Key');
  const text = definitionFile === '' ? undefined : readText(definitionFile);
  if (text === undefined && definitionFile !== '') {
    properties.refuse('DefinitionS3Location.Key', `there is no file ${definitionFile}`);
  }
  const definition =
    text === undefined ? {} : readDefinition(text, substitutions, definitionFile, reader.path, problems);
  if (text !== undefined && !problems.problems.some(({ file }) => file === definitionFile)) {
    checkDefinition(definition, definitionFile, problems);
  }
  return { ...identity, definition, definitionFile, substitutions };
}

/** Reports faults for which Step Functions would refuse to create the machine, at their place in the definition. */
function checkDefinition(definition: TemplateMap, file: string, problems: ProblemList): void {
  try {
    compileDefinition(definition);
  } catch (error) {
    if (!(error instanceof InvalidDefinition)) throw error;
    for (const { path, message } of error.problems) {
      problems.add(path.slice(1).replaceAll('/', '.'), message, file);
    }
  }
}
