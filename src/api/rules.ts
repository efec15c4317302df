/**
 * Which combinations of fields make no sense.
 *
 * Each rule stands here twice, side by side: as CEL for the API server and as a function for the offline validator.
 * A test puts the same objects to both.
 */

import type { SchemaRule } from './schema.ts';
import type { DefaultedAutoscaling, DefaultedElasticWebSpec, DefaultedMetric } from './types.ts';

/** A rule over the value at one place of the resource. */
export interface Rule<T> extends SchemaRule {
  /** The same in TypeScript. Called only with values that fit the schema, defaults filled in. */
  holds(self: T): boolean;
}

/** A rule that compares with the stored object, so that only the API server can judge it. */
export type TransitionRule = SchemaRule;

/** The resource as far as CEL sees it at the root: of the metadata only the name. */
interface Root {
  readonly metadata: { readonly name: string };
  readonly spec: DefaultedElasticWebSpec;
}

/** Labels that the product sets on pods; the Services select by two of them. */
export const RESERVED_POD_LABELS = [
  'app',
  'app.kubernetes.io/instance',
  'app.kubernetes.io/managed-by',
  'app.kubernetes.io/name',
] as const;

const DEFAULT_GRACE_SECONDS = 30;

const root: readonly Rule<Root>[] = [
  {
    rule: "size(self.metadata.name) <= 63 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
    message:
      'metadata.name must be a DNS-1035 label, because it names the Service: at most 63 characters, lower-case letters, digits and "-", beginning with a letter and ending with a letter or digit',
    holds: ({ metadata }) => metadata.name.length <= 63 && /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(metadata.name),
  },
  {
    rule: '!has(self.spec.mtargetPort) || size(self.metadata.name) <= 55',
    message:
      'metadata.name must have at most 55 characters with spec.mtargetPort, because the metrics Service is called NAME-metrics',
    holds: ({ metadata, spec }) => spec.mtargetPort === undefined || metadata.name.length <= 55,
  },
];

const spec: readonly Rule<DefaultedElasticWebSpec>[] = [
  {
    rule: "self.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$') && self.name.matches('[a-z]') && !self.name.contains('--')",
    message:
      'spec.name must be a port name: lower-case letters, digits and single "-", at least one letter, beginning and ending with a letter or digit',
    fieldPath: '.name',
    holds: ({ name }) => /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name) && /[a-z]/.test(name) && !name.includes('--'),
  },
  {
    rule: "self.name != 'metric' && self.name != 'metrics'",
    message: 'spec.name must not be metric or metrics: those are the names of the metrics ports',
    fieldPath: '.name',
    holds: ({ name }) => name !== 'metric' && name !== 'metrics',
  },
  {
    rule: '!has(self.targetPort) || type(self.targetPort) == int || self.targetPort == self.name',
    message: 'spec.targetPort must be a number or the value of spec.name',
    fieldPath: '.targetPort',
    holds: ({ targetPort, name }) => typeof targetPort !== 'string' || targetPort === name,
  },
  {
    rule: "!has(self.mtargetPort) || type(self.mtargetPort) == int || self.mtargetPort == self.name || self.mtargetPort == 'metrics'",
    message: 'spec.mtargetPort must be a number, the value of spec.name, or metrics',
    fieldPath: '.mtargetPort',
    holds: ({ mtargetPort, name }) =>
      typeof mtargetPort !== 'string' || mtargetPort === name || mtargetPort === 'metrics',
  },
  {
    rule: "!has(self.nodePort) || self.serviceType != 'ClusterIP'",
    message: 'spec.nodePort must not be set with serviceType ClusterIP',
    fieldPath: '.nodePort',
    holds: ({ nodePort, serviceType }) => nodePort === undefined || serviceType !== 'ClusterIP',
  },
  {
    rule: "!has(self.service) || !has(self.service.externalTrafficPolicy) || self.serviceType != 'ClusterIP'",
    message: 'spec.service.externalTrafficPolicy must not be set with serviceType ClusterIP',
    fieldPath: '.service.externalTrafficPolicy',
    holds: ({ service, serviceType }) => service?.externalTrafficPolicy === undefined || serviceType !== 'ClusterIP',
  },
  {
    rule: "!has(self.service) || !has(self.service.loadBalancerClass) || self.serviceType == 'LoadBalancer'",
    message: 'spec.service.loadBalancerClass may be set only with serviceType LoadBalancer',
    fieldPath: '.service.loadBalancerClass',
    holds: ({ service, serviceType }) => service?.loadBalancerClass === undefined || serviceType === 'LoadBalancer',
  },
  {
    rule: "!has(self.service) || !has(self.service.loadBalancerSourceRanges) || self.serviceType == 'LoadBalancer'",
    message: 'spec.service.loadBalancerSourceRanges may be set only with serviceType LoadBalancer',
    fieldPath: '.service.loadBalancerSourceRanges',
    holds: ({ service, serviceType }) =>
      service?.loadBalancerSourceRanges === undefined || serviceType === 'LoadBalancer',
  },
  {
    rule: `!has(self.preStopSleepSeconds) || self.preStopSleepSeconds <= (has(self.terminationGracePeriodSeconds) ? self.terminationGracePeriodSeconds : ${DEFAULT_GRACE_SECONDS})`,
    message: `spec.preStopSleepSeconds must not be above terminationGracePeriodSeconds (${DEFAULT_GRACE_SECONDS} unless given): the pod would be ended before it stops sleeping`,
    fieldPath: '.preStopSleepSeconds',
    holds: ({ preStopSleepSeconds = 0, terminationGracePeriodSeconds = DEFAULT_GRACE_SECONDS }) =>
      preStopSleepSeconds <= terminationGracePeriodSeconds,
  },
  {
    rule: `!has(self.podLabels) || !(${RESERVED_POD_LABELS.map((label) => `'${label}' in self.podLabels`).join(' || ')})`,
    message: `spec.podLabels must not set ${RESERVED_POD_LABELS.join(', ')}: the Services find the pods by them`,
    fieldPath: '.podLabels',
    holds: ({ podLabels = {} }) => !RESERVED_POD_LABELS.some((label) => Object.hasOwn(podLabels, label)),
  },
];

