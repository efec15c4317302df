/** The CustomResourceDefinition: what teaches a cluster the word ElasticWeb. */

import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { ConditionType } from '../api/conditions.ts';
import { API_VERSION_NAME, GROUP, KIND, PLURAL, resourceSchema, SHORT_NAME } from '../api/resource.ts';
import { clusterScoped } from './manifest.ts';

/**
 * Keeps the object when its app is pruned or uninstalled: Argo CD, Flux and Helm each have a word for it.
 * Without the CRD or the namespace, every ElasticWeb and all that it runs would be gone.
 */
export const KEEP_ANNOTATIONS = {
  'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
  'helm.sh/resource-policy': 'keep',
  'kustomize.toolkit.fluxcd.io/prune': 'disabled',
} as const;

const column = (name: string, type: 'string' | 'integer' | 'date', jsonPath: string, description: string) => ({
  name,
  type,
  jsonPath,
  description,
});

/** A column that `kubectl get` shows with `-o wide` only. */
const wide = (...args: Parameters<typeof column>) => ({ ...column(...args), priority: 1 });

const condition = (type: ConditionType, field: string) => `.status.conditions[?(@.type=="${type}")].${field}`;

/** The CRD of ElasticWebs. It takes no props: what an ElasticWeb is, is the same everywhere. */
export class ElasticWebCrd extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const crd = new ApiObject(this, 'crd', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${PLURAL}.${GROUP}`, annotations: { ...KEEP_ANNOTATIONS } },
      spec: {
        group: GROUP,
        scope: 'Namespaced',
        names: {
          kind: KIND,
          listKind: `${KIND}List`,
          plural: PLURAL,
          singular: KIND.toLowerCase(),
          shortNames: [SHORT_NAME],
        },
        versions: [
          {
            name: API_VERSION_NAME,
            served: true,
            storage: true,
            schema: { openAPIV3Schema: resourceSchema },
            subresources: {
              status: {},
              scale: {
                specReplicasPath: '.spec.replicas',
                statusReplicasPath: '.status.replicas',
                labelSelectorPath: '.status.selector',
              },
            },
            additionalPrinterColumns: [
              column(
                'READY',
                'string',
                condition('Ready', 'status'),
                'Whether the service is up and its newest version rolled out.',
              ),
              column('REASON', 'string', condition('Ready', 'reason'), 'Why.'),
              column('DESIRED', 'integer', '.status.desiredReplicas', 'Pods that there should be.'),
              column('REPLICAS', 'integer', '.status.replicas', 'Pods that there are.'),
              column('REALQPS', 'integer', '.status.realQPS', 'Requests per second that the ready pods can serve.'),
              column('TYPE', 'string', '.spec.serviceType', 'Type of the Service.'),
              column('AGE', 'date', '.metadata.creationTimestamp', 'Time since creation.'),
              wide('QPS', 'string', '.status.observedQPS', 'Requests per second behind the last decision.'),
              wide('RECOMMENDED', 'integer', '.status.recommendedReplicas', 'Pods that mode Auto would give.'),
              wide('SCALING', 'string', condition('ScalingActive', 'reason'), 'Whether the load is known, or why not.'),
              wide('IMAGE', 'string', '.spec.image', 'Container image.'),
            ],
          },
        ],
      },
    });
    this.node.defaultChild = crd;
    clusterScoped(crd);
  }
}
