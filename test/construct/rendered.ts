/** Renders for tests: from a spec, and from the props of a construct, with the parts that tests look at. */

import { App, Chart, Yaml, type ChartProps } from 'cdk8s';
import type { Construct } from 'constructs';
import { declaredReplicas } from '../../src/api/declared-load.ts';
import { validate, type DefaultedElasticWeb } from '../../src/api/validate.ts';
import type { Manifest } from '../../src/construct/manifest.ts';
import { manifestsOf, render, type RenderOptions } from '../../src/construct/render.ts';
import { elasticWeb, type JsonObject } from '../api/objects.ts';

/** The resource with its defaults. A test that begins with an invalid one is wrong. */
export function validElasticWeb(resource: JsonObject): DefaultedElasticWeb {
  const validation = validate(resource);
  if (validation.kind === 'invalid') throw new Error(JSON.stringify(validation.errors));
  return validation.resource;
}

/** The children of a resource, as many pods as its declared load needs. */
export function childrenOf(resource: JsonObject, options: Partial<RenderOptions> = {}): Manifest[] {
  const valid = validElasticWeb(resource);
  return manifestsOf(render(valid, { replicas: declaredReplicas(valid.spec), ...options }));
}

/** What is in a chart of its own. */
export function charted(fill: (scope: Construct) => void, props: ChartProps = {}): Manifest[] {
  const chart = new Chart(new App(), 'chart', { disableResourceNameHashes: true, ...props });
  fill(chart);
  return chart.toJson() as Manifest[];
}

export const asYaml = (manifests: readonly Manifest[]): string => Yaml.stringify(...manifests);

/** A container's port, as rendered. */
export interface RenderedContainerPort {
  readonly name: string;
  readonly containerPort: number;
  readonly protocol: string;
}

/** The parts of a Deployment that tests look at. */
export interface RenderedDeployment extends Manifest {
  readonly spec: {
    readonly replicas?: number;
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly strategy?: unknown;
    readonly progressDeadlineSeconds?: number;
    readonly template: {
      readonly metadata: {
        readonly labels: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
      };
      readonly spec: Readonly<Record<string, unknown>> & {
        readonly containers: readonly [
          Readonly<Record<string, unknown>> & { readonly ports: readonly RenderedContainerPort[] },
        ];
      };
    };
  };
}

/** A Service's port, as rendered. */
export interface RenderedServicePort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly targetPort: number | string;
  readonly nodePort?: number;
}

/** The parts of a Service that tests look at. */
export interface RenderedService extends Manifest {
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly type: string;
    readonly selector: Readonly<Record<string, string>>;
    readonly ports: readonly [RenderedServicePort];
  };
}

/** An ElasticWeb's children by their roles. */
export interface RenderedChildren {
  readonly deployment: RenderedDeployment;
  readonly service: RenderedService;
  readonly metricsService: RenderedService | undefined;
}

/** The children, told apart. */
export function roles(manifests: readonly Manifest[]): RenderedChildren {
  const [deployment, service, metricsService] = manifests;
  return { deployment, service, metricsService } as RenderedChildren;
}

/** The children of the least resource with these fields. */
export const rolesOf = (spec: JsonObject = {}, options: Partial<RenderOptions> = {}): RenderedChildren =>
  roles(childrenOf(elasticWeb(spec), options));
