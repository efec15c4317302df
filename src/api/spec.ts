/** What a user asks for: the fields of an ElasticWeb's spec. */

import { autoscaling } from './autoscaling.ts';
import { podSettings, resourceRequirements } from './pod-settings.ts';
import { rulesAt } from './rules.ts';
import { bool, int32, list, map, object, oneOf, portNumber, portOrName, text } from './schema.ts';

/** How a Service may be reached. */
export const SERVICE_TYPES = ['LoadBalancer', 'NodePort', 'ClusterIP'] as const;

export const serviceSettings = object('Settings of the Service, mostly for load balancers of a cloud.', {
  annotations: map('Annotations of the Service.', text('Value.', { maxLength: 65_536 })),
  loadBalancerClass: text(
    'Which implementation serves the load balancer. Immutable while serviceType is LoadBalancer.',
    {
      minLength: 1,
      maxLength: 316,
    },
  ),
  loadBalancerSourceRanges: list(
    'Client addresses (CIDR) that may use the load balancer.',
    text('CIDR.', { maxLength: 64 }),
  ),
  externalTrafficPolicy: oneOf('Cluster spreads over all nodes, Local keeps the client address.', ['Cluster', 'Local']),
  sessionAffinity: oneOf('ClientIP sends one client always to the same pod.', ['None', 'ClientIP']),
});

export const spec = object(
  'What is wanted.',
  {
    image: text('Container image.', { minLength: 1, pattern: '^[!-~]+$' }),
    port: portNumber('Port of the Service.'),
    podPort: portNumber('Port on which the container serves.'),
    targetPort: portOrName(
      'Port of the pods to which the Service sends traffic: a number or the value of name; podPort unless given.',
    ),
    nodePort: portNumber(
      'Fixed port on every node, for serviceType NodePort and LoadBalancer; Kubernetes picks one unless given.',
    ),
    protocol: oneOf('Protocol of container port and Service port.', ['TCP', 'UDP'], { default: 'TCP' }),
    name: text("Name of the container's traffic port; the Service's port is called NAME-traffic.", {
      minLength: 1,
      maxLength: 15,
      default: 'http',
    }),
    mtargetPort: portOrName(
      'Port of the container that serves metrics: a number, the value of name, or metrics (port 8090). With it there is a Service NAME-metrics, inside the cluster only.',
    ),
    serviceType: oneOf('How the Service is reached.', SERVICE_TYPES, {
      default: 'LoadBalancer',
    }),
    service: serviceSettings,
    resources: resourceRequirements,
    singlePodQPS: int32('Requests per second that one pod serves.', { minimum: 1 }),
    totalQPS: int32(
      'Declared load in requests per second: ceil(totalQPS / singlePodQPS) pods, so 0 means none. Without it 1 pod. With autoscaling it only seeds the first Deployment.',
    ),
    replicas: int32(
      'Number of pods set by hand, before everything else; kubectl scale writes it. Remove it to hand the number back.',
    ),
    autoscaling,
    suspend: bool('Leave Deployment and Services as they are.'),
    podSecurity: oneOf(
      'Baseline: no privilege escalation, seccomp RuntimeDefault, stock images run. Restricted: the Pod Security Standard of that name.',
      ['Baseline', 'Restricted'],
      { default: 'Baseline' },
    ),
    ...podSettings,
  },
  { required: ['image', 'port', 'podPort', 'singlePodQPS'], 'x-kubernetes-validations': rulesAt('spec') },
);