/**
 * A Service's load balancer class cannot change while the Service is a load balancer:
 * https://kubernetes.io/docs/concepts/services-networking/service/#load-balancer-class
 */
const LOAD_BALANCER_CLASS = '(has(X.service) && has(X.service.loadBalancerClass) ? X.service.loadBalancerClass : "")';
const specTransitions: readonly TransitionRule[] = [
  {
    rule:
      "self.serviceType != 'LoadBalancer' || oldSelf.serviceType != 'LoadBalancer' || " +
      `${LOAD_BALANCER_CLASS.replaceAll('X', 'self')} == ${LOAD_BALANCER_CLASS.replaceAll('X', 'oldSelf')}`,
    message:
      'spec.service.loadBalancerClass is immutable while serviceType is LoadBalancer: change serviceType first, or create a new ElasticWeb',
    fieldPath: '.service.loadBalancerClass',
  },
];

const autoscaling: readonly Rule<DefaultedAutoscaling>[] = [
  {
    rule: 'self.minReplicas <= self.maxReplicas',
    message: 'spec.autoscaling.minReplicas must not be above maxReplicas',
    fieldPath: '.minReplicas',
    holds: ({ minReplicas, maxReplicas }) => minReplicas <= maxReplicas,
  },
  {
    rule: "self.minReplicas > 0 || self.metric.type == 'External'",
    message:
      'spec.autoscaling.minReplicas may be 0 only with metric.type External: without pods there are no series of theirs, and nothing would wake them',
    fieldPath: '.minReplicas',
    holds: ({ minReplicas, metric }) => minReplicas > 0 || metric.type === 'External',
  },
];

const metric: readonly Rule<DefaultedMetric>[] = [
  {
    // `has`, although type has a default: the API server also judges the bare default of metric, {}.
    rule: "!has(self.type) || self.type != 'External' || (has(self.matchLabels) && size(self.matchLabels) > 0)",
    message: 'spec.autoscaling.metric.matchLabels must name at least one label with type External',
    fieldPath: '.matchLabels',
    holds: ({ type, matchLabels = {} }) => type !== 'External' || Object.keys(matchLabels).length > 0,
  },
  {
    rule: "!has(self.matchLabels) || self.matchLabels.all(key, size(key) <= 128 && key.matches('^[a-zA-Z_][a-zA-Z0-9_]*$'))",
    message:
      'spec.autoscaling.metric.matchLabels must have Prometheus label names as keys: at most 128 letters, digits and "_", not beginning with a digit',
    fieldPath: '.matchLabels',
    holds: ({ matchLabels = {} }) =>
      Object.keys(matchLabels).every((key) => key.length <= 128 && /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(key)),
  },
];

/** All rules by the place of the value that they judge. */
export const RULES = {
  '': root,
  spec,
  'spec.autoscaling': autoscaling,
  'spec.autoscaling.metric': metric,
} as const;

/** The rules of one place as the CRD carries them. */
export function rulesAt(place: keyof typeof RULES): readonly SchemaRule[] {
  const transitions: readonly TransitionRule[] = place === 'spec' ? specTransitions : [];
  return [...RULES[place], ...transitions].map(({ rule, message, fieldPath }) => ({
    rule,
    message,
    ...(fieldPath === undefined ? {} : { fieldPath }),
  }));
}
