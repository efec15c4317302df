/** The alerts about single ElasticWebs. Every syncer of an installation tells of all of them, so one series is made of theirs. */

import type { Alert } from './alert.ts';
import { LOAD_UNREADABLE } from './syncer-alerts.ts';

/** Reasons of `ScalingActive` False with which nobody misses the load. */
const MEANT_SO = 'ManualOverride|ReplicasContended|Suspended';
/** Reasons that also hold before the first request. */
const NO_SERIES = 'NoData|NoSeries';

/** How an ElasticWeb is called in a description. */
const WEB = '{{ $labels.namespace }}/{{ $labels.name }}';

/** The highest value that any syncer tells, for each ElasticWeb. */
const told = (metric: string, selector = '', ...by: readonly string[]): string =>
  `max by (${['job', 'namespace', 'name', ...by].join(', ')}) (${metric}${selector === '' ? '' : `{${selector}}`})`;

/** The alerts about ElasticWebs. */
export function elasticWebAlerts(): Alert[] {
  return [...states(), ...scaling()];
}

function states(): Alert[] {
  return [
    {
      name: 'ElasticWebStalled',
      severity: 'warning',
      forMinutes: 15,
      expr: `${told('elasticweb_stalled', '', 'reason')} == 1`,
      summary: 'An ElasticWeb must be changed.',
      description: `${WEB} is stalled: {{ $labels.reason }}. It stays so until somebody changes the ElasticWeb or what is in its way.`,
    },
    {
      name: 'ElasticWebNotReady',
      severity: 'warning',
      forMinutes: 15,
      // By no reason: one that changes would begin anew each time. What is stalled has been told; what is suspended is meant so.
      expr: `${told('elasticweb_ready', 'reason!="Suspended"')} == 0\nunless on (namespace, name) ${told('elasticweb_stalled')} == 1`,
      summary: 'An ElasticWeb does not get ready.',
      description: `${WEB} has not been ready for a quarter of an hour: it does not serve, or its newest version does not roll out.`,
    },
  ];
}

function scaling(): Alert[] {
  return [
    {
      name: 'ElasticWebLoadUnknown',
      severity: 'warning',
      forMinutes: 10,
      // Where no load can be read at all, one alert says so.
      expr: [
        `${told('elasticweb_scaling_active', `reason!~"${MEANT_SO}|${NO_SERIES}"`)} == 0`,
        `unless on (job) (\n${LOAD_UNREADABLE}\n)`,
      ].join('\n'),
      summary: 'The load of an ElasticWeb is unknown.',
      description: `The load of ${WEB} cannot be read. Its number of pods stays as it is.`,
    },
    {
      name: 'ElasticWebNoSeries',
      severity: 'info',
      forMinutes: 30,
      expr: `${told('elasticweb_scaling_active', `reason=~"${NO_SERIES}"`)} == 0`,
      summary: 'Prometheus knows no load of an ElasticWeb.',
      description: `Prometheus has no series of the metric of ${WEB}: it is not scraped, or it has not had a request yet. Its number of pods stays as it is.`,
    },
    {
      name: 'ElasticWebAtMaxReplicas',
      severity: 'warning',
      forMinutes: 15,
      // With mode Observe, the number of pods is not that of the load.
      expr: `${told('elasticweb_held', 'reason="TooManyReplicas"')} == 1\nunless on (namespace, name) ${told('elasticweb_recommended_replicas')}`,
      summary: 'The load of an ElasticWeb asks for more pods than it may have.',
      description: `${WEB} has as many pods as it may have, and its load asks for more.`,
    },
    {
      name: 'ElasticWebReplicasContended',
      severity: 'warning',
      forMinutes: 10,
      expr: `${told('elasticweb_scaling_active', 'reason="ReplicasContended"')} == 0`,
      summary: 'Somebody else sets the number of pods of an ElasticWeb.',
      description: `Another autoscaler or person owns the number of pods of ${WEB}. The syncer leaves it to them.`,
    },
  ];
}
