import { Intrinsics } from '../account/template/intrinsics.ts';
import { notSimulated, Unresolvable } from '../account/template/problems.ts';
import { pseudoParameters } from '../account/template/scope.ts';
import type { ResourceDeclaration, Resources } from '../account/template/template.ts';
import type { TemplateMap, TemplateValue } from '../account/template/template-value.ts';
import { SeededRandom } from '../random/seeded-random.ts';
import {
  type PhysicalResource,
  type ResourceType,
  resourceTypes,
  type StackPlace,
} from './resource-types.ts';
import type { ProblemList } from './template-problem.ts';

/** A resource that exists (its condition holds), of a type the rehearsal knows. */
export interface StackResource extends PhysicalResource {
  readonly typeName: string;
  readonly type: ResourceType;
  readonly properties: TemplateMap;
  /** The path of its properties in the template. */
  readonly path: string;
  /** The value of `Ref`. */
  ref(): TemplateValue;
  attribute(name: string): TemplateValue;
}

/** Values of the pseudo parameters, by name. The id of a stack is drawn from its name. */
export function pseudoValues(place: StackPlace): ReadonlyMap<string, string> {
  const { partition, region, accountId, stackName } = place;
  const id = new SeededRandom(stackName).fork('stack id').uuid();
  const stackId = `arn:${partition}:cloudformation:${region}:${accountId}:stack/${stackName}/${id}`;
  return pseudoParameters({ ...place, stackId });
}

/**
 * Resolves a template's references to its resources: `Ref` and attributes.
 *
 * Generated names end in a suffix drawn from the stack's name, not from the seed of a run: a stack keeps its names over all
 * runs.
 */
export class StackScope {
  readonly intrinsics: Intrinsics;
  /** Every resource of a known type, in the order of the template. */
  readonly resources: readonly StackResource[];

  readonly #place: StackPlace;
  readonly #problems: ProblemList;
  readonly #names: SeededRandom;
  readonly #existing: ReadonlyMap<string, StackResource>;
  /** The resources whose names are being resolved right now, to detect cycles. */
  readonly #underway = new Set<string>();

  constructor(declared: Resources, place: StackPlace, problems: ProblemList) {
    this.#place = place;
    this.#problems = problems;
    this.#names = new SeededRandom(place.stackName);
    // A missing resource has been reported, and a template with problems is never deployed.
    const of = (logicalId: string, value: (resource: StackResource) => TemplateValue) => {
      const resource = this.#existing.get(logicalId);
      return resource ? value(resource) : '';
    };
    this.intrinsics = new Intrinsics(
      {
        hasExtensions: true,
        ref: (name) => of(name, (resource) => resource.ref()),
        getAtt: (logicalId, attribute) => of(logicalId, (resource) => resource.attribute(attribute)),
        condition: () => false,
        mapping: () => undefined,
        // A rehearsal deploys one stack; no other stack exports anything.
        importValue: () => undefined,
      },
      problems,
    );
    this.resources = Object.entries(declared).flatMap(
      ([logicalId, declaration]) => this.#exist(logicalId, declaration) ?? [],
    );
    this.#existing = new Map(this.resources.map((resource) => [resource.logicalId, resource]));
  }

  #exist(logicalId: string, { Type, Properties = {} }: ResourceDeclaration): StackResource | undefined {
    const type = resourceTypes[Type];
    const path = `Resources.${logicalId}`;
    if (!type) {
      this.#problems.add(`${path}.Type`, notSimulated(`the resource type ${Type}`));
      return undefined;
    }
    if (type.properties !== 'any') {
      for (const property of Object.keys(Properties)) {
        if (property in type.properties) continue;
        this.#problems.add(`${path}.Properties.${property}`, notSimulated(`this property of ${Type}`));
      }
    }
    return this.#makeResource(logicalId, Type, Properties, type);
  }

  #makeResource(
    logicalId: string,
    typeName: string,
    properties: TemplateMap,
    type: ResourceType,
  ): StackResource {
    const scope = this;
    const path = `Resources.${logicalId}.Properties`;
    let physicalName: string | undefined;
    return {
      logicalId,
      place: this.#place,
      typeName,
      type,
      properties,
      path,
      get name() {
        physicalName ??= scope.#nameOf(this);
        return physicalName;
      },
      property(name) {
        const value = properties[name];
        return value === undefined ? undefined : scope.intrinsics.resolve(value, `${path}.${name}`);
      },
      ref() {
        return type.ref ? type.ref(this) : this.name;
      },
      attribute(name) {
        const attribute = type.attributes[name];
        if (attribute) return attribute(this);
        throw new Unresolvable(notSimulated(`the attribute ${name} of ${typeName}`));
      },
    };
  }

  #nameOf(resource: StackResource): string {
    const { logicalId, type, path } = resource;
    const { nameProperty, generatedName = 'stack-logical', longestName = 255 } = type;
    const given = nameProperty === undefined ? undefined : this.#ownName(resource, nameProperty);
    if (given !== undefined) {
      if (given.length > longestName) {
        this.#problems.add(`${path}.${nameProperty}`, `is longer than ${longestName} characters: ${given}`);
      }
      return given;
    }
    const suffix = this.#names.fork(logicalId).alphanumeric(generatedSuffixLength);
    const stem = generatedName === 'logical' ? logicalId : `${this.#place.stackName}-${logicalId}`;
    const name = `${stem.slice(0, longestName - generatedSuffixLength - 1)}-${suffix}`;
    return generatedName === 'lower-case' ? name.toLowerCase() : name;
  }

  #ownName(resource: StackResource, nameProperty: string): string | undefined {
    const { logicalId } = resource;
    // The check of dependencies reports this cycle.
    if (this.#underway.has(logicalId)) return undefined;
    this.#underway.add(logicalId);
    const name = resource.property(nameProperty);
    this.#underway.delete(logicalId);
    return typeof name === 'string' && name !== '' ? name : undefined;
  }
}

/** CloudFormation ends a generated name with twelve capital letters and digits. */
const generatedSuffixLength = 12;
