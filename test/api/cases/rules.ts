/** The combinations of fields that make no sense, and beside each of them the nearest that does. */

import { elasticWeb, type Json, type JsonObject } from '../objects.ts';
import { invalid, letters, valid, type Case } from './case.ts';

const named = (name: string, spec: JsonObject = {}) => elasticWeb(spec, { name });
const autoscaled = (autoscaling: JsonObject, metric: JsonObject = {}) =>
  elasticWeb({ autoscaling: { maxReplicas: 10, metric, ...autoscaling } });
const external = { type: 'External', matchLabels: { ingress: 'shop' } };

/** One rule: its place in RULES and its number there, objects that break it alone, and objects that just keep it. */
export interface RuleRow {
  readonly place: '' | 'spec' | 'spec.autoscaling' | 'spec.autoscaling.metric';
  readonly index: number;
  readonly at: string;
  readonly breaks: Readonly<Record<string, Json>>;
  readonly keeps: Readonly<Record<string, Json>>;
}

export const ruleRows: readonly RuleRow[] = [
  {
    place: '',
    index: 0,
    at: 'metadata.name',
    breaks: {
      'a name of 64 characters': named(letters(64)),
      'a name of 253 characters': named(letters(253)),
      'a name with dots': named('shop.example.com'),
      'a name that begins with a digit': named('1shop'),
      'a name of digits': named('80'),
    },
    keeps: {
      'a name of 63 characters': named(letters(63)),
      'a name of one letter': named('a'),
      'a name with dashes and digits': named('a--1-2'),
    },
  },
  {
    place: '',
    index: 1,
    at: 'metadata.name',
    breaks: {
      'a name of 56 characters with mtargetPort': named(letters(56), { mtargetPort: 8090 }),
      'a name of 63 characters with mtargetPort metrics': named(letters(63), { mtargetPort: 'metrics' }),
    },
    keeps: {
      'a name of 55 characters with mtargetPort': named(letters(55), { mtargetPort: 8090 }),
      'a name of 56 characters without mtargetPort': named(letters(56)),
      'a name of 63 characters with mtargetPort null': named(letters(63), { mtargetPort: null }),
    },
  },
  {
    place: 'spec',
    index: 0,
    at: 'spec.name',
    breaks: {
      'a port name in capitals': elasticWeb({ name: 'HTTP' }),
      'a port name of digits': elasticWeb({ name: '8080' }),
      'a port name with two dashes in a row': elasticWeb({ name: 'a--b' }),
      'a port name that ends with a dash': elasticWeb({ name: 'a-' }),
    },
    keeps: {
      'a port name of a letter and a digit': elasticWeb({ name: '4g' }),
      'a port name with single dashes': elasticWeb({ name: 'a-b-c' }),
    },
  },
  {
    place: 'spec',
    index: 1,
    at: 'spec.name',
    breaks: {
      'a traffic port called metric': elasticWeb({ name: 'metric' }),
      'a traffic port called metrics': elasticWeb({ name: 'metrics' }),
    },
    keeps: { 'a traffic port called metrics-2': elasticWeb({ name: 'metrics-2' }) },
  },
  {
    place: 'spec',
    index: 2,
    at: 'spec.targetPort',
    breaks: {
      'targetPort names another port': elasticWeb({ targetPort: 'https' }),
      'targetPort names the default while name is another': elasticWeb({ targetPort: 'http', name: 'web' }),
      'targetPort is a number in quotes': elasticWeb({ targetPort: '8080' }),
    },
    keeps: {
      'targetPort names the default port': elasticWeb({ targetPort: 'http' }),
      'targetPort names the port': elasticWeb({ targetPort: 'web', name: 'web' }),
      'targetPort is a number that no port has': elasticWeb({ targetPort: 9999 }),
    },
  },
  {
    place: 'spec',
    index: 3,
    at: 'spec.mtargetPort',
    breaks: {
      'mtargetPort names another port': elasticWeb({ mtargetPort: 'prom' }),
      'mtargetPort names the default while name is another': elasticWeb({ mtargetPort: 'http', name: 'web' }),
    },
    keeps: {
      'mtargetPort names the traffic port': elasticWeb({ mtargetPort: 'http' }),
      'mtargetPort is metrics': elasticWeb({ mtargetPort: 'metrics' }),
      'mtargetPort is the number of the traffic port': elasticWeb({ mtargetPort: 8080 }),
    },
  },
  {
    place: 'spec',
    index: 4,
    at: 'spec.nodePort',
    breaks: { 'nodePort with ClusterIP': elasticWeb({ nodePort: 30_000, serviceType: 'ClusterIP' }) },
    keeps: {
      'nodePort with NodePort': elasticWeb({ nodePort: 30_000, serviceType: 'NodePort' }),
      'nodePort with LoadBalancer': elasticWeb({ nodePort: 30_000, serviceType: 'LoadBalancer' }),
      'nodePort with the default type': elasticWeb({ nodePort: 30_000 }),
      'ClusterIP and nodePort null': elasticWeb({ nodePort: null, serviceType: 'ClusterIP' }),
    },
  },
  {
    place: 'spec',
    index: 5,
    at: 'spec.service.externalTrafficPolicy',
    breaks: {
      'externalTrafficPolicy with ClusterIP': elasticWeb({
        serviceType: 'ClusterIP',
        service: { externalTrafficPolicy: 'Cluster' },
      }),
    },
    keeps: {
      'externalTrafficPolicy with NodePort': elasticWeb({
        serviceType: 'NodePort',
        service: { externalTrafficPolicy: 'Local' },
      }),
      'externalTrafficPolicy with the default type': elasticWeb({ service: { externalTrafficPolicy: 'Local' } }),
      'other Service settings with ClusterIP': elasticWeb({
        serviceType: 'ClusterIP',
        service: { sessionAffinity: 'ClientIP', annotations: { a: 'b' } },
      }),
    },
  },
  {
    place: 'spec',
    index: 6,
    at: 'spec.service.loadBalancerClass',
    breaks: {
      'loadBalancerClass with NodePort': elasticWeb({ serviceType: 'NodePort', service: { loadBalancerClass: 'a' } }),
      'loadBalancerClass with ClusterIP': elasticWeb({ serviceType: 'ClusterIP', service: { loadBalancerClass: 'a' } }),
    },
    keeps: {
      'loadBalancerClass with LoadBalancer': elasticWeb({
        serviceType: 'LoadBalancer',
        service: { loadBalancerClass: 'a' },
      }),
      'loadBalancerClass with the default type': elasticWeb({ service: { loadBalancerClass: 'a' } }),
    },
  },
  {
    place: 'spec',
    index: 7,
    at: 'spec.service.loadBalancerSourceRanges',
    breaks: {
      'loadBalancerSourceRanges with NodePort': elasticWeb({
        serviceType: 'NodePort',
        service: { loadBalancerSourceRanges: ['10.0.0.0/8'] },
      }),
      'empty loadBalancerSourceRanges with ClusterIP': elasticWeb({
        serviceType: 'ClusterIP',
        service: { loadBalancerSourceRanges: [] },
      }),
    },
    keeps: {
      'loadBalancerSourceRanges with the default type': elasticWeb({
        service: { loadBalancerSourceRanges: ['10.0.0.0/8'] },
      }),
    },
  },
  {
    place: 'spec',
    index: 8,
    at: 'spec.preStopSleepSeconds',
    breaks: {
      'preStopSleepSeconds above the default grace': elasticWeb({ preStopSleepSeconds: 31 }),
      'preStopSleepSeconds above the grace': elasticWeb({ preStopSleepSeconds: 6, terminationGracePeriodSeconds: 5 }),
      'preStopSleepSeconds without any grace': elasticWeb({ preStopSleepSeconds: 1, terminationGracePeriodSeconds: 0 }),
    },
    keeps: {
      'preStopSleepSeconds as long as the default grace': elasticWeb({ preStopSleepSeconds: 30 }),
      'preStopSleepSeconds as long as the grace': elasticWeb({
        preStopSleepSeconds: 3600,
        terminationGracePeriodSeconds: 3600,
      }),
      'no sleep and no grace': elasticWeb({ preStopSleepSeconds: 0, terminationGracePeriodSeconds: 0 }),
    },
  },
  {
    place: 'spec',
    index: 9,
    at: 'spec.podLabels',
    breaks: {
      'a pod label app': elasticWeb({ podLabels: { app: 'shop' } }),
      'a pod label app.kubernetes.io/name': elasticWeb({ podLabels: { 'app.kubernetes.io/name': 'shop' } }),
      'a pod label app.kubernetes.io/instance': elasticWeb({ podLabels: { 'app.kubernetes.io/instance': 'other' } }),
      'a pod label app.kubernetes.io/managed-by': elasticWeb({ podLabels: { 'app.kubernetes.io/managed-by': '' } }),
    },
    keeps: {
      'other pod labels of Kubernetes': elasticWeb({
        podLabels: { 'app.kubernetes.io/version': '1', 'app.kubernetes.io/component': 'web', apps: 'x' },
      }),
    },
  },
  {
    place: 'spec.autoscaling',
    index: 0,
    at: 'spec.autoscaling.minReplicas',
    breaks: {
      'minReplicas above maxReplicas': autoscaled({ minReplicas: 11 }),
      'minReplicas far above maxReplicas': autoscaled({ minReplicas: 2_147_483_647, maxReplicas: 1 }),
    },
    keeps: {
      'minReplicas as large as maxReplicas': autoscaled({ minReplicas: 10 }),
      'maxReplicas 1 and the default minReplicas': autoscaled({ maxReplicas: 1 }),
    },
  },
  {
    place: 'spec.autoscaling',
    index: 1,
    at: 'spec.autoscaling.minReplicas',
    breaks: {
      'minReplicas 0 with the default metric': elasticWeb({ autoscaling: { maxReplicas: 10, minReplicas: 0 } }),
      'minReplicas 0 with metric type Pods': autoscaled({ minReplicas: 0 }, { type: 'Pods' }),
    },
    keeps: { 'minReplicas 0 with metric type External': autoscaled({ minReplicas: 0 }, external) },
  },
  {
    place: 'spec.autoscaling.metric',
    index: 0,
    at: 'spec.autoscaling.metric.matchLabels',
    breaks: {
      'External without matchLabels': autoscaled({}, { type: 'External' }),
      'External with empty matchLabels': autoscaled({}, { type: 'External', matchLabels: {} }),
      'External with matchLabels null': autoscaled({}, { type: 'External', matchLabels: null }),
      // A null entry is dropped before rules are asked.
      'External with one label that is null': autoscaled({}, { type: 'External', matchLabels: { ingress: null } }),
    },
    keeps: {
      'External with one label': autoscaled({}, external),
      'Pods with empty matchLabels': autoscaled({}, { type: 'Pods', matchLabels: {} }),
    },
  },
  {
    place: 'spec.autoscaling.metric',
    index: 1,
    at: 'spec.autoscaling.metric.matchLabels',
    breaks: {
      'a matched label of 129 characters': autoscaled({}, { matchLabels: { [letters(129)]: 'x' } }),
      'a matched label that begins with a digit': autoscaled({}, { matchLabels: { a: 'x', '1a': 'x' } }),
      'a matched label with a dash': autoscaled({}, { matchLabels: { 'a-b': 'x' } }),
      'a matched label with a line break': autoscaled({}, { matchLabels: { 'a\n': 'x' } }),
      'a matched label without a name': autoscaled({}, { matchLabels: { '': 'x' } }),
      'a matched label in letters that look Latin': autoscaled({}, { matchLabels: { '\u0430': 'x' } }),
    },
    keeps: {
      'a matched label of 128 characters': autoscaled({}, { matchLabels: { [letters(128)]: 'x' } }),
      'matched labels that begin with an underscore': autoscaled(
        {},
        { matchLabels: JSON.parse('{"__proto__":"a","__name__":"b","_":"c"}') as Json },
      ),
    },
  },
];

const schemaErrorWins: readonly Case[] = [
  // Rules are asked only about values of the right shape; one of these alone would break two of them.
  invalid('a broken rule and a wrong type', elasticWeb({ nodePort: '1', serviceType: 'ClusterIP' }), 'spec.nodePort'),
  invalid(
    'two broken rules',
    elasticWeb({ nodePort: 1, serviceType: 'ClusterIP', targetPort: 'a' }),
    'spec.targetPort',
    'spec.nodePort',
  ),
];

export const ruleCases: readonly Case[] = [
  ...ruleRows.flatMap(({ at, breaks, keeps }) => [
    ...Object.entries(breaks).map(([name, object]) => invalid(name, object, at)),
    ...Object.entries(keeps).map(([name, object]) => valid(name, object)),
  ]),
  ...schemaErrorWins,
];
