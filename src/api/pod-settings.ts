/**
 * Which settings of a pod an ElasticWeb passes through, in Kubernetes' own shape.
 *
 * What is missing is missing on purpose: whoever may edit an ElasticWeb gets pods in that namespace and nothing more, so there is no
 * service account, no volume, no host network, no free security context, and no probe that reaches another host.
 */

import {
  bool,
  INT32_MAX,
  int32,
  keyedList,
  list,
  map,
  object,
  oneOf,
  portOrName,
  quantity,
  text,
  type Schema,
} from './schema.ts';

const resourceName = (what: string) =>
  text(`Name of the ${what}, in the ElasticWeb's namespace.`, { maxLength: 253, minLength: 1 });
const labelValue = text('Value.', { maxLength: 63 });

export const resourceRequirements = object('What one pod may use at most (limits) and is promised (requests).', {
  limits: map('The most that a pod may use, by resource: cpu, memory, ...', quantity('Amount, such as 500m or 1Gi.')),
  requests: map('What the scheduler sets aside for a pod, by resource.', quantity('Amount, such as 100m or 128Mi.')),
});

const keySelector = (what: string) =>
  object(
    `One key of a ${what}.`,
    {
      name: resourceName(what),
      key: text('The key to take.', { minLength: 1, maxLength: 253 }),
      optional: bool(`Start the pod even when the ${what} or the key is missing.`),
    },
    { required: ['name', 'key'], 'x-kubernetes-map-type': 'atomic' },
  );

export const envVar = object(
  'One environment variable.',
  {
    name: text('Name of the variable.', { minLength: 1, maxLength: 253 }),
    value: text('Its value. $(VAR) refers to another variable.', { maxLength: 32_768 }),
    valueFrom: object('Where to take the value from instead.', {
      configMapKeyRef: keySelector('ConfigMap'),
      secretKeyRef: keySelector('Secret'),
      fieldRef: object(
        'A field of the pod itself.',
        {
          apiVersion: text('Version of the path, v1 unless given.', { maxLength: 63 }),
          fieldPath: text('Path, such as metadata.name or status.podIP.', { minLength: 1, maxLength: 512 }),
        },
        { required: ['fieldPath'], 'x-kubernetes-map-type': 'atomic' },
      ),
      resourceFieldRef: object(
        'A limit or request of the container.',
        {
          containerName: text('Name of the container: web, unless given.', { maxLength: 63 }),
          resource: text('Which one, such as limits.cpu.', { minLength: 1, maxLength: 253 }),
          divisor: quantity('Unit of the value, 1 unless given.'),
        },
        { required: ['resource'], 'x-kubernetes-map-type': 'atomic' },
      ),
    }),
  },
  { required: ['name'] },
);

const envSource = (what: string) =>
  object(
    `All keys of a ${what}.`,
    { name: resourceName(what), optional: bool(`Start the pod even when the ${what} is missing.`) },
    { required: ['name'], 'x-kubernetes-map-type': 'atomic' },
  );

export const envFromSource = object('A set of environment variables.', {
  prefix: text('Text put before each key.', { maxLength: 253 }),
  configMapRef: envSource('ConfigMap'),
  secretRef: envSource('Secret'),
});

const probePort = portOrName('Port of the container, a number or a name.');

/** The probes have no `host`: a kubelet must not be sent to other machines. */
export const probe = object(
  'A check that the kubelet runs against the container. Give exactly one of exec, grpc, httpGet, tcpSocket.',
  {
    exec: object('Run a command; exit code 0 is success.', {
      command: list('Command and arguments, without a shell.', text('Word.', { maxLength: 4096 })),
    }),
    grpc: object(
      'Ask the gRPC health service.',
      {
        port: int32('Port number.', { minimum: 1, maximum: 65_535 }),
        service: text('Name of the service to ask for.', { maxLength: 253 }),
      },
      { required: ['port'] },
    ),
    httpGet: object(
      'Send a GET request; 200 to 399 is success.',
      {
        path: text('Path of the request.', { maxLength: 2048 }),
        port: probePort,
        scheme: oneOf('HTTP unless given.', ['HTTP', 'HTTPS']),
        httpHeaders: list(
          'Headers to send.',
          object(
            'One header.',
            { name: text('Name.', { minLength: 1, maxLength: 253 }), value: text('Value.', { maxLength: 4096 }) },
            { required: ['name', 'value'] },
          ),
        ),
      },
      { required: ['port'] },
    ),
    tcpSocket: object('Open a TCP connection.', { port: probePort }, { required: ['port'] }),
    initialDelaySeconds: int32('Seconds to wait before the first check.'),
    periodSeconds: int32('Seconds between checks, 10 unless given.', { minimum: 1 }),
    timeoutSeconds: int32('Seconds after which a check has failed, 1 unless given.', { minimum: 1 }),
    successThreshold: int32('Successes in a row that count as success, 1 unless given.', { minimum: 1 }),
    failureThreshold: int32('Failures in a row that count as failure, 3 unless given.', { minimum: 1 }),
    terminationGracePeriodSeconds: int32('Seconds that the container gets to end after this check failed.', {
      minimum: 1,
    }),
  },
);

