/** How each ElasticWeb is, as Prometheus reads it. Made from the local copies when asked for, so nothing is kept for it. */

import { conditionOf } from '../api/conditions.ts';
import type { Autoscaler, ScalingView } from './autoscaler.ts';
import type { Cache } from './cache.ts';
import type { ElasticWebResource } from './kinds.ts';

/** One metric of every ElasticWeb; those without a value are left out. */
interface ObjectMetric {
  readonly name: string;
  readonly help: string;
  readonly value: (web: ElasticWebResource, scaling: ScalingView | undefined) => number | undefined;
  /** A label besides namespace and name. */
  readonly label?: readonly [
    name: string,
    value: (web: ElasticWebResource, scaling: ScalingView | undefined) => string | undefined,
  ];
}

const METRICS: readonly ObjectMetric[] = [
  {
    name: 'elasticweb_ready',
    help: 'Whether it serves as it should.',
    value: (web) => (conditionOf(web.status, 'Ready') === undefined ? undefined : Number(isTrue(web, 'Ready'))),
    label: ['reason', (web) => conditionOf(web.status, 'Ready')?.reason],
  },
  {
    name: 'elasticweb_stalled',
    help: '1 where only a change of the ElasticWeb helps.',
    value: (web) => (isTrue(web, 'Stalled') ? 1 : undefined),
    label: ['reason', (web) => conditionOf(web.status, 'Stalled')?.reason],
  },
  {
    name: 'elasticweb_scaling_active',
    help: '1 where scaling with the load is at work, 0 where not, by reason; absent with neither autoscaling nor replicas in the spec.',
    value: (web) =>
      conditionOf(web.status, 'ScalingActive') === undefined ? undefined : Number(isTrue(web, 'ScalingActive')),
    label: ['reason', (web) => conditionOf(web.status, 'ScalingActive')?.reason],
  },
  {
    name: 'elasticweb_desired_replicas',
    help: 'Pods that there should be.',
    value: ({ status }) => status?.desiredReplicas,
  },
  { name: 'elasticweb_current_replicas', help: 'Pods that there are.', value: ({ status }) => status?.replicas },
  {
    name: 'elasticweb_ready_replicas',
    help: 'Pods that are ready.',
    value: ({ status }) => status?.readyReplicas,
  },
  {
    name: 'elasticweb_recommended_replicas',
    help: 'Pods that mode Auto would give; only with mode Observe.',
    value: ({ status }) => status?.recommendedReplicas,
  },
  {
    name: 'elasticweb_observed_qps',
    help: 'Measured load in requests per second; absent while it is unknown.',
    value: (_, scaling) => scaling?.qps,
  },
  {
    name: 'elasticweb_metric_read_timestamp_seconds',
    help: 'When the load was last asked for.',
    value: (_, scaling) => scaling && Math.round(scaling.readMs / 1000),
  },
  {
    name: 'elasticweb_held',
    help: '1 where the number of pods is not what the load asks for, or that is unknown, by reason.',
    value: (_, scaling) => (isHeld(scaling) ? 1 : undefined),
    label: ['reason', (_, scaling) => scaling?.reason],
  },
];

/** Reasons with which the number of pods is what the load asks for. */
const FOLLOWS: ReadonlySet<string> = new Set(['DesiredWithinRange', 'WithinTolerance', 'Saturated']);

function isHeld(scaling: ScalingView | undefined): boolean {
  return scaling?.reason !== undefined && !FOLLOWS.has(scaling.reason);
}

/** Lines a piece: between two pieces other work gets its turn. */
const PIECE = 1_000;

/** The metrics of all ElasticWebs in Prometheus' text format, piece by piece. */
export function* objectMetrics(cache: Pick<Cache, 'webs'>, autoscaler: Pick<Autoscaler, 'view'>): Generator<string> {
  for (const { name, help, value, label } of METRICS) {
    let lines = [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`];
    for (const web of cache.webs.values()) {
      const scaling = autoscaler.view(web);
      const number = value(web, scaling);
      if (number === undefined) continue;
      const { namespace = '', name: object } = web.metadata;
      const more = label === undefined ? '' : `,${label[0]}="${label[1](web, scaling) ?? ''}"`;
      // Neither names nor reasons can hold a character that would have to be escaped.
      lines.push(`${name}{namespace="${namespace}",name="${object}"${more}} ${number}`);
      if (lines.length >= PIECE) {
        yield `${lines.join('\n')}\n`;
        lines = [];
      }
    }
    yield lines.length === 0 ? '' : `${lines.join('\n')}\n`;
  }
}

function isTrue(web: ElasticWebResource, type: string): boolean {
  return conditionOf(web.status, type)?.status === 'True';
}
