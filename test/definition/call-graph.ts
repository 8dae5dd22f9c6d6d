import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from '@swc/core';

/** A function or method of the product: its references, and the SDK commands and errors that it creates. */
interface Unit {
  readonly references: Set<string>;
  readonly commands: Set<string>;
  readonly errors: Set<string>;
}

// biome-ignore lint/suspicious/noExplicitAny: nodes of every kind are walked alike.
type Node = any;

/**
 * The SDK commands that a handler can reach, read from the source without running it.
 *
 * Units are the top-level functions, the methods of classes and the members of ports: of target adapters, and of the entries
 * in the registry of target kinds. One unit refers to another by its name, by `this.method`, by `name.method` where `name`
 * is declared somewhere with that class or port as its type, or by `name(…).method` where the function `name` is declared to
 * return that port; {@link CallGraph.ambiguousNames} must be empty for that to be sound. A reached member of a port counts
 * for every kind. Branches are not followed: every command in a reached unit counts.
 */
export class CallGraph {
  /** Names that are declared with more than one class as their type. */
  readonly ambiguousNames: readonly string[];
  readonly #units = new Map<string, Unit>();
  readonly #classOfName = new Map<string, Set<string>>();

  constructor(root: string) {
    const modules = ['functions', 'shared'].flatMap((folder) => readModules(root, folder));
    const classes = new Set(modules.flatMap(({ body }) => body.map(declared).flatMap(classNames)));
    for (const { body } of modules) {
      walk(body, (node) => {
        const returned = node.type === 'FunctionDeclaration' ? returnTypeName(node) : undefined;
        const type = returned !== undefined && ports.has(returned) ? returned : typeName(node);
        if (!type || !(classes.has(type) || ports.has(type))) return;
        const name = nameOf(node.key ?? node.identifier ?? node);
        // A mapped type has a type, and no name.
        if (name === '') return;
        this.#classOfName.set(name, (this.#classOfName.get(name) ?? new Set()).add(type));
      });
    }
    this.ambiguousNames = [...this.#classOfName].filter(([, types]) => types.size > 1).map(([name]) => name);
    for (const module of modules) this.#addModule(module);
  }

  /** Commands a module's export can reach, as `package/Command`, in order. */
  commandsOf(file: string, name: string): string[] {
    const commands = [...this.#reach([`${file}#${name}`])].flatMap((id) => [
      ...(this.#units.get(id)?.commands ?? []),
    ]);
    return [...new Set(commands)].sort();
  }

  /** Classes of `shared/errors.ts` that a module's export can create, in order. */
  errorsOf(file: string, name: string): string[] {
    const reached = [...this.#reach([`${file}#${name}`])];
    return [...new Set(reached.flatMap((id) => [...(this.#units.get(id)?.errors ?? [])]))].sort();
  }

  /** Every command in the source. */
  allCommands(): string[] {
    return [...new Set([...this.#units.values()].flatMap(({ commands }) => [...commands]))].sort();
  }

  #reach(ids: readonly string[], reached = new Set<string>()): Set<string> {
    for (const id of ids) {
      if (reached.has(id)) continue;
      reached.add(id);
      this.#reach([...(this.#units.get(id)?.references ?? [])], reached);
    }
    return reached;
  }

  #addModule(module: Module): void {
    for (const node of module.body.map(declared)) {
      if (node.type === 'ClassDeclaration') {
        const owner = node.identifier.value;
        for (const member of node.body) {
          if (member.key) this.#addUnit(`${owner}.${nameOf(member.key)}`, member, module, owner);
        }
      } else if (node.type === 'FunctionDeclaration') {
        this.#addFunction(node, module);
      } else if (node.type === 'VariableDeclaration') {
        for (const { id, init } of node.declarations) {
          const type = typeName(id);
          if (type && ports.has(type)) this.#addMembers(`${module.file}#${id.value}`, init, type, module);
          else this.#addUnit(`${module.file}#${id.value}`, init, module);
        }
      }
    }
  }

  /** The members of an object declared as a port are separate units: not every caller uses all of them. */
  #addMembers(id: string, object: Node, port: string, module: Module): void {
    for (const property of object.properties) {
      const name = nameOf(property.key ?? property);
      this.#addUnit(`${id}.${name}`, property, module);
      this.#unit(`${port}.${name}`).references.add(`${id}.${name}`);
    }
  }

  /** `read` and `start` of a function that makes an adapter are separate units: not every caller uses both. */
  #addFunction(node: Node, module: Module): void {
    const id = `${module.file}#${node.identifier.value}`;
    if (returnTypeName(node) !== adapterType) {
      this.#addUnit(id, node, module);
      return;
    }
    const parts = new Map<string, Node>();
    walk(node.body, (inner) => {
      if (inner.type === 'FunctionDeclaration') parts.set(inner.identifier.value, inner);
      if (inner.type === 'MethodProperty') parts.set(nameOf(inner.key), inner);
    });
    for (const [name, part] of parts) this.#addUnit(`${id}.${name}`, part, module, undefined, { id, parts });
    for (const name of ['read', 'start']) {
      if (parts.has(name)) this.#unit(`${adapterType}.${name}`).references.add(`${id}.${name}`);
    }
  }

  #addUnit(
    id: string,
    node: Node,
    module: Module,
    owner?: string,
    around?: { readonly id: string; readonly parts: ReadonlyMap<string, Node> },
  ): void {
    const { references, commands, errors } = this.#unit(id);
    walk(node, (inner) => {
      if (inner.type === 'NewExpression' && inner.callee.value?.endsWith('Command')) {
        const { from, name } = module.imports.get(inner.callee.value) ?? {};
        commands.add(`${from}/${name}`);
      } else if (inner.type === 'NewExpression' && isError(module, inner.callee.value)) {
        errors.add(inner.callee.value);
      } else if (inner.type === 'MemberExpression') {
        const method = nameOf(inner.property);
        const types =
          inner.object.type === 'ThisExpression'
            ? [owner]
            : (this.#classOfName.get(nameOf(inner.object)) ?? []);
        for (const type of types) references.add(`${type}.${method}`);
      } else if (inner.type === 'Identifier') {
        const imported = module.imports.get(inner.value);
        if (around?.parts.has(inner.value)) references.add(`${around.id}.${inner.value}`);
        else if (imported) references.add(`${imported.from}#${imported.name}`);
        else references.add(`${module.file}#${inner.value}`);
      }
    });
  }

  #unit(id: string): Unit {
    const unit = this.#units.get(id) ?? {
      references: new Set<string>(),
      commands: new Set<string>(),
      errors: new Set<string>(),
    };
    this.#units.set(id, unit);
    return unit;
  }
}

/** Adapters are recognised by the interface of the returned value. */
const adapterType = 'TargetAdapter';

/** Interfaces that several objects implement, one for each kind of target; every other object is recognised by its class. */
const ports = new Set([adapterType, 'SavedState', 'Planning', 'Restoration', 'PlanWords']);

interface Module {
  /** Path from the root. */
  readonly file: string;
  readonly body: readonly Node[];
  /** Local name → its origin: a file of the product, or a package. */
  readonly imports: ReadonlyMap<string, { readonly from: string; readonly name: string }>;
}

function readModules(root: string, folder: string): Module[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readModule(root, path.join(folder, name)));
}

function readModule(root: string, file: string): Module {
  const source = readFileSync(path.join(root, file), 'utf8');
  const { body } = parseSync(source, { syntax: 'typescript', target: 'es2023' });
  const imports = new Map<string, { from: string; name: string }>();
  for (const node of body) {
    if (node.type !== 'ImportDeclaration') continue;
    const { value } = node.source;
    const from = value.startsWith('.') ? path.join(path.dirname(file), value) : value;
    for (const one of node.specifiers) {
      const name = one.type === 'ImportSpecifier' ? (one.imported?.value ?? one.local.value) : '*';
      imports.set(one.local.value, { from, name });
    }
  }
  return { file, body, imports };
}

function declared(node: Node): Node {
  return node.type === 'ExportDeclaration' ? node.declaration : node;
}

function classNames(node: Node): string[] {
  return node.type === 'ClassDeclaration' ? [node.identifier.value] : [];
}

/** The declared type name of a parameter, field or interface member. */
function typeName(node: Node): string | undefined {
  const type = node.typeAnnotation?.typeAnnotation;
  return type?.type === 'TsTypeReference' ? type.typeName.value : undefined;
}

function returnTypeName(node: Node): string | undefined {
  return node.returnType ? typeName({ typeAnnotation: node.returnType }) : undefined;
}

/** `name` of `name`, `name(…)`, `x.name`, `this.#name` and `#name`. */
function nameOf(node: Node): string {
  if (node.type === 'CallExpression') return nameOf(node.callee);
  if (node.type === 'MemberExpression') return nameOf(node.property);
  return node.value ?? node.id?.value ?? '';
}

function walk(node: Node, visit: (node: Node) => void): void {
  if (Array.isArray(node)) {
    for (const one of node) walk(one, visit);
  } else if (typeof node === 'object' && node !== null) {
    if (typeof node.type === 'string') visit(node);
    for (const value of Object.values(node)) walk(value, visit);
  }
}

function isError(module: Module, name: string | undefined): boolean {
  return name !== undefined && /(^|\/)errors\.ts$/.test(module.imports.get(name)?.from ?? '');
}
