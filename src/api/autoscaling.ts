/** What can be said about scaling with the measured load. */

import { bool, int32, list, map, object, oneOf, quantity, text } from './schema.ts';
import { rulesAt } from './rules.ts';

export const scalingPolicy = object(
  'How far the number of pods may move within a period.',
  {
    type: oneOf('Pods: value is a number of pods. Percent: of the pods at the start of the period.', [
      'Pods',
      'Percent',
    ]),
    value: int32('How many, or how many percent.', { minimum: 1 }),
    periodSeconds: int32('The period.', { minimum: 1, maximum: 1800 }),
  },
  { required: ['type', 'value', 'periodSeconds'] },
);

export const scalingRules = object('The rules of one direction, as HPA v2 has them.', {
  stabilizationWindowSeconds: int32(
    'The most cautious recommendation of this many seconds wins. Unless given: 0 upwards, 300 downwards.',
    { maximum: 3600 },
  ),
  selectPolicy: oneOf(
    'Max takes the policy that allows most, Min the one that allows least, Disabled forbids this direction.',
    ['Max', 'Min', 'Disabled'],
  ),
  policies: list('Limits on the speed; unless given, none upwards and 100 % in 15 s downwards.', scalingPolicy, {
    minItems: 1,
    maxItems: 16,
  }),
  tolerance: quantity(
    'Relative difference that changes nothing, such as 0.1 or 50m. Unless given: 0 upwards, 0.1 downwards.',
  ),
});

export const metric = object(
  'Which counter measures the load.',
  {
    type: oneOf(
      "Pods: counted by the pods themselves, found by the Service's name. External: counted elsewhere (ingress, gateway), found by namespace and matchLabels.",
      ['Pods', 'External'],
      { default: 'Pods' },
    ),
    name: text('Name of a Prometheus counter of requests.', {
      pattern: '^[a-zA-Z_:][a-zA-Z0-9_:]*$',
      minLength: 1,
      maxLength: 200,
      default: 'http_server_requests_seconds_count',
    }),
    matchLabels: map(
      'Labels that the series must have besides the name of the ElasticWeb.',
      text('Value.', { maxLength: 256 }),
      {
        maxProperties: 16,
      },
    ),
  },
  { default: {}, 'x-kubernetes-validations': rulesAt('spec.autoscaling.metric') },
);

export const behavior = object(
  'How fast the number of pods may follow the load: the shape and meaning of HPA v2 behavior.',
  {
    scaleUp: { ...scalingRules, description: 'Rules upwards.' },
    scaleDown: { ...scalingRules, description: 'Rules downwards.' },
  },
  { default: {} },
);

export const fallback = object(
  'What happens when the load has been unknown for long. Until then, and without replicas, the number of pods stays.',
  {
    staleAfterSeconds: int32('Seconds without a reading after which the fallback applies.', {
      minimum: 1,
      default: 300,
    }),
    replicas: int32('Number of pods then; never below the current number unless allowScaleDown is true.'),
    allowScaleDown: bool('Whether the fallback may lower the number of pods.'),
  },
  { default: {} },
);

export const autoscaling = object(
  'Scale with the load that Prometheus reports: ceil(load / singlePodQPS) pods, within minReplicas and maxReplicas.',
  {
    mode: oneOf(
      'Auto decides and acts; Observe decides, reports in status, and changes nothing.',
      ['Auto', 'Observe'],
      {
        default: 'Auto',
      },
    ),
    minReplicas: int32('The least number of pods; 0 only with metric type External.', { default: 1 }),
    maxReplicas: int32('The largest number of pods.', { minimum: 1 }),
    metric,
    behavior,
    fallback,
    saturation: bool(
      'Full pods serve what they can and their counters show no more. When the load a pod carries stays well above singlePodQPS, take larger steps.',
      { default: true },
    ),
  },
  { required: ['maxReplicas'], 'x-kubernetes-validations': rulesAt('spec.autoscaling') },
);
