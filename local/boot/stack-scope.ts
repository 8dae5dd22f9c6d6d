import { SeededRandom } from '../random/seeded-random.ts';
import { IntrinsicResolver, type IntrinsicScope, Unresolvable } from './intrinsics.ts';
import {
  type PhysicalResource,
  type ResourceType,
  resourceTypes,
  type StackPlace,
} from './resource-types.ts';
import type { ResourceDeclaration, Template } from './template.ts';
import type { ProblemList } from './template-problem.ts';
import { isMap, type TemplateValue } from './template-value.ts';

/** A resource that exists (its condition holds), of a type the rehearsal knows. */
export interface StackResource extends PhysicalResource {
  readonly declaration: ResourceDeclaration;
  readonly type: ResourceType;
  /** What `Ref` gives. */
  ref(): TemplateValue;
  attribute(name: string): TemplateValue;
}

/**
 * Resolves what a template refers to: parameters, pseudo parameters, mappings, conditions and the names, `Ref`
 * and attributes of its resources.
 *
 * Generated names end in a suffix drawn from the stack's name, not from the seed of a run: one stack keeps its
 * names over all runs.
 */
export class StackScope implements IntrinsicScope {
  readonly resolver: IntrinsicResolver;
  /** Everything that exists, in the order of the template. */
  readonly resources: readonly StackResource[];

  readonly #template: Template;
  readonly #parameters: ReadonlyMap<string, TemplateValue>;
  readonly #place: StackPlace;
  readonly #stackId: string;
  readonly #problems: ProblemList;
  readonly #names: SeededRandom;
  readonly #declared: ReadonlyMap<string, ResourceDeclaration>;
  readonly #existing: ReadonlyMap<string, StackResource>;
  readonly #conditions = new Map<string, boolean>();
  /** What is being resolved right now, to notice circles. */
  readonly #underway = new Set<string>();

  constructor(
    template: Template,
    parameters: ReadonlyMap<string, TemplateValue>,
    place: StackPlace,
    problems: ProblemList,
  ) {
    this.#template = template;
    this.#parameters = parameters;
    this.#place = place;
    this.#problems = problems;
    this.#names = new SeededRandom(place.stackName);
    const { partition, region, accountId, stackName } = place;
    const id = this.#names.fork('stack id').uuid();
    this.#stackId = `arn:${partition}:cloudformation:${region}:${accountId}:stack/${stackName}/${id}`;
    this.resolver = new IntrinsicResolver(this, problems);
    this.#declared = new Map(template.resources.map((resource) => [resource.logicalId, resource]));
    this.resources = template.resources.flatMap((declaration) => this.#exist(declaration) ?? []);
    this.#existing = new Map(this.resources.map((resource) => [resource.logicalId, resource]));
  }

  ref(name: string): TemplateValue | undefined {
    const pseudo = this.#pseudo(name);
    if (pseudo !== undefined) return pseudo;
    if (name === 'AWS::NoValue') return undefined;
    return this.#parameters.get(name) ?? this.#resource(name).ref();
  }

  attribute(logicalId: string, attribute: string): TemplateValue {
    return this.#resource(logicalId).attribute(attribute);
  }

  condition(name: string): boolean {
    const known = this.#conditions.get(name);
    if (known !== undefined) return known;
    const expression = this.#template.conditions[name];
    if (expression === undefined) throw new Unresolvable(`there is no condition ${name}`);
    const value = this.#once(`condition ${name}`, () =>
      this.resolver.evaluateCondition(expression, `Conditions.${name}`),
    );
    this.#conditions.set(name, value);
    return value;
  }

  /** As {@link condition}, but a condition that does not exist does not hold. */
  holds(name: string): boolean {
    return name in this.#template.conditions && this.condition(name);
  }

  mapping(name: string, topKey: string, secondKey: string): TemplateValue {
    const map = this.#template.mappings[name];
    const top = isMap(map) ? map[topKey] : undefined;
    const value = isMap(top) ? top[secondKey] : undefined;
    if (value === undefined) throw new Unresolvable(`there is no mapping ${name}.${topKey}.${secondKey}`);
    return value;
  }

