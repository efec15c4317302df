/** What the syncer says about an ElasticWeb. */

import { int32, keyedList, list, object, oneOf, text } from './schema.ts';

const history = { maxItems: 32 };
const time = (description: string) => ({ type: 'string', format: 'date-time', description }) as const;

export const scalingStatus = object('What scaling must remember across restarts.', {
  observedMilliQPS: {
    type: 'integer',
    format: 'int64',
    minimum: 0,
    description: 'The load behind the last decision, in thousandths of a request per second.',
  },
  observedTime: time('When that load was measured.'),
  reason: text('Why the number of pods is what it is.', { maxLength: 128 }),
  recommendations: list(
    'Recent recommendations, before stabilization.',
    object(
      'A recommendation.',
      { time: time('When.'), replicas: int32('Recommended number of pods.') },
      { required: ['time', 'replicas'] },
    ),
    history,
  ),
  events: list(
    'Recent changes of the number of pods.',
    object(
      'A change.',
      {
        time: time('When.'),
        change: { type: 'integer', format: 'int32', description: 'Pods added, or removed when negative.' },
        milliQPSPerPod: {
          type: 'integer',
          format: 'int64',
          minimum: 0,
          description: 'What a pod carried then, in thousandths of a request per second.',
        },
      },
      { required: ['time', 'change'] },
    ),
    history,
  ),
});

export const condition = object(
  'One aspect of the state, as the Kubernetes API conventions have it.',
  {
    type: text('Which aspect, such as Ready.', { minLength: 1, maxLength: 316 }),
    status: oneOf('Whether it holds.', ['True', 'False', 'Unknown']),
    reason: text('Why, in one word.', {
      minLength: 1,
      maxLength: 1024,
      pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
    }),
    message: text('Why, for people.', { maxLength: 32_768 }),
    lastTransitionTime: time('When status last changed.'),
    observedGeneration: {
      type: 'integer',
      format: 'int64',
      minimum: 0,
      description: 'The metadata.generation that this speaks of.',
    },
  },
  { required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'] },
);

export const status = object(
  'What is. Written by the syncer alone.',
  {
    observedGeneration: {
      type: 'integer',
      format: 'int64',
      description: 'The metadata.generation that this status speaks of; -1 until the syncer has seen the object.',
    },
    replicas: int32('Pods that exist.'),
    readyReplicas: int32('Pods that are ready.'),
    desiredReplicas: int32('Pods that there should be.'),
    recommendedReplicas: int32('Pods that there would be with mode Auto; only with mode Observe.'),
    realQPS: {
      type: 'integer',
      format: 'int64',
      minimum: 0,
      description: 'Requests per second that the ready pods can serve: singlePodQPS x readyReplicas.',
    },
    observedQPS: text(
      'The load behind the last decision, in requests per second, for people: 1234.5. For machines: scaling.observedMilliQPS.',
      { maxLength: 32 },
    ),
    selector: text('Label selector of the pods, for the scale subresource.', { maxLength: 2048 }),
    lastScaleTime: time('When the number of pods last changed.'),
    scaling: scalingStatus,
    conditions: keyedList('The state, aspect by aspect.', ['type'], condition, { maxItems: 32 }),
  },
  { default: { observedGeneration: -1 } },
);
