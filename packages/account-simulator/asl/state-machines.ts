import { compileDefinition } from './compile/compile-definition.ts';
import { checkName } from './execution-name.ts';
import type { Limits } from './limits.ts';
import type { Machine } from './machine.ts';
import type { StateMachine } from './run/execution.ts';
import { StepFunctionsError } from './step-functions-error.ts';

/** A machine to create; the definition is an object or its JSON text. */
export interface CreateStateMachine {
  readonly name: string;
  /** `arn:aws:states:<region>:<account>:stateMachine:<name>` */
  readonly arn: string;
  readonly definition: object | string;
  readonly roleArn: string;
}

/** A machine as it was created, with its definition as JSON text. */
export interface CreatedStateMachine extends StateMachine {
  readonly definition: string;
}

/** The state machines of an engine, by ARN. */
export class StateMachines {
  readonly #limits: Limits;
  readonly #machines = new Map<string, CreatedStateMachine>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Checks and keeps a machine. A repeated request changes nothing; a different machine with the same ARN is refused. */
  create(request: CreateStateMachine): void {
    checkName(request.name);
    const created = this.#compile(request);
    const existing = this.#machines.get(request.arn);
    if (existing === undefined) this.#machines.set(request.arn, created);
    else if (existing.definition !== created.definition || existing.roleArn !== created.roleArn) {
      throw new StepFunctionsError(
        'StateMachineAlreadyExists',
        `State Machine Already Exists: '${request.arn}'`,
      );
    }
  }

  /** Replaces definition or role; running executions keep the machine they started with. */
  update(arn: string, { definition, roleArn }: { definition?: object | string; roleArn?: string }): void {
    const existing = this.get(arn);
    const changed = {
      arn,
      name: existing.name,
      definition: definition ?? existing.definition,
      roleArn: roleArn ?? existing.roleArn,
    };
    this.#machines.set(arn, this.#compile(changed));
  }

  /** Throws `StateMachineDoesNotExist`. */
  get(arn: string): CreatedStateMachine {
    const machine = this.#machines.get(arn);
    if (machine !== undefined) return machine;
    throw new StepFunctionsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }

  #compile({ name, arn, definition, roleArn }: CreateStateMachine): CreatedStateMachine {
    const text = typeof definition === 'string' ? definition : JSON.stringify(definition);
    const machine = compiledOnce(text, this.#limits);
    return { arn, name, roleArn, definitionName: name, machine, definition: text };
  }
}

/** Machines by their limits and text. A compiled machine has no state of its own, and compiling takes ms. */
const compiled = new Map<string, Machine>();

function compiledOnce(text: string, limits: Limits): Machine {
  const key = `${JSON.stringify(limits)}${text}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const machine = compileDefinition(text, limits);
  compiled.set(key, machine);
  return machine;
}