  #pseudo(name: string): TemplateValue | undefined {
    switch (name) {
      case 'AWS::AccountId':
        return this.#place.accountId;
      case 'AWS::Region':
        return this.#place.region;
      case 'AWS::Partition':
        return this.#place.partition;
      case 'AWS::StackName':
        return this.#place.stackName;
      case 'AWS::StackId':
        return this.#stackId;
      case 'AWS::URLSuffix':
        return 'amazonaws.com';
      default:
        return undefined;
    }
  }

  #resource(logicalId: string): StackResource {
    const resource = this.#existing.get(logicalId);
    if (resource) return resource;
    const declared = this.#declared.get(logicalId);
    if (declared && declared.type in resourceTypes) {
      throw new Unresolvable(
        `${logicalId} does not exist: its condition ${declared.condition} does not hold`,
      );
    }
    throw new Unresolvable(
      declared
        ? `${logicalId} is of a type that is not simulated`
        : `there is no parameter or resource ${logicalId}`,
    );
  }

  #exist(declaration: ResourceDeclaration): StackResource | undefined {
    const { logicalId, path, condition } = declaration;
    const type = resourceTypes[declaration.type];
    if (!type) {
      this.#problems.add(`Resources.${logicalId}.Type`, `${declaration.type} is not simulated`);
      return undefined;
    }
    try {
      if (condition !== undefined && !this.condition(condition)) return undefined;
    } catch (error) {
      if (!(error instanceof Unresolvable)) throw error;
      this.#problems.add(`Resources.${logicalId}.Condition`, error.message);
      return undefined;
    }
    if (type.properties !== 'any') {
      for (const property of Object.keys(declaration.properties)) {
        if (property in type.properties) continue;
        this.#problems.add(`${path}.${property}`, `this property of ${declaration.type} is not simulated`);
      }
    }
    return this.#makeResource(declaration, type);
  }

  #makeResource(declaration: ResourceDeclaration, type: ResourceType): StackResource {
    const scope = this;
    let physicalName: string | undefined;
    return {
      logicalId: declaration.logicalId,
      place: this.#place,
      declaration,
      type,
      get name() {
        physicalName ??= scope.#once(declaration.logicalId, () => scope.#nameOf(declaration, type));
        return physicalName;
      },
      property(name) {
        const value = declaration.properties[name];
        return value === undefined ? undefined : scope.resolver.resolve(value, `${declaration.path}.${name}`);
      },
      ref() {
        return type.ref ? type.ref(this) : this.name;
      },
      attribute(name) {
        const attribute = type.attributes[name];
        if (attribute) return attribute(this);
        throw new Unresolvable(`the attribute ${name} of ${declaration.type} is not simulated`);
      },
    };
  }

  #nameOf({ logicalId, properties, path }: ResourceDeclaration, type: ResourceType): string {
    const { nameProperty, generatedName = 'stack-logical', longestName = 255 } = type;
    const given = nameProperty === undefined ? undefined : properties[nameProperty];
    if (nameProperty !== undefined && given !== undefined) {
      const name = this.resolver.resolve(given, `${path}.${nameProperty}`);
      if (typeof name === 'string' && name !== '') {
        if (name.length > longestName) {
          this.#problems.add(`${path}.${nameProperty}`, `is longer than ${longestName} characters: ${name}`);
        }
        return name;
      }
    }
    const suffix = this.#names.fork(logicalId).alphanumeric(generatedSuffixLength);
    const stem = generatedName === 'logical' ? logicalId : `${this.#place.stackName}-${logicalId}`;
    const name = `${stem.slice(0, longestName - generatedSuffixLength - 1)}-${suffix}`;
    return generatedName === 'lower-case' ? name.toLowerCase() : name;
  }

  #once<T>(what: string, resolve: () => T): T {
    if (this.#underway.has(what)) throw new Unresolvable(`${what} refers to itself in a circle`);
    this.#underway.add(what);
    try {
      return resolve();
    } finally {
      this.#underway.delete(what);
    }
  }
}

/** CloudFormation ends a generated name in twelve capital letters and digits. */
const generatedSuffixLength = 12;
