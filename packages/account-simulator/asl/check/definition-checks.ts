import { compileDefinition } from '../compile/compile-definition.ts';
import { expressionsOf } from '../expressions/state-expressions.ts';
import { expressionSource } from '../expressions/template.ts';
import type { Graph, State } from '../machine.ts';
import { readShapes } from './expression-shapes.ts';
import { statesShape } from './states-shape.ts';

/** A fault that Step Functions accepts when a machine is created and that fails when it runs. */
export interface DefinitionFinding {
  readonly state: string;
  /** The field of the state: `Arguments/Payload/id`. */
  readonly field: string;
  readonly message: string;
}

/** Values that hold the task token, directly or inside. */
const TOKEN = ['$states', '$states.context', '$states.context.Task', '$states.context.Task.Token'];

/**
 * Finds reads of members that `$states` does not have at that place, `Task.Token` outside callback tasks among them;
 * callback tasks that never pass on their token; and plain text that looks like an expression whose `{% %}` was forgotten.
 * Throws `InvalidDefinition`.
 */
export function definitionFindings(definition: object | string): DefinitionFinding[] {
  const raw = (typeof definition === 'string' ? JSON.parse(definition) : definition) as Raw;
  const findings: DefinitionFinding[] = [];
  checkStates(compileDefinition(definition).graph, findings);
  checkTexts(raw, findings);
  return findings;
}

function checkStates(graph: Graph, findings: DefinitionFinding[]): void {
  for (const [name, state] of graph.states) {
    const handedOn = new Set<string>();
    for (const expression of expressionsOf(state)) {
      const { problems, reads } = readShapes(expression.ast, statesShape(state, expression.location));
      findings.push(...problems.map((message) => ({ state: name, field: expression.location, message })));
      if (expression.location.startsWith('Arguments')) for (const path of reads) handedOn.add(path);
    }
    if (isCallback(state) && !TOKEN.some((path) => handedOn.has(path))) {
      findings.push({
        state: name,
        field: 'Arguments',
        message: 'nothing in it holds $states.context.Task.Token, which has to come back',
      });
    }
    if (state.type === 'Parallel') for (const branch of state.branches) checkStates(branch, findings);
    else if (state.type === 'Map') checkStates(state.processor, findings);
  }
}

function isCallback(state: State): boolean {
  return state.type === 'Task' && state.resource.pattern === 'token';
}

interface Raw {
  readonly [field: string]: unknown;
}

/** Fields that pass text on unchanged unless it is an expression. */
const TEXT_FIELDS = ['Arguments', 'Assign', 'Cause', 'Error', 'ItemSelector', 'Items', 'Output'];

function checkTexts(graph: Raw, findings: DefinitionFinding[]): void {
  for (const [name, value] of Object.entries((graph.States ?? {}) as Record<string, Raw>)) {
    const note = (field: string, message: string) => findings.push({ state: name, field, message });
    checkFields(value, '', note);
    for (const list of ['Choices', 'Catch']) {
      for (const [i, entry] of ((value[list] ?? []) as Raw[]).entries())
        checkFields(entry, `${list}[${i}]/`, note);
    }
    checkFields((value.ItemReader ?? {}) as Raw, 'ItemReader/', note);
    if (value.ItemProcessor !== undefined) checkTexts(value.ItemProcessor as Raw, findings);
    for (const branch of (value.Branches ?? []) as Raw[]) checkTexts(branch, findings);
  }
}

function checkFields(fields: Raw, at: string, note: (field: string, message: string) => void): void {
  for (const field of TEXT_FIELDS) checkText(fields[field], `${at}${field}`, note);
}

function checkText(value: unknown, at: string, note: (field: string, message: string) => void): void {
  if (Array.isArray(value)) for (const [i, item] of value.entries()) checkText(item, `${at}[${i}]`, note);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) checkText(item, `${at}/${name}`, note);
  } else if (typeof value === 'string' && expressionSource(value) === undefined && looksEvaluated(value)) {
    note(at, `'${value}' is plain text: an expression is the whole text in {% %}`);
  }
}

/** `$name`, `$.path`, `$$.path`, or `{% %}` in the middle of a text; `$LATEST` is a version of a function. */
function looksEvaluated(text: string): boolean {
  if (/(^|:)\$LATEST$/.test(text)) return false;
  return /^\s*\$(\$|\.|\[|\p{ID_Start})/u.test(text) || /\{%|%\}/.test(text);
}