export const toleration = object('A taint of nodes that the pods tolerate.', {
  key: text('Key of the taint; empty with operator Exists means every taint.', { maxLength: 316 }),
  operator: oneOf('Equal unless given.', ['Exists', 'Equal', 'Lt', 'Gt']),
  value: text('Value of the taint.', { maxLength: 253 }),
  effect: oneOf('Effect of the taint; absent means all.', ['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
  tolerationSeconds: {
    type: 'integer',
    format: 'int64',
    description: 'Seconds that a NoExecute taint is tolerated; absent means for ever.',
  },
});

/**
 * Affinity goes deep, and a bound on every leaf would take a tenth of the CRD, which has to stay small enough for `kubectl apply`.
 * The Deployment's own validation looks at these values; here they get their shape and the bounds of the lists around them.
 */
const word = (description: string): Schema => ({ type: 'string', description });
const items = (description: string, of: Schema, extra: { minItems?: number } = {}): Schema => ({
  type: 'array',
  description,
  items: of,
  ...extra,
});
const keys = (description: string, of: Schema): Schema => ({ type: 'object', description, additionalProperties: of });

const requirement = (what: string, operators: string) =>
  object(
    `One condition on the ${what}.`,
    {
      key: word('Key of the label.'),
      operator: word(`How key and values relate: ${operators}.`),
      values: items('Values: none for Exists and DoesNotExist.', word('Value.')),
    },
    { required: ['key', 'operator'] },
  );

const labelSelector = object(
  'Selects by labels; empty selects all, absent none.',
  {
    matchLabels: keys('Labels that must have these values.', word('Value.')),
    matchExpressions: items('Conditions that must all hold.', requirement('labels', 'In, NotIn, Exists, DoesNotExist')),
  },
  { 'x-kubernetes-map-type': 'atomic' },
);

const labelKeys = (description: string) => items(description, word('Key of a label.'));

const NODE_OPERATORS = 'In, NotIn, Exists, DoesNotExist, Gt, Lt';

const nodeSelectorTerm = object(
  'Conditions that must all hold.',
  {
    matchExpressions: items('Conditions on the labels of the node.', requirement('labels', NODE_OPERATORS)),
    matchFields: items('Conditions on the fields of the node.', requirement('fields', NODE_OPERATORS)),
  },
  { 'x-kubernetes-map-type': 'atomic' },
);

const podAffinityTerm = object(
  'Pods to be near to, or away from.',
  {
    labelSelector,
    namespaceSelector: {
      ...labelSelector,
      description: "Namespaces of those pods; absent means the ElasticWeb's own.",
    },
    namespaces: items('Names of those namespaces.', word('Name.')),
    matchLabelKeys: labelKeys('Labels of the pod itself that must agree.'),
    mismatchLabelKeys: labelKeys('Labels of the pod itself that must differ.'),
    topologyKey: word('Label of nodes that says what near is, such as kubernetes.io/hostname.'),
  },
  { required: ['topologyKey'] },
);

const weight = int32('Weight among the preferences.', { minimum: 1, maximum: 100 });

const podAffinity = (description: string) =>
  object(description, {
    requiredDuringSchedulingIgnoredDuringExecution: items('Must hold.', podAffinityTerm),
    preferredDuringSchedulingIgnoredDuringExecution: items(
      'Should hold.',
      object('A preference.', { weight, podAffinityTerm }, { required: ['weight', 'podAffinityTerm'] }),
    ),
  });

export const affinity = object('Where pods should and should not run.', {
  nodeAffinity: object('By the labels of nodes.', {
    requiredDuringSchedulingIgnoredDuringExecution: object(
      'Must hold.',
      { nodeSelectorTerms: items('One of these must hold.', nodeSelectorTerm, { minItems: 1 }) },
      { required: ['nodeSelectorTerms'], 'x-kubernetes-map-type': 'atomic' },
    ),
    preferredDuringSchedulingIgnoredDuringExecution: items(
      'Should hold.',
      object('A preference.', { weight, preference: nodeSelectorTerm }, { required: ['weight', 'preference'] }),
    ),
  }),
  podAffinity: podAffinity('Near to these pods.'),
  podAntiAffinity: podAffinity('Away from these pods.'),
});

export const topologySpreadConstraint = object(
  'How pods are spread.',
  {
    maxSkew: int32('The most by which two places may differ in pods.', { minimum: 1 }),
    minDomains: int32('The least number of places.', { minimum: 1 }),
    topologyKey: text('Label of nodes that names the place, such as topology.kubernetes.io/zone.', {
      minLength: 1,
      maxLength: 316,
    }),
    whenUnsatisfiable: oneOf('What happens when it cannot hold.', ['DoNotSchedule', 'ScheduleAnyway']),
    labelSelector: { ...labelSelector, description: "The pods that count; absent means this ElasticWeb's own." },
    matchLabelKeys: labelKeys('Labels of the pod itself that narrow the pods that count.'),
    nodeAffinityPolicy: oneOf('Whether nodes that affinity leaves out count.', ['Honor', 'Ignore']),
    nodeTaintsPolicy: oneOf('Whether tainted nodes count.', ['Honor', 'Ignore']),
  },
  { required: ['maxSkew', 'topologyKey', 'whenUnsatisfiable'] },
);

const surge = (description: string): Schema => ({
  'x-kubernetes-int-or-string': true,
  description,
  minimum: 0,
  maximum: INT32_MAX,
  pattern: '^[0-9]{1,5}%$',
  maxLength: 6,
});

export const deploymentStrategy = object('How new pods replace old ones.', {
  type: oneOf('RollingUpdate unless given.', ['Recreate', 'RollingUpdate']),
  rollingUpdate: object('Only with RollingUpdate.', {
    maxSurge: surge('Pods above the desired number during a rollout, a number or a percentage; 25% unless given.'),
    maxUnavailable: surge('Pods that may be missing during a rollout, a number or a percentage; 25% unless given.'),
  }),
});

/** The settings by the name of their spec field. */
export const podSettings = {
  command: list("Replaces the image's entry point. Not run in a shell.", text('Word.', { maxLength: 32_768 })),
  args: list("Replaces the image's arguments.", text('Word.', { maxLength: 32_768 })),
  env: keyedList('Environment variables of the container.', ['name'], envVar, { maxItems: 256 }),
  envFrom: list('ConfigMaps and Secrets whose keys become environment variables.', envFromSource),
  readinessProbe: { ...probe, description: 'When it fails, the pod gets no traffic.' },
  livenessProbe: { ...probe, description: 'When it fails, the container is restarted.' },
  startupProbe: { ...probe, description: 'Until it succeeds, the other probes wait.' },
  imagePullPolicy: oneOf("When to pull the image; Kubernetes' default unless given.", [
    'Always',
    'IfNotPresent',
    'Never',
  ]),
  imagePullSecrets: keyedList(
    'Secrets with the credentials of the registry.',
    ['name'],
    object('A Secret.', { name: resourceName('Secret') }, { required: ['name'] }),
  ),
  terminationGracePeriodSeconds: int32('Seconds that a pod gets to end, 30 unless given.'),
  preStopSleepSeconds: int32(
    'Seconds that a pod goes on serving after it was told to end, so that load balancers stop sending first. Not above terminationGracePeriodSeconds.',
    { maximum: 3600 },
  ),
  podAnnotations: map('Annotations of the pods.', text('Value.', { maxLength: 65_536 })),
  podLabels: map('More labels of the pods.', labelValue),
  nodeSelector: map('Labels that a node must have.', labelValue),
  tolerations: list('Taints of nodes that the pods tolerate.', toleration),
  affinity,
  topologySpreadConstraints: list('How pods are spread over zones, nodes, ...', topologySpreadConstraint),
  strategy: deploymentStrategy,
  progressDeadlineSeconds: int32('Seconds in which a rollout must make progress, 600 unless given.', { minimum: 1 }),
} satisfies Readonly<Record<string, Schema>>;
